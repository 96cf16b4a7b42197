export { enqueueMail, type OutgoingMail } from '../domains/mail/outbox.ts';
export { MailWorker } from '../domains/mail/worker.ts';
export { openMailGateway } from '../gateways/mail/transport.ts';
