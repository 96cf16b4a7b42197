// @module-tag heavy
// @module-tag long
import { DatabaseSync } from 'node:sqlite';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { createClient, type Client } from '@som3d/client';
import { expect, test } from 'vitest';
import { createDatabase } from '../support/database.ts';
import { runCommand, startProcess, type ServerProcess } from '../support/process.ts';

/** How often the service is killed. A release is tried with 200. */
const KILLS = Number(process.env['SOM3D_KILLS'] ?? 40);
const WRITERS = 4;
/** A kill comes at any moment of this time after the start, ms. */
const LIFE_MS = 400;
const MS_PER_KILL = 15_000;
const PAGE = 500;
const ENV = { SOM3D_QUOTA_NOTES_PER_DAY: '1000000', JWT_EXPIRE_MINUTES: '43200', SOM3D_EMBEDDED_WORKER: 'false' };
const ACCOUNT = { correo: 'medico@som3d.local', password: 'correct horse battery' };

type Database = Awaited<ReturnType<typeof createDatabase>>;

async function signUp({ url }: ServerProcess): Promise<{ token: string; id: number }> {
  const anonymous = createClient({ baseUrl: url, retry: false });
  await anonymous.auth.register({ body: { ...ACCOUNT, nombre: 'Ana', apellido: 'Paz' } });
  const { body } = await anonymous.auth.login({ body: ACCOUNT });
  const client = createClient({ baseUrl: url, token: body.access_token, retry: false });
  const patient = await client.patients.create({ body: { nombres: 'Luz', apellidos: 'Rey' } });
  return { token: body.access_token, id: patient.body.id_paciente };
}

/** Writes notes one after the other until the service is gone, and keeps what was acknowledged. */
async function write(client: Client, id: number, writer: string, acknowledged: Set<string>): Promise<void> {
  for (let n = 0; ; n++) {
    const texto = `${writer} ${n}`;
    try {
      await client.patients.createNote({ params: { id }, body: { texto } });
    } catch {
      return;
    }
    acknowledged.add(texto);
  }
}

async function lifeOf(database: Database, round: number, id: number, token: string, acknowledged: Set<string>) {
  const server = await startProcess(database, ENV);
  const client = createClient({ baseUrl: server.url, token, retry: false });
  const writers = Array.from({ length: WRITERS }, (_, n) => write(client, id, `${round}.${n}`, acknowledged));
  await pause(Math.random() * LIFE_MS);
  await server.end('SIGKILL');
  await Promise.all(writers);
}

async function everyNote(client: Client, id: number): Promise<string[]> {
  const texts: string[] = [];
  for (;;) {
    const { body } = await client.patients.listNotes({ params: { id }, query: { limit: PAGE, offset: texts.length } });
    texts.push(...body.map(({ texto }) => texto));
    if (body.length < PAGE) return texts;
  }
}

test(
  'no acknowledged write is lost, or made twice, however often the service is killed while it writes',
  async () => {
    await using database = await createDatabase('sqlite');
    const first = await startProcess(database, ENV);
    const { token, id } = await signUp(first);
    await first.end('SIGKILL');
    const acknowledged = new Set<string>();
    for (let round = 1; round <= KILLS; round++) await lifeOf(database, round, id, token, acknowledged);

    const last = await startProcess(database, ENV);
    const found = await everyNote(createClient({ baseUrl: last.url, token }), id);
    await last.end('SIGTERM');
    console.log(`${KILLS} kills, ${acknowledged.size} acknowledged notes, ${found.length} found`);
    expect(acknowledged.size).toBeGreaterThan(KILLS);
    expect(found).toHaveLength(new Set(found).size);
    const kept = new Set(found);
    expect([...acknowledged].filter((texto) => !kept.has(texto))).toEqual([]);
    // At most one more for each writer and life: stored, and its answer lost.
    expect(found.length - acknowledged.size).toBeLessThanOrEqual(KILLS * WRITERS);
    using file = new DatabaseSync(path.join(database.dataDir, 'som3d.sqlite'), { readOnly: true });
    expect(file.prepare('pragma integrity_check').all()).toEqual([{ integrity_check: 'ok' }]);
    expect(await runCommand(['audit', 'verify'], database, ENV)).toMatchObject({ code: 0 });
  },
  120_000 + KILLS * MS_PER_KILL,
);
