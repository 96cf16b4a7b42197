import { LoginAttempt, OneTimeToken, RefreshSession, Usuario } from './auth.entity.ts';
import { AuditChain, ClinicalAudit } from './audit.entity.ts';
import { Medico } from './doctors.entity.ts';
import { EpaycoCheckout, EpaycoEvent, WebhookEvent } from './epayco.entity.ts';
import { HospitalCode } from './hospital-code.entity.ts';
import { Hospital } from './hospitals.entity.ts';
import { Installation, JobTurn, RateLimit, ServiceLock } from './locks.entity.ts';
import { MailOutbox } from './mail.entity.ts';
import { Mensaje, MensajeEvento, MensajeGestion } from './messages.entity.ts';
import { ClinicalNote, Paciente } from './patients.entity.ts';
import { Plan } from './plans.entity.ts';
import { JobConv, JobLog, JobSTL, StorageDeletion, WorkerNode } from './som3d.entity.ts';
import { Estudio } from './studies.entity.ts';
import { Pago, Suscripcion } from './subscriptions.entity.ts';
import { Upload } from './upload.entity.ts';
import { VisorEstado } from './visor.entity.ts';

/** Every entity: all tables except the list of applied migrations. */
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
  Upload,
  Mensaje,
  MensajeEvento,
  MensajeGestion,
  ClinicalAudit,
  AuditChain,
  MailOutbox,
  ServiceLock,
  RateLimit,
  Installation,
  JobTurn,
] as const;
