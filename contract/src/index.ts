import { admin } from './admin.ts';
import { auth } from './auth.ts';
import { epayco } from './epayco.ts';
import { health } from './health.ts';
import { hospitals } from './hospitals.ts';
import { messages } from './messages.ts';
import { monitoring } from './monitoring.ts';
import { patients } from './patients.ts';
import { plans } from './plans.ts';
import { som3d } from './som3d.ts';
import { uploads } from './som3d.uploads.ts';
import { studies } from './studies.ts';
import { subscriptions } from './subscriptions.ts';
import { usage } from './usage.ts';
import { visor } from './visor.ts';
import { workers } from './workers.ts';

export * from './common/index.ts';
export * from './admin.ts';
export * from './auth.ts';
export * from './doctors.ts';
export * from './health.ts';
export * from './hospitals.ts';
export * from './messages.ts';
export * from './metrics.ts';
export * from './monitoring.ts';
export * from './epayco.ts';
export * from './patients.ts';
export * from './plans.ts';
export * from './som3d.jobs.ts';
export * from './som3d.results.ts';
export * from './som3d.ts';
export * from './som3d.uploads.ts';
export * from './studies.ts';
export * from './subscriptions.ts';
export * from './usage.ts';
export * from './visor.ts';
export * from './workers.ts';

/** Every endpoint of the service, by domain. The server, the client and the OpenAPI document derive from it. */
export const contract = {
  health,
  auth,
  plans,
  subscriptions,
  hospitals,
  admin,
  patients,
  studies,
  visor,
  som3d,
  uploads,
  usage,
  messages,
  monitoring,
  epayco,
  workers,
};
export type Contract = typeof contract;

interface Domain {
  /** Its name in the reference. */
  readonly title: string;
  readonly description: string;
  /** Other domains whose answers show what this one writes: a client that keeps answers asks for them again. */
  readonly shownIn: readonly (keyof Contract)[];
}

/** What each domain is called and what it is for, in the order of the contract. */
export const DOMAINS: Readonly<Record<keyof Contract, Domain>> = {
  health: { title: 'Estado', description: 'Si el servicio está en marcha y alcanza lo que necesita.', shownIn: [] },
  auth: {
    title: 'Cuenta y sesión',
    description: 'Registro, inicio y renovación de la sesión, datos propios y recuperación de la contraseña.',
    shownIn: ['admin', 'usage'],
  },
  plans: {
    title: 'Planes',
    description: 'Los planes que se pueden pagar, con su precio y su duración.',
    shownIn: ['subscriptions', 'hospitals', 'admin'],
  },
  subscriptions: {
    title: 'Suscripciones',
    description: 'Iniciar el pago de un plan, ver la suscripción propia y administrar las de todos.',
    shownIn: ['hospitals', 'admin', 'usage', 'epayco'],
  },
  hospitals: {
    title: 'Hospitales',
    description: 'Los hospitales y sus códigos, con los que un médico se vincula a uno o paga por él.',
    shownIn: ['subscriptions', 'admin', 'usage', 'epayco'],
  },
  admin: {
    title: 'Administración',
    description: 'Hospitales, médicos, usuarios, números del tablero y auditoría clínica. Solo para administradores.',
    shownIn: ['auth', 'hospitals', 'subscriptions', 'patients', 'studies', 'visor', 'som3d', 'messages'],
  },
  patients: {
    title: 'Pacientes',
    description: 'Los pacientes de un médico y sus notas clínicas.',
    shownIn: ['studies', 'visor', 'som3d', 'messages', 'usage', 'admin'],
  },
  studies: { title: 'Estudios', description: 'Los estudios de imagen de un paciente.', shownIn: ['admin'] },
  visor: {
    title: 'Visor',
    description: 'Lo que el visor 3D guarda para abrirse otra vez donde se dejó.',
    shownIn: ['som3d', 'usage'],
  },
  som3d: {
    title: 'Conversión 3D',
    description: 'Subir un estudio, seguir su conversión y descargar los modelos que resultan.',
    shownIn: ['visor', 'usage', 'admin'],
  },
  uploads: {
    title: 'Subidas reanudables',
    description: 'Subir un estudio por partes con el protocolo tus, para continuar después de una interrupción.',
    shownIn: ['usage'],
  },
  usage: { title: 'Uso', description: 'Lo que una cuenta usa y cuánto puede usar.', shownIn: [] },
  messages: {
    title: 'Mensajes',
    description: 'Errores y sugerencias de los médicos, y las respuestas que reciben.',
    shownIn: ['usage'],
  },
  monitoring: { title: 'Métricas', description: 'Métricas del servicio para Prometheus.', shownIn: [] },
  epayco: {
    title: 'Pagos (ePayco)',
    description: 'Las confirmaciones de la pasarela, la página a la que vuelve quien paga y la conciliación.',
    shownIn: ['subscriptions', 'hospitals', 'usage', 'admin'],
  },
  workers: {
    title: 'Procesos de conversión',
    description: 'Motores de segmentación y aceleradores disponibles.',
    shownIn: [],
  },
};
