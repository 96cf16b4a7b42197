import { LoginAttempt, OneTimeToken, RefreshSession, Usuario } from '../domains/auth/auth.entity.ts';
import { ClinicalAudit } from '../domains/audit/audit.entity.ts';
import { Medico } from '../domains/doctors/doctors.entity.ts';
import { EpaycoCheckout, EpaycoEvent, WebhookEvent } from '../domains/epayco/epayco.entity.ts';
import { HospitalCode } from '../domains/hospitals/hospital-code.entity.ts';
import { Hospital } from '../domains/hospitals/hospitals.entity.ts';
import { RateLimit, ServiceLock } from '../domains/locks/locks.entity.ts';
import { MailOutbox } from '../domains/mail/mail.entity.ts';
import { Mensaje, MensajeEvento, MensajeGestion } from '../domains/messages/messages.entity.ts';
import { ClinicalNote, Paciente } from '../domains/patients/patients.entity.ts';
import { Plan } from '../domains/plans/plans.entity.ts';
import { JobConv, JobLog, JobSTL, StorageDeletion, WorkerNode } from '../domains/som3d/som3d.entity.ts';
import { Estudio } from '../domains/studies/studies.entity.ts';
import { Pago, Suscripcion } from '../domains/subscriptions/subscriptions.entity.ts';
import { VisorEstado } from '../domains/visor/visor.entity.ts';

/** Every entity, which is every table but the list of applied migrations. */
export const entities = [
  Usuario,
  LoginAttempt,
  RefreshSession,
  OneTimeToken,
  Medico,
  Plan,
  Suscripcion,
  Pago,
  Hospital,
  HospitalCode,
  WebhookEvent,
  EpaycoCheckout,
  EpaycoEvent,
  Paciente,
  ClinicalNote,
  Estudio,
  VisorEstado,
  JobConv,
  JobSTL,
  JobLog,
  WorkerNode,
  StorageDeletion,
  Mensaje,
  MensajeEvento,
  MensajeGestion,
  ClinicalAudit,
  MailOutbox,
  ServiceLock,
  RateLimit,
] as const;
