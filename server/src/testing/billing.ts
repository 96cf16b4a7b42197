export { MAX_UNSIGNED } from '../domains/epayco/inbox.ts';
export { createPaymentProcessor } from '../domains/epayco/processor.ts';
export { activate, type Granted, revoke } from '../domains/subscriptions/activation.ts';
export { addMonths } from '../domains/subscriptions/calendar.ts';
export { hasActiveSubscription } from '../domains/subscriptions/entitlement.ts';
export { createReconciler } from '../domains/subscriptions/reconciler.ts';
