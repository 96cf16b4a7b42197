import type { JobFile } from '@som3d/contract';
import type { Request, Response } from 'express';
import { AppError } from '../../base/errors.ts';
import type { Deps } from '../../deps.ts';
import { ownUrl, readFileGrant } from '../../gateways/storage/signed-url.ts';
import type { StoredObject } from '../../gateways/storage/storage.ts';
import { ZipEntries } from '../../gateways/storage/zip-entries.ts';
import { type ObjectAnswer, sendObject, sendZipped } from '../../http/send-object.ts';
import { jobOf, PREVIEW } from '../../jobs/keys.ts';
import { mediaTypeOf } from '../../jobs/outputs.ts';
import { meshesOf, threemfOf } from './metrics.presenter.ts';
import { besideResult, filesWithTypes, findJobFile, type JobFileLocation, resultOf, withType } from './som3d.files.ts';
import type { FinishedJob } from './som3d.service.ts';

const STL = /\.stl$/i;
const OTHER_FORMS = { glb_url: null, web_glb_url: null, plate_stl_url: null, png_url: null };

interface Exchange {
  readonly req: Request;
  readonly res: Response;
}

/** Of a job that the predecessor finished there is one ZIP of STL files, and nothing that was measured. */
function isPredecessors({ metrics_json }: FinishedJob): boolean {
  return metrics_json === null;
}

/** The stored files of finished jobs: their signed URLs and their bytes. */
export class ResultFiles {
  readonly #deps: Pick<Deps, 'storage' | 'config' | 'secrets' | 'clock' | 'address'>;

  constructor(deps: Pick<Deps, 'storage' | 'config' | 'secrets' | 'clock' | 'address'>) {
    this.#deps = deps;
  }

  /** The signed URL of a job's ZIP. @param expires in seconds; without it SOM3D_RESULT_URL_SECONDS */
  async resultUrl(job: FinishedJob, expires = this.#deps.config.SOM3D_RESULT_URL_SECONDS) {
    return { job_id: job.job_id, url: await this.#signedUrl(resultOf(job), expires), expires_in: expires };
  }

  /** The models of a job in all their forms, with signed URLs. */
  async models(job: FinishedJob) {
    if (isPredecessors(job)) return await this.#zippedModels(job);
    const urlOf = async (file: JobFile | null | undefined): Promise<string | null> =>
      file ? await this.#signedUrl(besideResult(job, file.filename)) : null;
    const items = await Promise.all(
      meshesOf(job).map(async (mesh) => ({
        ...mesh,
        ...(mesh.files ? { files: filesWithTypes(mesh.files) } : {}),
        url: await this.#signedUrl(besideResult(job, mesh.filename)),
        glb_url: await urlOf(mesh.files?.glb),
        web_glb_url: await urlOf(mesh.files?.web_glb),
        plate_stl_url: await urlOf(mesh.files?.plate_stl),
        png_url: await urlOf(mesh.files?.png),
      })),
    );
    const threemf = threemfOf(job);
    const whole = { threemf: threemf && withType(threemf), threemf_url: await urlOf(threemf) };
    return { job_id: job.job_id, count: items.length, items, ...whole };
  }

  /** Sends a job's ZIP. */
  async sendResult(exchange: Exchange, job: FinishedJob): Promise<ObjectAnswer> {
    const file = resultOf(job);
    return await this.#send(exchange, await this.#stored(file.key), file);
  }

  /** Sends the first model of a running job. @throws AppError 404 */
  async sendPreview(exchange: Exchange, key: string): Promise<ObjectAnswer> {
    return await this.#send(exchange, await this.#stored(key), { filename: PREVIEW, type: mediaTypeOf(PREVIEW) });
  }

  /** Sends the file of a job by its name. @throws AppError 404 */
  async sendNamed(exchange: Exchange, job: FinishedJob, name: string): Promise<ObjectAnswer> {
    const file = findJobFile(job, name);
    if (file) return await this.#send(exchange, await this.#stored(file.key), file);
    if (isPredecessors(job) && STL.test(name)) return await this.#sendEntry(exchange, job.result_key, name);
    throw new AppError('not_found', 'El trabajo no tiene un archivo con ese nombre');
  }

  /** Sends what a signed URL names. @throws AppError 403, 404 */
  async sendGranted(exchange: Exchange, token: string): Promise<ObjectAnswer> {
    const grant = readFileGrant(this.#deps.secrets.urls, token, this.#deps.clock());
    if (!grant) throw new AppError('forbidden', 'El enlace no es válido o venció; pida uno nuevo');
    if (grant.entry !== undefined) return await this.#sendEntry(exchange, grant.key, grant.entry);
    return await this.#send(exchange, await this.#stored(grant.key), grant);
  }

  async #zippedModels(job: FinishedJob) {
    const { secrets, clock, config, address } = this.#deps;
    const files = await new ZipEntries(this.#deps.storage, await this.#stored(job.result_key)).list();
    const items = files
      .filter(({ filename }) => STL.test(filename))
      .map(({ filename, size }) => {
        const type = mediaTypeOf(filename);
        const terms = { filename, type, expiresSeconds: config.SOM3D_RESULT_URL_SECONDS, baseUrl: address.url };
        // Always an address of this service: a storage serves whole objects only.
        const url = ownUrl({ secret: secrets.urls[0], clock }, job.result_key, terms, filename);
        return { filename, size, url, ...OTHER_FORMS };
      });
    return { job_id: job.job_id, count: items.length, items, threemf: null, threemf_url: null };
  }

  async #sendEntry({ req, res }: Exchange, key: string, name: string): Promise<ObjectAnswer> {
    const object = await this.#stored(key);
    const found = await new ZipEntries(this.#deps.storage, object).open(name);
    if (!found) throw new AppError('not_found', 'El trabajo no tiene un archivo con ese nombre');
    req.log().info({ job_id: jobOf(key), type: mediaTypeOf(name) }, 'job result sent');
    return await sendZipped({ req, res }, found, mediaTypeOf(name));
  }

  async #send(
    { req, res }: Exchange,
    object: StoredObject,
    file: Pick<JobFileLocation, 'filename' | 'type'>,
  ): Promise<ObjectAnswer> {
    req.log().info({ job_id: jobOf(object.key), type: file.type }, 'job result sent');
    return await sendObject({ req, res, storage: this.#deps.storage }, object, file);
  }

  async #stored(key: string): Promise<StoredObject> {
    const object = await this.#deps.storage.stat(key);
    if (!object) throw new AppError('not_found', 'El archivo ya no está disponible');
    return object;
  }

  /** An absolute URL that serves one stored file without a session until it expires. */
  async #signedUrl(
    { key, filename, type }: JobFileLocation,
    expiresSeconds = this.#deps.config.SOM3D_RESULT_URL_SECONDS,
  ): Promise<string> {
    const terms = { filename, type, expiresSeconds, baseUrl: this.#deps.address.url };
    return await this.#deps.storage.signedUrl(key, terms);
  }
}
