import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { databases, entities, mailing, openDeps } from '@som3d/server/testing';
import { afterAll, expect, test } from 'vitest';
import { startGateway } from '../support/epayco-gateway.ts';
import { paymentEnv, paymentFields, paymentsOn } from '../support/payments.ts';
import { describeApi, type TestServer } from '../support/server.ts';
import { startSmtpServer } from '../support/smtp-server.ts';

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
      smtp.refusing = true;
      const order = await pay.order();
      const fields = paymentFields(order);
      pay.atGateway(fields);
      await pay.confirm(fields);
      await pay.expectGranted(order, fields);
      const mail = { to: order.doctor.user.correo } as mailing.OutgoingMail;
      await new mailing.MailWorker(api().deps).runDue();
      await expect.poll(async () => (await rowOf(api(), mail)).last_error).toMatch(/451/);
      await pay.expectGranted(order, fields);
      smtp.refusing = false;
      api().advance(20_000);
      await new mailing.MailWorker(api().deps).runDue();
      await expect.poll(async () => (await rowOf(api(), mail)).estado).toBe('ENVIADO');
      expect(acceptedFor(mail)).toHaveLength(1);
      const { text = '' } = acceptedFor(mail)[0] ?? {};
      expect(text).toContain('Subject: Recibimos su pago de SOM3D');
      expect(text).toContain(fields['x_ref_payco']);
    });

    test('one that is always refused is given up', async () => {
      smtp.refusing = true;
      const mail = mailTo();
      await enqueue(api(), mail);
      for (let round = 0; round < 14; round++) {
        await new mailing.MailWorker(api().deps).runDue();
        await expect.poll(async () => (await rowOf(api(), mail)).lease_token).toBeNull();
        api().advance(3_600_001);
      }
      smtp.refusing = false;
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
