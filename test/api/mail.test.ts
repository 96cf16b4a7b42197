import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { Writable } from 'node:stream';
import { databases, entities, mailing, openDeps } from '@som3d/server/testing';
import pino from 'pino';
import { afterAll, expect, test } from 'vitest';
import { startGateway } from '../support/epayco-gateway.ts';
import { paymentEnv, paymentFields, paymentsOn } from '../support/payments.ts';
import { describeApi, type TestServer } from '../support/server.ts';
import { startSmtpServer, type SmtpMessage } from '../support/smtp-server.ts';

const smtp = await startSmtpServer();
const gateway = await startGateway();
afterAll(async () => {
  await smtp[Symbol.asyncDispose]();
  await gateway[Symbol.asyncDispose]();
});

let addresses = 0;
function mailTo(more: Partial<mailing.OutgoingMail> = {}): mailing.OutgoingMail {
  return {
    kind: 'prueba',
    to: `mail-${++addresses}@som3d.local`,
    subject: 'Código de verificación ñ',
    text: 'Su código es 123456.\n.\nUna línea con un solo punto.',
    ...more,
  };
}

async function enqueue({ deps }: TestServer, mail: mailing.OutgoingMail): Promise<void> {
  await databases.inTransaction(deps.orm.em, async (em) => await mailing.enqueueMail(em, mail, deps.clock()));
}

async function rowOf({ deps }: TestServer, { to }: mailing.OutgoingMail): Promise<entities.MailOutbox> {
  return await deps.orm.em.fork().findOneOrFail(entities.MailOutbox, { to_address: to });
}

function acceptedFor(mail: mailing.OutgoingMail) {
  return smtp.messages.filter(({ to }) => to === mail.to);
}

function messageIdOf({ text }: SmtpMessage): string {
  return /^Message-ID: <(.+)>$/im.exec(text)?.[1] ?? '';
}

/** Sends what is due, and gives the log of it. */
async function sendAndLog({ deps }: TestServer): Promise<string> {
  const lines: string[] = [];
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines.push(chunk.toString());
      done();
    },
  });
  await new mailing.MailWorker({ ...deps, log: pino(sink) }).runDue();
  return lines.join('');
}

/** Sends one mail by the gateway alone, with these variables. */
async function sendWith(env: Record<string, string>, { deps }: TestServer): Promise<void> {
  const sender = await mailing.openMailGateway({
    ...deps.config,
    SMTP_HOST: env['SMTP_HOST'],
    SMTP_PORT: Number(env['SMTP_PORT']),
    SMTP_USER: 'som3d',
    SMTP_PASS: 'secret',
    SMTP_ALLOW_PLAIN: env['SMTP_ALLOW_PLAIN'] === 'true',
  });
  const mail = { id: 1, messageId: 'a', to: 'ana@som3d.local', subject: 'Hola', text: 'Hola', html: null };
  await sender.send(mail).finally(() => sender.close());
}

describeApi(
  'mail by SMTP',
  (api) => {
    const pay = paymentsOn(api, gateway);

    test('a mail goes out once, and its content is forgotten', async () => {
      const mail = mailTo({ dedupe_key: 'once', html: '<p>Su código es <b>123456</b></p>' });
      await enqueue(api(), mail);
      await enqueue(api(), { ...mail, text: 'again' });
      await using other = await openDeps(api().deps.config, api().deps.log, api().deps.clock);
      const workers = [
        new mailing.MailWorker(api().deps),
        new mailing.MailWorker(other),
        new mailing.MailWorker(other),
      ];
      await Promise.all(workers.map(async (worker) => await worker.runDue()));
      await expect.poll(async () => (await rowOf(api(), mail)).estado).toBe('ENVIADO');
      await enqueue(api(), mail);
      await new mailing.MailWorker(other).runDue();
      expect(acceptedFor(mail)).toHaveLength(1);
      expect(acceptedFor(mail)[0]?.text).toMatch(/multipart\/alternative/);
      expect(await rowOf(api(), mail)).toMatchObject({ text_body: '', html_body: null });
    });

    test('what is rolled back is never sent', async () => {
      const mail = mailTo();
      const failing = databases.inTransaction(api().deps.orm.em, async (em) => {
        await mailing.enqueueMail(em, mail, api().deps.clock());
        throw new Error('undone');
      });
      await expect(failing).rejects.toThrow('undone');
      await new mailing.MailWorker(api().deps).runDue();
      expect(acceptedFor(mail)).toEqual([]);
    });

    test('a refused mail is tried again with pauses and does not touch the payment', async () => {
      smtp.verdict = 'later';
      const order = await pay.order();
      const fields = paymentFields(order);
      pay.atGateway(fields);
      await pay.confirm(fields);
      await pay.expectGranted(order, fields);
      const mail = { to: order.doctor.user.correo } as mailing.OutgoingMail;
      await new mailing.MailWorker(api().deps).runDue();
      await expect.poll(async () => (await rowOf(api(), mail)).last_error).toMatch(/451/);
      await pay.expectGranted(order, fields);
      smtp.verdict = 'accept';
      api().advance(20_000);
      await new mailing.MailWorker(api().deps).runDue();
      await expect.poll(async () => (await rowOf(api(), mail)).estado).toBe('ENVIADO');
      expect(acceptedFor(mail)).toHaveLength(1);
      const { text = '' } = acceptedFor(mail)[0] ?? {};
      expect(text).toContain('Subject: Recibimos su pago de SOM3D');
      expect(text).toContain(fields['x_ref_payco']);
    });

    test('one that is always refused is given up', async () => {
      smtp.verdict = 'later';
      const mail = mailTo();
      await enqueue(api(), mail);
      for (let round = 0; round < 14; round++) {
        await new mailing.MailWorker(api().deps).runDue();
        await expect.poll(async () => (await rowOf(api(), mail)).lease_token).toBeNull();
        api().advance(3_600_001);
      }
      smtp.verdict = 'accept';
      expect(await rowOf(api(), mail)).toMatchObject({ estado: 'FALLIDO', attempts: 12, text_body: '' });
    });

    test('a process that dies while sending: a confirmation is not repeated, a code is', async () => {
      const [confirmation, code] = [mailTo({ dedupe_key: 'dies' }), mailTo()];
      const { deps } = api();
      const dead = { lease_token: 'dead', lease_expires_at: new Date(deps.clock().getTime() + 60_000) };
      await databases.inTransaction(deps.orm.em, async (em) => {
        for (const mail of [confirmation, code]) {
          await mailing.enqueueMail(em, mail, deps.clock());
          await em.nativeUpdate(entities.MailOutbox, { to_address: mail.to }, dead);
        }
      });
      await new mailing.MailWorker(deps).runDue();
      expect([...acceptedFor(confirmation), ...acceptedFor(code)]).toEqual([]);
      api().advance(61_000);
      await new mailing.MailWorker(deps).runDue();
      await expect.poll(async () => (await rowOf(api(), code)).estado).toBe('ENVIADO');
      expect(await rowOf(api(), confirmation)).toMatchObject({ estado: 'FALLIDO' });
      expect(acceptedFor(confirmation)).toEqual([]);
    });

    test('each mail has a Message-ID of its own, the same when it is sent again', async () => {
      const [first, second] = [mailTo(), mailTo()];
      smtp.verdict = 'cut';
      await enqueue(api(), first);
      await new mailing.MailWorker(api().deps).runDue();
      await expect.poll(async () => (await rowOf(api(), first)).last_error).toBeTruthy();
      smtp.verdict = 'accept';
      await enqueue(api(), second);
      api().advance(20_000);
      await new mailing.MailWorker(api().deps).runDue();
      await expect.poll(async () => (await rowOf(api(), first)).estado).toBe('ENVIADO');
      await expect.poll(async () => (await rowOf(api(), second)).estado).toBe('ENVIADO');
      const offered = smtp.offered.filter(({ to }) => to === first.to).map(messageIdOf);
      expect(offered).toHaveLength(2);
      expect(new Set(offered).size).toBe(1);
      const { id_mail } = await rowOf(api(), first);
      expect(offered[0]).toMatch(new RegExp(String.raw`^som3d-mail-${id_mail}-[\da-f-]{36}@som3d\.local$`));
      const token = (id: string | undefined) => id?.slice(-36 - '@som3d.local'.length);
      expect(token(acceptedFor(second).map(messageIdOf)[0])).not.toBe(token(offered[0]));
    });

    test('the line is cut after the whole message: the mail is sent again', async () => {
      const mail = mailTo({ dedupe_key: 'cut' });
      smtp.verdict = 'cut';
      await enqueue(api(), mail);
      const log = await sendAndLog(api());
      smtp.verdict = 'accept';
      expect(log).toContain('mail not sent');
      expect(await rowOf(api(), mail)).toMatchObject({ estado: 'PENDIENTE', attempts: 1 });
      api().advance(20_000);
      await new mailing.MailWorker(api().deps).runDue();
      expect(await rowOf(api(), mail)).toMatchObject({ estado: 'ENVIADO', attempts: 2 });
      expect(acceptedFor(mail)).toHaveLength(1);
    });

    test('a refusal for good is not repeated, and its reason is logged without addresses', async () => {
      const [unknown, refused] = [mailTo(), mailTo()];
      smtp.receivers = 'never';
      await enqueue(api(), unknown);
      const log = await sendAndLog(api());
      smtp.receivers = 'accept';
      expect(await rowOf(api(), unknown)).toMatchObject({ estado: 'FALLIDO', attempts: 1, text_body: '' });
      expect(log).toMatch(/no such user/);
      expect(log).toMatch(/"responseCode":550/);
      expect(log).not.toContain(unknown.to.split('@')[0]);
      smtp.verdict = 'never';
      await enqueue(api(), refused);
      await new mailing.MailWorker(api().deps).runDue();
      smtp.verdict = 'accept';
      expect(await rowOf(api(), refused)).toMatchObject({ estado: 'FALLIDO', attempts: 1, text_body: '' });
      api().advance(3_600_001);
      await new mailing.MailWorker(api().deps).runDue();
      expect([...acceptedFor(unknown), ...acceptedFor(refused)]).toEqual([]);
    });

    test('a receiver who is refused for now gets the mail later', async () => {
      const mail = mailTo();
      smtp.receivers = 'later';
      await enqueue(api(), mail);
      await new mailing.MailWorker(api().deps).runDue();
      smtp.receivers = 'accept';
      expect(await rowOf(api(), mail)).toMatchObject({ estado: 'PENDIENTE', last_error: expect.stringMatching(/450/) });
      api().advance(20_000);
      await new mailing.MailWorker(api().deps).runDue();
      expect(acceptedFor(mail)).toHaveLength(1);
    });

    test('a server that answers late gets the mail once', async () => {
      const mail = mailTo();
      const { promise, resolve } = Promise.withResolvers<void>();
      smtp.gate = promise;
      await enqueue(api(), mail);
      const sending = new mailing.MailWorker(api().deps).runDue();
      await expect.poll(() => smtp.offered.some(({ to }) => to === mail.to)).toBe(true);
      await new mailing.MailWorker(api().deps).runDue();
      resolve();
      await sending;
      await expect.poll(async () => (await rowOf(api(), mail)).estado).toBe('ENVIADO');
      expect(smtp.offered.filter(({ to }) => to === mail.to)).toHaveLength(1);
    });

    test('a code that has run out is not sent any more', async () => {
      const { user } = await api().doctor();
      smtp.verdict = 'later';
      await api().client.auth.forgotPasswordCode({ body: { correo: user.correo } });
      const mail = { to: user.correo } as mailing.OutgoingMail;
      await new mailing.MailWorker(api().deps).runDue();
      await expect.poll(async () => (await rowOf(api(), mail)).last_error).toBeTruthy();
      smtp.verdict = 'accept';
      api().advance(api().deps.config.RESET_PASS_EXPIRE_MIN * 60_000);
      await new mailing.MailWorker(api().deps).runDue();
      await expect.poll(async () => (await rowOf(api(), mail)).estado).toBe('FALLIDO');
      expect(await rowOf(api(), mail)).toMatchObject({ text_body: '', last_error: expect.stringMatching(/venció/) });
      expect(acceptedFor(mail)).toEqual([]);
    });

    test('user and password go only over TLS, unless SMTP_ALLOW_PLAIN says otherwise', async () => {
      await using plain = await startSmtpServer();
      await using untrusted = await startSmtpServer({ disabledCommands: [] });
      await expect(sendWith(plain.env, api())).rejects.toThrow(/STARTTLS/);
      await expect(sendWith(untrusted.env, api())).rejects.toThrow(/certificate/);
      expect([...plain.passwords, ...untrusted.passwords]).toEqual([]);
      await sendWith({ ...plain.env, SMTP_ALLOW_PLAIN: 'true' }, api());
      expect(plain.passwords).toEqual(['secret']);
    });
  },
  { ...paymentEnv(gateway), ...smtp.env },
);

describeApi('mail as files', (api) => {
  test('each mail is a file that a mail program opens', async () => {
    const mail = mailTo({ subject: 'Línea\r\nBcc: otro@example.com', html: '<p>Hola</p>' });
    await enqueue(api(), mail);
    await new mailing.MailWorker(api().deps).runDue();
    await expect.poll(async () => (await rowOf(api(), mail)).estado).toBe('ENVIADO');
    const { id_mail } = await rowOf(api(), mail);
    const file = path.join(api().dataDir, 'mail', `${String(id_mail).padStart(6, '0')}.eml`);
    const text = await readFile(file, 'utf8');
    expect(text).toContain(`To: ${mail.to}`);
    expect(text).toMatch(/Content-Type: text\/html; charset=utf-8/i);
    expect(text).not.toMatch(/^Bcc:/m);
  });
});
