import { z } from 'zod';
import {
  choice,
  clamped,
  defineRoutes,
  fields,
  filter,
  Id,
  numeric,
  numericOrNull,
  problems,
  scalars,
} from './common/index.ts';

export const MESSAGE_TYPES = ['sugerencia', 'error'] as const;
export const MESSAGE_SEVERITIES = ['baja', 'media', 'alta'] as const;
export const MESSAGE_STATES = ['nuevo', 'analisis', 'en_curso', 'resuelto'] as const;
export type MessageState = (typeof MESSAGE_STATES)[number];

/** Words of an earlier version, which clients can send and rows can hold. */
export const MESSAGE_STATE_ALIASES: Readonly<Record<string, MessageState>> = {
  en_proceso: 'en_curso',
  respondido: 'resuelto',
  cerrado: 'resuelto',
};

/** A message. Rows of the predecessor can have other types, severities and states. */
export const Message = z
  .object({
    id_mensaje: z.int(),
    id_medico: z.int(),
    id_paciente: z.int().nullable(),
    tipo: z.string().meta({ examples: ['error'] }),
    titulo: fields.titulo,
    descripcion: fields.descripcion,
    severidad: z.string().meta({ examples: ['media'] }),
    adjunto_url: z
      .string()
      .meta({ examples: ['https://example.com/pantalla.png'] })
      .nullable(),
    estado: z.string().meta({ description: MESSAGE_STATES.join(', '), examples: ['nuevo'] }),
    respuesta_admin: z
      .string()
      .meta({ examples: ['Ya quedó corregido; vuelva a abrirlo.'] })
      .nullable(),
    leido_admin: z.boolean(),
    leido_medico: z.boolean().meta({ description: 'El médico leyó la respuesta' }),
    creado_en: scalars.Instant,
    actualizado_en: scalars.Instant,
  })
  .meta({
    id: 'Message',
    description: 'Un mensaje de un médico; los antiguos pueden tener otros tipos, severidades y estados',
  });
export type Message = z.infer<typeof Message>;

const person = z.object({
  id_usuario: z.int(),
  nombre: fields.nombre,
  apellido: fields.apellido,
  correo: fields.correo,
});

export const MESSAGE_ACTIONS = ['creado', 'leido', 'asignado', 'estado', 'respondido', 'respuesta_leida'] as const;

export const MessageEvent = z
  .object({
    id_evento: z.int(),
    id_mensaje: z.int(),
    accion: z.string().meta({ description: MESSAGE_ACTIONS.join(', '), examples: ['creado'] }),
    detalle: z.unknown().meta({ description: 'Qué cambió' }),
    actor: person.nullable().meta({ description: 'null cuando su cuenta ya no existe' }),
    creado_en: scalars.Instant,
  })
  .meta({ id: 'MessageEvent', description: 'Un paso de la historia de un mensaje' });
export type MessageEvent = z.infer<typeof MessageEvent>;

/** How many events of its history a message of the inbox shows. */
export const MESSAGE_PREVIEW = 3;

const assignee = person.nullable().meta({ description: 'El administrador que lo atiende' });

/** A message as administrators see it. `medico` and `asignado` are the same people as `emisor` and `asignado_admin`. */
export const InboxMessage = Message.extend({
  medico: person,
  asignado: assignee,
  emisor: person.extend({ id_medico: z.int() }).meta({ description: 'El médico que lo escribió' }),
  asignado_admin: assignee,
  bitacora_preview: z
    .array(MessageEvent)
    .max(MESSAGE_PREVIEW)
    .meta({ description: 'Lo último de su historia, lo más reciente primero' }),
}).meta({
  id: 'InboxMessage',
  description: 'Un mensaje como lo ve un administrador, con las personas y lo último de su historia',
});
export type InboxMessage = z.infer<typeof InboxMessage>;

export const CreateMessageBody = z
  .object({
    tipo: choice(MESSAGE_TYPES),
    titulo: scalars.freeText(200, 5, 'El visor no abre').required,
    descripcion: scalars.clinicalText(2000, 10, 'Al abrir el trabajo de hoy, la pantalla queda en blanco.').required,
    severidad: choice(MESSAGE_SEVERITIES),
    id_paciente: numericOrNull(Id),
  })
  .meta({
    id: 'CreateMessageBody',
    description: 'Un error o una sugerencia de un médico',
    examples: [
      {
        tipo: 'error',
        titulo: 'El visor no abre',
        descripcion: 'Al abrir el trabajo de hoy, la pantalla queda en blanco.',
        severidad: 'media',
      },
    ],
  });
export type CreateMessageBody = z.infer<typeof CreateMessageBody>;

export const UpdateMessageBody = z
  .object({
    estado: choice(MESSAGE_STATES, MESSAGE_STATE_ALIASES).optional(),
    respuesta_admin: scalars.clinicalText(5000, 1, 'Ya quedó corregido; vuelva a abrirlo.').clearable,
    asignado_admin_id_usuario: numericOrNull(Id).meta({ description: 'null lo deja sin asignar' }),
    leido_admin: scalars.Flag.optional(),
  })
  .meta({
    id: 'UpdateMessageBody',
    description: 'Lo que un administrador cambia de un mensaje',
    examples: [{ estado: 'resuelto', respuesta_admin: 'Ya quedó corregido; vuelva a abrirlo.' }],
  });
export type UpdateMessageBody = z.infer<typeof UpdateMessageBody>;

/** Without a body the answer is read. */
export const MarkReadBody = z
  .object({ leido_medico: scalars.Flag.default(true) })
  .prefault({})
  .meta({
    id: 'MarkReadBody',
    description: 'Si la respuesta queda leída; sin contenido, sí',
    examples: [{ leido_medico: true }],
  });
export type MarkReadBody = z.infer<typeof MarkReadBody>;

const MAX_PAGE_SIZE = 100;

/** What the two lists have in common. */
const listed = {
  estado: filter(MESSAGE_STATES, MESSAGE_STATE_ALIASES),
  tipo: filter(MESSAGE_TYPES),
  page: numeric(z.int().min(1).max(1_000_000).default(1)).meta({ description: 'Página, desde 1', default: 1 }),
  page_size: clamped(1, MAX_PAGE_SIZE)
    .default(20)
    .meta({ description: `Mensajes por página; más de ${MAX_PAGE_SIZE} son ${MAX_PAGE_SIZE}` }),
};

export const MessageQuery = z.object(listed);
export type MessageQuery = z.infer<typeof MessageQuery>;

export const InboxQuery = z.object({
  ...listed,
  severidad: filter(MESSAGE_SEVERITIES),
  only_unread: scalars.Flag.optional().meta({
    description: 'Solo los que ningún administrador ha leído',
    default: false,
  }),
  leido: scalars.Flag.optional().meta({ description: 'Leído por un administrador', examples: [false] }),
  asignado: z
    .union([z.enum(['nadie', 'mio']), Id])
    .optional()
    .meta({ description: 'Usuario que lo atiende, o `mio`, o `nadie`', examples: ['mio'] }),
  id_medico: Id.optional().meta({ description: 'Solo los de este médico' }),
  q: z
    .string()
    .trim()
    .max(100)
    .optional()
    .meta({ description: 'En título, descripción, o nombre o correo del médico', examples: ['visor'] }),
});
export type InboxQuery = z.infer<typeof InboxQuery>;

function pageOf<S extends z.ZodType>(items: S) {
  return z.object({ total: z.int(), items: z.array(items) });
}
const pathParams = z.object({ id: Id.meta({ description: 'Identificador del mensaje' }) });

// Literal paths come before `:id`.
export const messages = defineRoutes({
  create: {
    method: 'POST',
    path: '/mensajes/',
    summary: 'Reportar un error o una sugerencia',
    description: 'Admite formulario, multipart y JSON.',
    metadata: { access: 'medico', rawFields: true },
    contentType: 'application/x-www-form-urlencoded',
    body: CreateMessageBody,
    responses: { 201: Message, ...problems(404, 429) },
  },
  list: {
    method: 'GET',
    path: '/mensajes/',
    summary: 'Mensajes propios, el más reciente primero',
    description: 'Los mensajes que escribió el médico, con las respuestas que recibió.',
    metadata: { access: 'medico' },
    query: MessageQuery,
    responses: { 200: pageOf(Message) },
  },
  inbox: {
    method: 'GET',
    path: '/mensajes/admin/inbox',
    summary: 'Mensajes de todos, el más reciente primero',
    description: 'Los mensajes de todos los médicos, con filtros y lo último de su historia.',
    metadata: { access: 'admin' },
    query: InboxQuery,
    responses: { 200: pageOf(InboxMessage) },
  },
  events: {
    method: 'GET',
    path: '/mensajes/admin/inbox/:id/events',
    summary: 'Historia de un mensaje, lo más reciente primero',
    description: 'Cada paso: cuándo se escribió, leyó, asignó y respondió, y quién lo hizo.',
    metadata: { access: 'admin' },
    pathParams,
    responses: { 200: z.object({ items: z.array(MessageEvent) }), ...problems(404) },
  },
  update: {
    method: 'PATCH',
    path: '/mensajes/admin/inbox/:id',
    summary: 'Atender un mensaje: leerlo, asignarlo, responderlo, cambiar su estado',
    description:
      'Una respuesta lo deja leído y, si no se dice otro estado, resuelto; el médico la ve como no leída. Vacía o null, la borra.',
    metadata: { access: 'admin' },
    pathParams,
    body: UpdateMessageBody,
    responses: { 200: InboxMessage.extend({ ok: z.literal(true) }), ...problems(404) },
  },
  markRead: {
    method: 'PUT',
    path: '/mensajes/:id/leido',
    summary: 'Marcar como leída, o no leída, la respuesta de un mensaje propio',
    description: 'Sin contenido la marca como leída. Repetirlo no cambia nada.',
    metadata: { access: 'medico' },
    pathParams,
    body: MarkReadBody,
    responses: { 200: Message.extend({ ok: z.literal(true) }), ...problems(404) },
  },
});
