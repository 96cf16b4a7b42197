import { createHash } from 'node:crypto';
import type { Config } from '../../config/config.ts';
import type { GatewayPayment } from '../../gateways/epayco/gateway.ts';
import { escapeHtml } from '../../base/html.ts';
import { flagOf } from './confirmation.ts';
import type { PaymentView } from './epayco.service.ts';
import { formatDate, formatPesos } from '../checkout/format.ts';
import { centsOf } from '../checkout/money.ts';
import { PAGE_STYLE } from './response-style.ts';

/** The page runs nothing and loads nothing; its one style sheet is named by its digest. */
export const PAGE_POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(PAGE_STYLE).digest('base64')}'`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

type Tone = 'good' | 'waiting' | 'bad' | 'plain';

interface Message {
  readonly tone: Tone;
  readonly title: string;
  readonly text: string;
  /** Offers to ask again. */
  readonly again?: boolean;
}

const APPROVED: Message = {
  tone: 'good',
  title: 'Pago aprobado',
  text: 'Su suscripción se activa en cuanto la pasarela nos lo confirma; suele tardar menos de un minuto. Le enviaremos un correo.',
};
const ACTIVATED: Message = {
  tone: 'good',
  title: 'Pago aprobado',
  text: 'Su suscripción está activa. Le enviamos un correo con los datos del pago.',
};
const NOT_APPLIED: Message = {
  tone: 'waiting',
  title: 'Pago aprobado, en revisión',
  text: 'La pasarela lo dio por bueno, pero no lo pudimos aplicar a su suscripción. No pague de nuevo: escriba al soporte con la referencia.',
};
const PENDING: Message = {
  tone: 'waiting',
  title: 'Pago pendiente',
  text: 'El pago aún no termina. Según el medio de pago puede tardar de minutos a días. No pague de nuevo: le avisaremos por correo cuando se apruebe.',
  again: true,
};
const REJECTED: Message = {
  tone: 'bad',
  title: 'Pago rechazado',
  text: 'Su banco o la pasarela no aprobó el pago. Puede intentarlo de nuevo con el mismo medio o con otro.',
};
const FAILED: Message = {
  tone: 'bad',
  title: 'El pago no se completó',
  text: 'Ocurrió una falla durante el pago. Puede intentarlo de nuevo.',
};
const CANCELLED: Message = {
  tone: 'bad',
  title: 'Pago cancelado',
  text: 'El pago se abandonó, se canceló o venció antes de terminar. Puede intentarlo de nuevo cuando quiera.',
};
const REVERSED: Message = {
  tone: 'plain',
  title: 'Pago reversado',
  text: 'El pago se aprobó y luego se reversó. El tiempo que dio a su suscripción dejó de contar.',
};
const REVIEW: Message = {
  tone: 'waiting',
  title: 'Pago en revisión',
  text: 'La pasarela está revisando el pago. No pague de nuevo: le avisaremos por correo cuando se apruebe.',
  again: true,
};
const UNKNOWN: Message = {
  tone: 'plain',
  title: 'No encontramos el pago',
  text: 'La pasarela no conoce esta referencia. Si acaba de pagar, espere unos minutos y consulte de nuevo.',
  again: true,
};
const OTHER: Message = {
  tone: 'plain',
  title: 'Estado desconocido',
  text: 'La pasarela dio un estado que no conocemos. Si pagó, le avisaremos por correo cuando se apruebe; consulte de nuevo en unos minutos.',
  again: true,
};
const UNAVAILABLE: Message = {
  tone: 'waiting',
  title: 'No pudimos consultar el pago',
  text: 'La pasarela no responde en este momento. Si pagó, su pago no se pierde: se registra en cuanto la pasarela nos lo confirma. No pague de nuevo; consulte más tarde.',
  again: true,
};

const BY_CODE: Readonly<Record<string, Message>> = {
  '1': APPROVED,
  '2': REJECTED,
  '3': PENDING,
  '4': FAILED,
  '6': REVERSED,
  '7': REVIEW,
  '8': PENDING,
  '9': CANCELLED,
  '10': CANCELLED,
  '11': CANCELLED,
  '12': REVIEW,
};

const MARKS: Readonly<Record<Tone, string>> = {
  good: '<path d="M14 25l7 7 13-15"/>',
  waiting: '<path d="M24 14v11l7 5"/>',
  bad: '<path d="M17 17l14 14M31 17L17 31"/>',
  plain: '<path d="M24 22v11M24 15v.5"/>',
};

function messageOf(view: PaymentView): Message {
  if (view.kind === 'unavailable') return UNAVAILABLE;
  if (view.kind === 'unknown') return UNKNOWN;
  const code = view.payment.x_cod_response ?? '';
  if (code === '1' && view.state === 'PROCESADO') return ACTIVATED;
  if (code === '1' && (view.state === 'RECHAZADO' || view.state === 'AGOTADO')) return NOT_APPLIED;
  return BY_CODE[code] ?? OTHER;
}

function amountOf({ x_amount, x_currency_code }: GatewayPayment): string | undefined {
  const cents = centsOf(x_amount);
  if (cents === null) return x_amount;
  const pesos = (x_currency_code ?? 'COP').toUpperCase() === 'COP';
  return pesos ? `${formatPesos(Number(cents) / 100)} COP` : `${x_amount ?? ''} ${x_currency_code ?? ''}`;
}

/** The gateway writes Colombian time without a zone. */
function dateOf({ x_transaction_date: text }: GatewayPayment): string | undefined {
  const match = /^(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2}(?::\d{2})?)$/.exec(text ?? '');
  const instant = new Date(match ? `${match[1]}T${match[2]}-05:00` : Number.NaN);
  return Number.isNaN(instant.getTime()) ? text : formatDate(instant);
}

function factsOf(view: PaymentView, reference: string | undefined): [string, string | undefined][] {
  if (view.kind !== 'payment') return [['Referencia', reference]];
  const { payment } = view;
  return [
    ['Referencia', payment.x_ref_payco ?? reference],
    ['Factura', payment.x_id_invoice],
    ['Concepto', payment.x_description],
    ['Valor', amountOf(payment)],
    ['Fecha', dateOf(payment)],
    ['Respuesta', (payment.x_response_reason_text ?? payment.x_response)?.replace(/^\d{1,3}-/, '')],
    ['Autorización', payment.x_approval_code],
  ];
}

function frontendOf(config: Pick<Config, 'FRONTEND_URL' | 'frontendOrigins'>): string | undefined {
  return config.FRONTEND_URL ?? (config.frontendOrigins === '*' ? undefined : config.frontendOrigins[0]);
}

/**
 * The page a payer comes back to: Spanish, readable on a phone and on paper, without a script. Everything that came
 * from outside is escaped.
 *
 * @param reference as the browser brought it
 */
export function responsePage(
  view: PaymentView,
  reference: string | undefined,
  config: Pick<Config, 'FRONTEND_URL' | 'frontendOrigins'>,
): string {
  const message = messageOf(view);
  const facts = factsOf(view, reference).filter((fact): fact is [string, string] => Boolean(fact[1]));
  const rows = facts.map(([name, value]) => `<div><dt>${name}</dt><dd>${escapeHtml(value)}</dd></div>`);
  const isTest = view.kind === 'payment' && flagOf(view.payment.x_test_request) === true;
  const frontend = frontendOf(config);
  const again = message.again && reference ? `?ref_payco=${encodeURIComponent(reference)}` : undefined;
  return `<!doctype html>
<html lang="es">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${message.title} · SOM3D</title>
<style>${PAGE_STYLE}</style>
</head>
<body>
<main class="${message.tone}">
<p class="brand">SOM3D</p>
<svg class="mark" viewBox="0 0 48 48" aria-hidden="true"><circle cx="24" cy="24" r="21"/>${MARKS[message.tone]}</svg>
<h1>${message.title}</h1>
<p class="text">${message.text}</p>
${isTest ? '<p class="test">Este es un pago de prueba: no movió dinero.</p>' : ''}
${rows.length > 0 ? `<dl>${rows.join('')}</dl>` : ''}
<nav aria-label="Continuar">
${frontend ? `<a class="main" href="${escapeHtml(frontend)}">Volver a SOM3D</a>` : ''}
${again ? `<a href="${escapeHtml(again)}">Consultar de nuevo</a>` : ''}
</nav>
${view.kind === 'payment' ? '<p class="hint">Guarde o imprima esta página como constancia.</p>' : ''}
</main>
</body>
</html>
`;
}
