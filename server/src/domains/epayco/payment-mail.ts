import type { EntityManager } from '@mikro-orm/core';
import { kysely } from '../../db/kysely.ts';
import { escapeHtml } from '../../base/html.ts';
import type { OutgoingMail } from '../mail/outbox.ts';
import { formatDate, formatPesos } from '../checkout/format.ts';

/** Who paid, and what. */
export interface PaidBy {
  readonly to: string;
  readonly nombre: string;
  readonly plan: string;
  readonly vence: Date | null;
}

interface Paid {
  readonly reference: string;
  readonly invoice: string | null;
  readonly monto: number;
  readonly fecha: Date;
}

/** The payer of a subscription with its mail address; `null` when there is none to write to. */
export async function payerOf(em: EntityManager, id_suscripcion: number): Promise<PaidBy | null> {
  const row = await kysely(em)
    .selectFrom('Suscripcion as s')
    .innerJoin('Plan as p', 'p.id_plan', 's.id_plan')
    .leftJoin('Medico as m', 'm.id_medico', 's.id_medico')
    .leftJoin('Usuario as u', 'u.id_usuario', 'm.id_usuario')
    .leftJoin('Hospital as h', 'h.id_hospital', 's.id_hospital')
    .select(['u.correo', 'u.nombre', 'u.apellido', 'p.nombre as plan', 's.fecha_expiracion'])
    .select(['h.correo as hospital_correo', 'h.nombre as hospital'])
    .where('s.id_suscripcion', '=', id_suscripcion)
    .executeTakeFirst();
  const to = row?.correo ?? row?.hospital_correo;
  if (!row || !to) return null;
  const nombre = row.hospital ?? `${row.nombre ?? ''} ${row.apellido ?? ''}`.trim();
  return { to, nombre, plan: row.plan, vence: row.fecha_expiracion };
}

function compose(title: string, greeting: string, opening: string, facts: readonly (readonly [string, string])[]) {
  const closing = 'Si tiene alguna pregunta, escriba al soporte con la referencia del pago.';
  const rows = facts.map(
    ([name, value]) =>
      `<tr><th style="text-align:left;padding:4px 16px 4px 0;font-weight:600">${escapeHtml(name)}</th>` +
      `<td style="padding:4px 0">${escapeHtml(value)}</td></tr>`,
  );
  return {
    subject: title,
    text: [
      greeting,
      '',
      opening,
      '',
      ...facts.map(([name, value]) => `${name}: ${value}`),
      '',
      closing,
      '',
      'SOM3D',
      '',
    ].join('\n'),
    html: [
      '<!doctype html><html lang="es"><meta charset="utf-8">',
      '<body style="font-family:sans-serif;color:#1b2733;line-height:1.5;max-width:36em;margin:0 auto;padding:16px">',
      `<h1 style="font-size:20px">${escapeHtml(title)}</h1>`,
      `<p>${escapeHtml(greeting)}</p><p>${escapeHtml(opening)}</p>`,
      `<table style="border-collapse:collapse">${rows.join('')}</table>`,
      `<p>${escapeHtml(closing)}</p><p>SOM3D</p></body></html>`,
    ].join('\n'),
  };
}

function factsOf(payer: PaidBy, paid: Paid): [string, string][] {
  return [
    ['Plan', payer.plan],
    ['Valor', formatPesos(paid.monto)],
    ['Fecha', formatDate(paid.fecha)],
    ['Referencia', paid.reference],
    ...(paid.invoice ? ([['Factura', paid.invoice]] as [string, string][]) : []),
  ];
}

/** The mail that confirms a payment. */
export function approvalMail(payer: PaidBy, paid: Paid): OutgoingMail {
  return {
    kind: 'pago_aprobado',
    to: payer.to,
    dedupe_key: `pago_aprobado:${paid.reference}`,
    ...compose(
      'Recibimos su pago de SOM3D',
      `Hola, ${payer.nombre}:`,
      'Su pago fue aprobado y su suscripción está activa.',
      [...factsOf(payer, paid), ...(payer.vence ? ([['Vigente hasta', formatDate(payer.vence)]] as const) : [])],
    ),
  };
}

/** The mail that reports a reversal. */
export function reversalMail(payer: PaidBy, paid: Paid): OutgoingMail {
  return {
    kind: 'pago_reversado',
    to: payer.to,
    dedupe_key: `pago_reversado:${paid.reference}`,
    ...compose(
      'Su pago de SOM3D fue reversado',
      `Hola, ${payer.nombre}:`,
      'La pasarela reversó su pago, y el tiempo que este dio a su suscripción dejó de contar.',
      factsOf(payer, paid),
    ),
  };
}
