/**
 * Uploads a sparse file and reports the memory it took: `node upload-large.ts URL PATH blob|stream`. A process of its
 * own, so that nothing else is measured.
 */
import { createReadStream, openAsBlob, statSync } from 'node:fs';
import { Readable } from 'node:stream';
import { createClient, uploadJob, type UploadFile } from '@som3d/client';

const [url = '', path = '', kind = ''] = process.argv.slice(2);
const file: UploadFile =
  kind === 'blob'
    ? await openAsBlob(path)
    : {
        size: statSync(path).size,
        stream: () => Readable.toWeb(createReadStream(path)) as ReadableStream<Uint8Array>,
      };
const start = process.memoryUsage().rss;
let peak = start;
let calls = 0;
let last: [number, number] = [0, 0];
function onProgress(loaded: number, total: number) {
  calls += 1;
  last = [loaded, total];
  peak = Math.max(peak, process.memoryUsage().rss);
}
const job = await uploadJob(createClient({ baseUrl: url }), { file, filename: 'big.zip', onProgress });
process.stdout.write(JSON.stringify({ jobId: job.job_id, grown: peak - start, calls, last }));
