export { OpenCheckouts } from '../domains/epayco/open-checkouts.ts';
export { PaymentProcessor } from '../domains/epayco/processor.ts';
export { MAX_UNSIGNED } from '../domains/epayco/unsigned.ts';
export { activate, type Granted, revoke } from '../domains/subscriptions/activation.ts';
export { addMonths } from '../domains/subscriptions/calendar.ts';
export { hasActiveSubscription } from '../domains/subscriptions/entitlement.ts';
export { Reconciler } from '../domains/subscriptions/reconciler.ts';
