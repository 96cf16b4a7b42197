/** Uploads as a browser does, where nothing tells of Node: `node upload-browser.ts URL`. */
import { createClient, uploadJob } from '@som3d/client';

const { argv, stdout } = process;
Reflect.set(globalThis, 'process', undefined);
const seen: [number, number][] = [];
const job = await uploadJob(createClient({ baseUrl: argv[2] ?? '' }), {
  file: { size: 6, stream: () => new Blob(['PK\u0003\u0004ab']).stream() },
  filename: 'scan.zip',
  fields: { nombre_proceso: 'Rodilla' },
  onProgress: (loaded, total) => seen.push([loaded, total]),
});
stdout.write(JSON.stringify({ jobId: job.job_id, seen }));
