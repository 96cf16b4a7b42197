import { randomUUID } from 'node:crypto';
import type { MikroORM } from '@mikro-orm/core';
import { configuration, databases, entities, jobMachinery, type Deps } from '@som3d/server/testing';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createDatabase, databaseKinds } from '../support/database.ts';
import { recordingLogger } from '../support/recording-logger.ts';
import { createStorage, storageKinds, type TestStorage } from '../support/storages.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** What has just been stored is old enough, also in a second of the storage's own clock. */
const AT_ONCE = { SOM3D_ORPHAN_GRACE_SECONDS: -3600 };

describe.each(storageKinds())('an installation with its storage: %s', (kind) => {
  let its: TestStorage;
  let opened: AsyncDisposableStack;
  beforeEach(async () => {
    its = await createStorage(kind);
    opened = new AsyncDisposableStack();
  });
  afterEach(async () => {
    await opened.disposeAsync();
    await its[Symbol.asyncDispose]();
  });

  /** Another database on the same storage. */
  const open = async (given?: MikroORM) => {
    const orm = given ?? opened.use(await createDatabase(databaseKinds()[0] ?? 'sqlite')).orm;
    const { log, errors } = recordingLogger();
    let offset = 0;
    const clock = () => new Date(Date.now() + offset);
    const config = { ...configuration.readConfig({ SOM3D_DATA_DIR: its.dataDir }), ...AT_ONCE };
    const deps = { orm, storage: its.storage, config, log, clock, machineAheadMs: () => 0 } as unknown as Deps;
    const advance = (ms: number): void => {
      offset += ms;
    };
    return { ...jobMachinery.createJobServices(deps), orm, errors, advance };
  };

  /** A finished job with its result, as a row and as a file. */
  const addJob = async (orm: MikroORM): Promise<string> => {
    const em = orm.em.fork();
    const correo = `m-${randomUUID().slice(0, 8)}@som3d.local`;
    const user = em.create(entities.Usuario, { nombre: 'Ana', apellido: 'Be', correo, contrasena: 'x', rol: 'MEDICO' });
    await em.flush();
    const job_id = randomUUID();
    const result_key = `results/${job_id}/token/som3d.zip`;
    em.create(entities.JobConv, {
      job_id,
      id_usuario: user.id_usuario,
      status: 'DONE',
      result_key,
      updated_at: new Date(),
    });
    await em.flush();
    await its.put(result_key, 'result');
    return result_key;
  };
  const addOrphans = async (count: number): Promise<void> => {
    await Promise.all(Array.from({ length: count }, (_, index) => its.put(`uploads/orphan-${index}.zip`, 'x')));
  };
  const files = async () => [...(await its.list('uploads/')), ...(await its.list('results/'))];
  const marks = async () => await its.list('installation/');

  test('marks an empty storage once, and sweeps it', async () => {
    const a = await open();
    expect(await a.installation.settle()).toBeNull();
    expect(await marks()).toHaveLength(1);
    const kept = await addJob(a.orm);
    await addOrphans(3);
    await a.sweeper.sweep();
    expect(await files()).toEqual([kept]);
    expect(await its.list('trash/')).toHaveLength(3);
    expect(await marks()).toHaveLength(1);
    expect(a.errors).toEqual([]);
  });

  test('sweeps nothing for a database that is lost or another one, until it is told to', async () => {
    const right = await open();
    await right.sweeper.sweep();
    for (let index = 0; index < 3; index++) await addJob(right.orm);
    const before = await files();

    const wrong = await open();
    await wrong.sweeper.sweep();
    await wrong.sweeper.sweep();
    expect(await files()).toEqual(before);
    expect(await wrong.installation.look()).toBe('foreign');
    expect(wrong.errors).toHaveLength(1);
    expect(wrong.errors[0]).toContain('som3d-server storage adopt');

    // The right database comes back: as soon as the wrong one has ended, all is well again.
    expect(await right.installation.look()).toBe('shared');
    await wrong.sweeper.stop();
    expect(await right.installation.settle()).toBeNull();

    const lost = await open();
    expect(await lost.installation.settle()).toBe('foreign');
    expect(await lost.installation.adopt()).toHaveLength(1);
    expect(await lost.installation.settle()).toBeNull();
    expect(await right.installation.settle()).toBe('foreign');
  });

  test('lets two installations on one storage refuse each other, and keeps the files of both', async () => {
    const [a, b] = [await open(), await open()];
    await a.sweeper.sweep();
    const ofA = await addJob(a.orm);
    await b.sweeper.sweep();
    const ofB = await addJob(b.orm);
    await b.sweeper.sweep();
    await a.sweeper.sweep();
    expect([await a.installation.look(), await b.installation.look()]).toEqual(['shared', 'shared']);
    // Also when the second one has ended: its files are still there.
    await b.sweeper.stop();
    await a.sweeper.sweep();
    expect((await files()).toSorted()).toEqual([ofA, ofB].toSorted());
    expect(await its.list('trash/')).toEqual([]);
  });

  test('sweeps nothing when the storage does not know the installation of the database', async () => {
    const a = await open();
    await a.sweeper.sweep();
    await addJob(a.orm);
    const before = await files();
    await its.storage.removeAll('installation/');
    await its.put('uploads/of-another.zip', 'x');
    await a.sweeper.sweep();
    expect(await a.installation.settle()).toBe('missing');
    // An empty storage in place of the right one, too.
    await its.storage.removeAll('uploads/');
    await its.storage.removeAll('results/');
    expect(await a.installation.settle()).toBe('missing');
    expect(await marks()).toEqual([]);
    await a.installation.adopt();
    expect(await a.installation.settle()).toBeNull();
    expect(before).toHaveLength(1);
  });

  test('takes over an installation without an id once its rows name the files', async () => {
    const older = await open();
    const key = await addJob(older.orm);
    await its.put('uploads/unknown.zip', 'x');
    await older.sweeper.sweep();
    expect(await older.installation.settle()).toBe('unnamed');
    expect((await files()).toSorted()).toEqual([key, 'uploads/unknown.zip'].toSorted());
    expect(await marks()).toEqual([]);
    await its.storage.remove('uploads/unknown.zip');
    await older.sweeper.sweep();
    expect(await older.installation.settle()).toBeNull();
    expect(await marks()).toHaveLength(1);
    expect(await files()).toEqual([key]);
  });

  test('goes on after a crash between the two writes', async () => {
    const a = await open();
    await a.installation.settle();
    await addJob(a.orm);
    // The id was written to the database alone, or to both and not confirmed.
    const unconfirm = () =>
      databases.kysely(a.orm.em.fork()).updateTable('installation').set({ confirmed_at: null }).execute();
    const [mark] = await marks();
    await unconfirm();
    await its.storage.removeAll('installation/');
    expect(await a.installation.settle()).toBeNull();
    expect(await marks()).toEqual([mark]);
    await unconfirm();
    expect(await a.installation.settle()).toBeNull();
    await its.storage.removeAll('installation/');
    expect(await a.installation.settle()).toBe('missing');
  });

  test('moves 50 files a round to the trash at most, and gives them back', async () => {
    const a = await open();
    await a.installation.settle();
    const kept = await addJob(a.orm);
    await addOrphans(60);
    await a.sweeper.sweep();
    expect(await files()).toHaveLength(11);
    expect(await its.list('trash/')).toHaveLength(50);
    expect(await a.orphans.sweep({ force: true })).toEqual({ stored: 11, orphans: 10, removed: 10 });
    expect(await files()).toEqual([kept]);

    expect(await a.trash.restore()).toBe(60);
    expect(await files()).toHaveLength(61);
    expect(await a.orphans.sweep({ force: true })).toMatchObject({ removed: 60 });
    a.advance(7 * DAY_MS - MINUTE_MS);
    expect(await a.trash.empty()).toBe(0);
    a.advance(2 * MINUTE_MS);
    expect(await a.trash.empty()).toBe(60);
    expect(await its.list('trash/')).toEqual([]);
  });
});
