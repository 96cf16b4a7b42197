import { Readable } from 'node:stream';
import { entities } from '@som3d/server/testing';
import { expect, test } from 'vitest';
import { describeApi } from '../support/server.ts';
import { call } from '../support/stranger.ts';

/** The links that the service gives out, and the names that browsers save their files under. */
describeApi('links of the service', (api) => {
  const KEY = 'results/a-finished-job/one/som3d-a-finished-job.zip';

  test('lead to the service, whatever Host a request claims', async () => {
    const doctor = await api().doctor();
    const { orm, storage } = api().deps;
    await storage.put(KEY, Readable.from(['PK']), AbortSignal.timeout(5000));
    const em = orm.em.fork();
    const { id_usuario } = doctor.user;
    em.create(entities.JobConv, {
      job_id: 'a-finished-job',
      id_usuario,
      status: 'DONE',
      phase: 'done',
      result_key: KEY,
    });
    await em.flush();
    const claims = {
      host: 'evil.example',
      'x-forwarded-host': 'evil.example',
      authorization: `Bearer ${doctor.token}`,
    };
    const { body } = await call(`${api().url}/som3d/jobs/a-finished-job/result`, { headers: claims });
    const { url } = JSON.parse(body) as { url: string };
    expect(url.startsWith(`${api().url}/som3d/files/`)).toBe(true);
    expect(await (await fetch(url)).text()).toBe('PK');
  });

  test.each([
    ['fémur izquierdo.stl', "filename*=UTF-8''f%C3%A9mur%20izquierdo.stl"],
    ['vértebra "L4".stl', "filename*=UTF-8''v%C3%A9rtebra%20%22L4%22.stl"],
    ['hueso.stl', 'filename=hueso.stl'],
  ])('keep the name %s of a file', async (filename, header) => {
    const { storage } = api().deps;
    await storage.put('results/b/one/model.stl', Readable.from(['solid']), AbortSignal.timeout(5000));
    const terms = { filename, type: 'model/stl', expiresSeconds: 60, baseUrl: api().url };
    const { headers } = await fetch(await storage.signedUrl('results/b/one/model.stl', terms));
    expect(headers.get('content-disposition')?.startsWith('attachment; filename=')).toBe(true);
    expect(headers.get('content-disposition')?.split('; ')).toContain(header);
  });
});
