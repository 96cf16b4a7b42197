import { MESSAGE_STATE_ALIASES, type InboxMessage, type Message, type MessageEvent } from '@som3d/contract';
import { jsonOrText } from '../../db/json-text.ts';
import { toInstant } from '../../db/kysely.ts';
import type { EventRow, InboxRow, MessageRow } from './messages.queries.ts';

function person(id_usuario: number, nombre: string | null, apellido: string | null, correo: string | null) {
  return {
    id_usuario,
    nombre: nombre ?? '',
    apellido: apellido ?? '',
    correo: correo ?? '',
  };
}

/** A message as the contract shows it, from an entity or from a row. */
export function presentMessage(row: MessageRow): Message {
  return {
    id_mensaje: row.id_mensaje,
    id_medico: row.id_medico,
    id_paciente: row.id_paciente ?? null,
    tipo: row.tipo,
    titulo: row.titulo,
    descripcion: row.descripcion,
    severidad: row.severidad,
    adjunto_url: row.adjunto_url ?? null,
    estado: MESSAGE_STATE_ALIASES[row.estado] ?? row.estado,
    respuesta_admin: row.respuesta_admin ?? null,
    leido_admin: Boolean(row.leido_admin),
    leido_medico: Boolean(row.leido_medico),
    creado_en: toInstant(row.creado_en).toISOString(),
    actualizado_en: toInstant(row.actualizado_en).toISOString(),
  };
}

export function presentInboxMessage(row: InboxRow): InboxMessage {
  const medico = person(row.medico_id_usuario, row.medico_nombre, row.medico_apellido, row.medico_correo);
  const asignado =
    row.asignado_id_usuario === null
      ? null
      : person(row.asignado_id_usuario, row.asignado_nombre, row.asignado_apellido, row.asignado_correo);
  return {
    ...presentMessage(row),
    medico,
    asignado,
    emisor: { ...medico, id_medico: row.id_medico },
    asignado_admin: asignado,
    bitacora_preview: row.preview.map(presentMessageEvent),
  };
}

export function presentMessageEvent(row: EventRow): MessageEvent {
  return {
    id_evento: row.id_evento,
    id_mensaje: row.id_mensaje,
    accion: row.accion,
    detalle: jsonOrText(row.detalle_json),
    actor: row.id_actor_usuario === null ? null : person(row.id_actor_usuario, row.nombre, row.apellido, row.correo),
    creado_en: toInstant(row.creado_en).toISOString(),
  };
}
