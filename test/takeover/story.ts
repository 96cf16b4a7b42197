import { readFileSync } from 'node:fs';
import path from 'node:path';
import { signConfirmation, type SignedFields } from '@som3d/client/testing';
import { mailing, type RunningServer } from '@som3d/server/testing';
import { until } from '../support/jobs.ts';
import { codeOf, mailsTo, type ReceivedMail } from '../support/mail.ts';
import { type Answer, type Expected } from './answer.ts';

type Fields = Readonly<Record<string, unknown>>;

/** A request. `{name}` stands for a value that an earlier answer gave, `{cookie:jar:name}` for a cookie. */
export interface Request {
  readonly method: string;
  readonly path: string;
  /** Whose token it carries, by the name it was kept under. */
  readonly as?: string;
  readonly json?: unknown;
  readonly form?: Fields;
  readonly multipart?: Readonly<Record<string, string | { readonly file: string; readonly content: string }>>;
  readonly raw?: string;
  /** Content type in place of the usual one; empty for none. */
  readonly type?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Cookies that go and come with it. */
  readonly jar?: string;
  /** Values of the answer that later requests use, by their path. */
  readonly keep?: Readonly<Record<string, string>>;
}

/** One step of a story: a request whose answer is compared, or what has to happen between two of them. */
export type Step =
  | (Request & { readonly name: string; readonly expect: Expected })
  | { readonly ask: Request }
  | { readonly mail: { readonly to: string; readonly find: 'code' | 'link'; readonly keep: string } }
  | { readonly copy: { readonly from: string; readonly to: string } }
  /** A value that later requests use. */
  | { readonly know: Readonly<Record<string, string>> }
  /** Seconds. */
  | { readonly advance: number };

/** A step that is compared, with its answer. */
export interface Told {
  readonly name: string;
  readonly request: string;
  readonly expected: Expected;
  readonly answer: Answer;
}

/** The service that a story is told to. */
export interface Listener {
  readonly url: string;
  readonly deps: RunningServer['deps'];
  readonly dataDir: string;
  advance(ms: number): void;
}

/** The payment account of the stories. */
export const ACCOUNT = { customerId: '4242', key: 'pkey-de-pruebas' };

export function readStory(number: 1 | 2): Step[] {
  return JSON.parse(readFileSync(path.join(import.meta.dirname, `story-${number}.json`), 'utf8')) as Step[];
}

function pick(body: unknown, at: string): unknown {
  let value = body;
  for (const part of at.split('.')) value = (value as Record<string, unknown> | null | undefined)?.[part];
  return value;
}

/** Tells stories to a service. What answers gave stays known from one story to the next. */
export class Teller {
  readonly #listener: Listener;
  readonly #scan: Buffer<ArrayBuffer>;
  readonly #known = new Map<string, unknown>();
  readonly #jars = new Map<string, Map<string, string>>();

  /** @param scan the ZIP that stands for `{scan}` */
  constructor(listener: Listener, scan: Buffer<ArrayBuffer>) {
    this.#listener = listener;
    this.#scan = scan;
  }

  /** @param again the accounts of the story are there already, so that some of its mails are not sent */
  async tell(steps: readonly Step[], { again = false } = {}): Promise<Told[]> {
    const told: Told[] = [];
    let mails = 0;
    for (const [index, step] of steps.entries()) {
      if ('advance' in step) this.#listener.advance(step.advance * 1000);
      else if ('copy' in step) this.#jars.set(step.copy.to, new Map(this.#jars.get(step.copy.from)));
      else if ('mail' in step) await this.#readMail(step.mail, mails, again ? 500 : 20_000).catch(orElse(again));
      else if ('ask' in step) await this.#send(step.ask);
      else if ('know' in step) for (const [name, value] of Object.entries(step.know)) this.#known.set(name, value);
      else {
        const next = steps[index + 1];
        if (next && 'mail' in next) mails = (await mailsTo(this.#listener.dataDir, next.mail.to)).length;
        const expected = JSON.parse(this.#fill(JSON.stringify(step.expect))) as Expected;
        const request = `${step.method} ${this.#fill(step.path)}`;
        told.push({ name: step.name, request, expected, answer: await this.#send(step) });
      }
    }
    return told;
  }

  async #readMail(
    { to, find, keep }: { to: string; find: 'code' | 'link'; keep: string },
    before: number,
    deadlineMs: number,
  ): Promise<void> {
    const { deps, dataDir } = this.#listener;
    await new mailing.MailWorker(deps).runDue();
    const found = await until(
      async () =>
        (await mailsTo(dataDir, to))
          .slice(before)
          .map(find === 'code' ? codeOf : tokenOf)
          .find(Boolean),
      `a ${find} for ${to}`,
      deadlineMs,
    );
    this.#known.set(keep, found);
  }

  async #send(request: Request): Promise<Answer> {
    const { url } = this.#listener;
    const { method, as, jar } = request;
    const { body, type } = this.#bodyOf(request);
    const cookies = jar === undefined ? undefined : this.#jarOf(jar);
    const headers: Record<string, string> = {
      ...(as === undefined ? {} : { authorization: `Bearer ${this.#textOf(as) ?? 'none'}` }),
      ...(type ? { 'content-type': type } : {}),
      ...(cookies?.size ? { cookie: [...cookies].map((pair) => pair.join('=')).join('; ') } : {}),
      ...Object.fromEntries(Object.entries(request.headers ?? {}).map(([name, text]) => [name, this.#fill(text)])),
    };
    const response = await fetch(url + this.#fill(request.path), {
      method,
      headers,
      redirect: 'manual',
      ...(body === undefined ? {} : { body }),
    });
    const text = await response.text();
    if (cookies) remember(cookies, response.headers);
    const answer = { status: response.status, headers: response.headers, body: jsonOf(text) };
    for (const [name, at] of Object.entries(request.keep ?? {})) {
      const value = pick(answer.body, at);
      if (value !== undefined && value !== null) this.#known.set(name, value);
    }
    return answer;
  }

  #bodyOf(request: Request): { body?: Uint8Array<ArrayBuffer> | FormData; type?: string | undefined } {
    const { json, form, multipart, raw, type } = request;
    if (multipart) return { body: this.#formData(multipart) };
    if (raw !== undefined) return { body: Buffer.from(raw), type: type ?? 'application/json' };
    if (form) {
      const text = new URLSearchParams(this.#signed(this.#filled(form) as Fields)).toString();
      return { body: Buffer.from(text), type: type ?? 'application/x-www-form-urlencoded' };
    }
    if (json === undefined) return {};
    const filled = this.#filled(json);
    const signed = isFields(filled) && 'x_signature' in filled ? this.#signed(filled) : filled;
    return { body: Buffer.from(JSON.stringify(signed)), type: type ?? 'application/json' };
  }

  #formData(fields: NonNullable<Request['multipart']>): FormData {
    const data = new FormData();
    const texts = Object.entries(fields).filter((field): field is [string, string] => typeof field[1] === 'string');
    const signed = this.#signed(Object.fromEntries(texts.map(([name, text]) => [name, this.#fill(text)])));
    for (const [name, text] of Object.entries(signed)) data.set(name, text);
    for (const [name, value] of Object.entries(fields)) {
      if (typeof value === 'string') continue;
      const content = value.content === '{scan}' ? this.#scan : value.content;
      data.set(name, new Blob([content], { type: 'application/zip' }), value.file);
    }
    return data;
  }

  /** Texts of a form, with the gateway's signature where it is asked for. */
  #signed(fields: Fields): Record<string, string> {
    const texts = Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, String(value)]));
    if (texts['x_signature'] !== '{signature}') return texts;
    return { ...signConfirmation(ACCOUNT, texts as unknown as SignedFields) };
  }

  /** The value with all that is known filled in; a text that is one name alone becomes the value itself. */
  #filled(value: unknown): unknown {
    if (typeof value === 'string') {
      const name = /^\{(\w+)\}$/.exec(value)?.[1] ?? '';
      return this.#known.has(name) ? this.#known.get(name) : this.#fill(value);
    }
    if (Array.isArray(value)) return value.map((inner) => this.#filled(inner));
    if (!isFields(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, this.#filled(inner)]));
  }

  #fill(text: string): string {
    return text
      .replaceAll(/\{cookie:(\w+):(\w+)\}/g, (_, jar: string, name: string) => this.#jarOf(jar).get(name) ?? '')
      .replaceAll(/\{(\w+)(?::text)?\}/g, (whole, name: string) => this.#textOf(name) ?? whole);
  }

  #textOf(name: string): string | undefined {
    const value = this.#known.get(name);
    return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
  }

  #jarOf(name: string): Map<string, string> {
    const jar = this.#jars.get(name) ?? new Map<string, string>();
    this.#jars.set(name, jar);
    return jar;
  }
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Goes on without a mail that does not come. */
function orElse(mayBeAbsent: boolean): (error: unknown) => void {
  return (error) => {
    if (!mayBeAbsent) throw error;
  };
}

function tokenOf({ text }: ReceivedMail): string {
  return /token=([\w.-]+)/.exec(text)?.[1] ?? '';
}

function jsonOf(text: string): unknown {
  try {
    return text === '' ? null : (JSON.parse(text) as unknown);
  } catch {
    return null;
  }
}

function remember(jar: Map<string, string>, headers: Headers): void {
  for (const header of headers.getSetCookie()) {
    const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(header) ?? [];
    if (value === '' || /max-age=0|expires=thu, 01 jan 1970/i.test(header)) jar.delete(name);
    else jar.set(name, value);
  }
}
