import type { EntityManager } from '@mikro-orm/core';
import type { CreateMessageBody, MESSAGE_ACTIONS, UpdateMessageBody } from '@som3d/contract';
import { FOR_UPDATE } from '../../db/locks/rows.ts';
import { wholeSeconds } from '../../db/columns.ts';
import { inTransaction } from '../../db/transaction.ts';
import type { Deps } from '../../deps.ts';
import { AppError } from '../../base/errors.ts';
import type { Actor } from '../../http/context.ts';
import { Usuario } from '../../db/entities/auth.entity.ts';
import { ensureDoctorProfile } from '../doctors/profile.ts';
import { countMessage } from '../usage/quotas.ts';
import { findPatientFor } from '../patients/patients.policy.ts';
import { Mensaje, MensajeEvento, MensajeGestion } from '../../db/entities/messages.entity.ts';
import { findInboxMessage, type InboxRow } from './messages.queries.ts';

interface Step {
  readonly accion: (typeof MESSAGE_ACTIONS)[number];
  readonly detalle?: Readonly<Record<string, unknown>>;
}

/** A message, held until the transaction ends. */
async function lockMessage(em: EntityManager, where: { id_mensaje: number; id_medico?: number }): Promise<Mensaje> {
  const message = await em.findOne(Mensaje, where, FOR_UPDATE);
  if (!message) throw new AppError('not_found', 'El mensaje no existe');
  return message;
}

async function refuseUnknownAdmin(em: EntityManager, id_usuario: number): Promise<void> {
  const admin = await em.findOne(Usuario, { id_usuario, rol: 'ADMINISTRADOR', activo: true });
  if (!admin) throw new AppError('not_found', 'El administrador no existe');
}

/** @param text null takes the answer back */
function answer(message: Mensaje, text: string | null): Step {
  message.respuesta_admin = text;
  if (text !== null) message.leido_medico = false;
  return { accion: 'respondido', detalle: { respuesta: text } };
}

function moveTo(message: Mensaje, estado: string): Step | null {
  if (message.estado === estado) return null;
  const step: Step = { accion: 'estado', detalle: { de: message.estado, a: estado } };
  message.estado = estado;
  return step;
}

function setRead(message: Mensaje, read: boolean): Step | null {
  if (message.leido_admin === read) return null;
  message.leido_admin = read;
  return { accion: 'leido', detalle: { leido: read } };
}

/** Messages between doctors and administrators: behaviour.md section 10. Each command and its history are one transaction. */
export class MessageService {
  readonly #deps: Pick<Deps, 'orm' | 'clock' | 'config'>;
  readonly #orm: Deps['orm'];
  readonly #clock: Deps['clock'];

  constructor(deps: Pick<Deps, 'orm' | 'clock' | 'config'>) {
    this.#deps = deps;
    this.#orm = deps.orm;
    this.#clock = deps.clock;
  }

  #record(em: EntityManager, message: Mensaje, actor: Actor, steps: readonly Step[]): void {
    for (const { accion, detalle } of steps) {
      em.create(MensajeEvento, {
        id_mensaje: message.id_mensaje,
        id_actor_usuario: actor.id_usuario,
        accion,
        detalle_json: detalle === undefined ? null : JSON.stringify(detalle),
        creado_en: wholeSeconds(this.#clock()),
      });
    }
  }

  /** @throws AppError 404 when the patient is not the doctor's own */
  async create(actor: Actor, { id_paciente, ...body }: CreateMessageBody): Promise<Mensaje> {
    await countMessage(this.#deps, actor);
    return await inTransaction(this.#orm.em, async (em) => {
      const id_medico = await ensureDoctorProfile(em, actor);
      if (id_paciente) {
        await findPatientFor(em, { ...actor, id_medico }, id_paciente).catch((error: unknown) => {
          // Whether somebody else has such a patient is nobody's business here.
          if (error instanceof AppError) throw new AppError('not_found', 'El paciente no existe', { cause: error });
          throw error;
        });
      }
      const at = wholeSeconds(this.#clock());
      const stamps = { creado_en: at, actualizado_en: at };
      const message = em.create(Mensaje, { ...body, id_medico, id_paciente: id_paciente ?? null, ...stamps });
      await em.flush();
      const { tipo, severidad } = message;
      this.#record(em, message, actor, [{ accion: 'creado', detalle: { tipo, severidad } }]);
      return message;
    });
  }

  /** Notes whether the doctor has read the answer. The same once more changes nothing. */
  async setAnswerRead(actor: Actor, id_mensaje: number, read: boolean): Promise<Mensaje> {
    return await inTransaction(this.#orm.em, async (em) => {
      const message = await lockMessage(em, { id_mensaje, id_medico: actor.id_medico ?? 0 });
      if (message.leido_medico === read) return message;
      message.leido_medico = read;
      this.#record(em, message, actor, [{ accion: 'respuesta_leida', detalle: { leida: read } }]);
      return message;
    });
  }

  /** Gives the message to an administrator, or to nobody; null when that is so already. */
  async #assign(em: EntityManager, message: Mensaje, to: number | null): Promise<Step | null> {
    if (to !== null) await refuseUnknownAdmin(em, to);
    const at = wholeSeconds(this.#clock());
    const { id_mensaje } = message;
    const held = await em.findOne(MensajeGestion, { id_mensaje });
    const from = held?.asignado_admin_id_usuario ?? null;
    if (from === to) return null;
    if (held) em.assign(held, { asignado_admin_id_usuario: to, actualizado_en: at });
    else em.create(MensajeGestion, { id_mensaje, asignado_admin_id_usuario: to, creado_en: at, actualizado_en: at });
    return { accion: 'asignado', detalle: { de: from, a: to } };
  }

  /** @throws AppError 404 for an unknown message, or an assignee who is no active administrator */
  async update(actor: Actor, id_mensaje: number, body: UpdateMessageBody): Promise<InboxRow> {
    return await inTransaction(this.#orm.em, async (em) => {
      const message = await lockMessage(em, { id_mensaje });
      const { respuesta_admin: text, asignado_admin_id_usuario: to } = body;
      const rewritten = text !== undefined && text !== (message.respuesta_admin ?? null);
      const answered = rewritten && text !== null;
      const estado = body.estado ?? (answered ? 'resuelto' : undefined);
      const read = body.leido_admin ?? (answered ? true : undefined);
      const steps = [
        read === undefined ? null : setRead(message, read),
        to === undefined ? null : await this.#assign(em, message, to),
        rewritten ? answer(message, text) : null,
        estado === undefined ? null : moveTo(message, estado),
      ].filter((step) => step !== null);
      this.#record(em, message, actor, steps);
      await em.flush();
      const row = await findInboxMessage(em, id_mensaje);
      if (!row) throw new AppError('not_found', 'El mensaje no existe');
      return row;
    });
  }

  /** @throws AppError 404 */
  async check(id_mensaje: number): Promise<void> {
    if (!(await this.#orm.em.fork().count(Mensaje, { id_mensaje })))
      throw new AppError('not_found', 'El mensaje no existe');
  }
}
