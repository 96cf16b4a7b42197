import { defineEntity, p, type InferEntity } from '@mikro-orm/core';
import { identity, instantOfInsert, instantOfUpdate } from '../columns.ts';
import { Usuario } from './auth.entity.ts';
import { Medico } from './doctors.entity.ts';
import { Paciente } from './patients.entity.ts';

/** What a doctor reports to the administrators: an error or a suggestion. */
export const Mensaje = defineEntity({
  name: 'Mensaje',
  tableName: 'mensaje',
  indexes: [
    { name: 'idx_mensaje_estado', properties: ['estado'] },
    { name: 'idx_mensaje_leido_admin', properties: ['leido_admin'] },
    { name: 'idx_mensaje_medico_leido', properties: ['id_medico', 'leido_medico'] },
  ],
  properties: {
    id_mensaje: identity(),
    id_medico: () =>
      p
        .manyToOne(Medico)
        .mapToPk()
        .index('idx_mensaje_id_medico')
        .foreignKeyName('fk_mensaje_medico')
        .deleteRule('no action'),
    id_paciente: () =>
      p
        .manyToOne(Paciente)
        .mapToPk()
        .nullable()
        .index('idx_mensaje_id_paciente')
        .foreignKeyName('fk_mensaje_paciente')
        .deleteRule('no action'),
    tipo: p.string().length(30),
    titulo: p.string().length(200),
    descripcion: p.text(),
    severidad: p.string().length(20),
    adjunto_url: p.string().length(500).nullable(),
    estado: p.string().length(30).default('nuevo'),
    respuesta_admin: p.text().nullable(),
    leido_admin: p.boolean().default(false),
    leido_medico: p.boolean().default(false),
    creado_en: instantOfInsert(),
    actualizado_en: instantOfUpdate(),
  },
});
export type Mensaje = InferEntity<typeof Mensaje>;

/** One step in the history of a message. */
export const MensajeEvento = defineEntity({
  name: 'MensajeEvento',
  tableName: 'mensaje_evento',
  properties: {
    id_evento: identity(),
    id_mensaje: () =>
      p
        .manyToOne(Mensaje)
        .mapToPk()
        .index('idx_mensajeevento_id_mensaje')
        .foreignKeyName('fk_mensajeevento_mensaje')
        .deleteRule('no action'),
    id_actor_usuario: () =>
      p
        .manyToOne(Usuario)
        .mapToPk()
        .nullable()
        .index('idx_mensajeevento_actor')
        .foreignKeyName('fk_mensajeevento_actor')
        .deleteRule('no action'),
    accion: p.string().length(40),
    detalle_json: p.text().nullable(),
    creado_en: instantOfInsert(),
  },
});
export type MensajeEvento = InferEntity<typeof MensajeEvento>;

/** The administrator who is assigned to a message. */
export const MensajeGestion = defineEntity({
  name: 'MensajeGestion',
  tableName: 'mensaje_gestion',
  properties: {
    id_mensaje: () =>
      p
        .manyToOne(Mensaje)
        .primary()
        .mapToPk()
        .index(false)
        .foreignKeyName('fk_mensajegestion_mensaje')
        .deleteRule('no action')
        .updateRule('no action'),
    asignado_admin_id_usuario: () =>
      p
        .manyToOne(Usuario)
        .mapToPk()
        .nullable()
        .index('idx_mensajegestion_admin')
        .foreignKeyName('fk_mensajegestion_admin')
        .deleteRule('no action'),
    creado_en: instantOfInsert(),
    actualizado_en: instantOfUpdate(),
  },
});
export type MensajeGestion = InferEntity<typeof MensajeGestion>;
