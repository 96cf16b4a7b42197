export { enqueueMail, type OutgoingMail } from '../domains/mail/outbox.ts';
export { createMailWorker } from '../domains/mail/worker.ts';
