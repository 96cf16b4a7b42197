import { type contract, TUS_VERSION } from '@som3d/contract';
import type { Response } from 'express';
import { AppError } from '../../base/errors.ts';
import type { Deps } from '../../deps.ts';
import { actorOf } from '../../http/context.ts';
import type { Handlers } from '../../http/router.ts';
import type { JobServices } from '../../jobs/services.ts';
import { type UploadRow, Uploads } from './uploads.service.ts';

/** @throws AppError 412, as the protocol asks for */
function requireTus(version: string | undefined): void {
  if (version === TUS_VERSION) return;
  throw new AppError('precondition_failed', `Envíe el encabezado Tus-Resumable: ${TUS_VERSION}`, {
    headers: { 'tus-version': TUS_VERSION },
  });
}

function setState(res: Response, { received, size, metadata, expires_at }: UploadRow): void {
  res.set({
    'upload-offset': String(received),
    'upload-length': String(size),
    'upload-expires': expires_at.toUTCString(),
    ...(metadata === null ? {} : { 'upload-metadata': metadata }),
  });
}

/** Resumable uploads over HTTP: behaviour.md section 9. */
export function uploadRoutes(
  deps: Deps,
  { deletions }: Pick<JobServices, 'deletions'>,
): Handlers<typeof contract.uploads> {
  const uploads = new Uploads(deps, deletions);
  return {
    create: async ({ headers, req, res }) => {
      requireTus(headers['tus-resumable']);
      const row = await uploads.create(actorOf(req), headers['upload-length'], headers['upload-metadata']);
      req.log().info({ upload_id: row.upload_id, bytes: row.size, user: row.id_usuario }, 'upload begun');
      setState(res, row);
      res.set('Location', `/som3d/uploads/${row.upload_id}`);
      return { status: 201, body: undefined };
    },
    get: async ({ params, req, res }) => {
      const row = await uploads.get(actorOf(req), params.id);
      setState(res, row);
      const { upload_id, received: offset, size, expires_at } = row;
      return { status: 200, body: { upload_id, offset, size, expires_at: expires_at.toISOString() } };
    },
    append: async ({ params, headers, req, res }) => {
      requireTus(headers['tus-resumable']);
      const length = Number(req.headers['content-length'] ?? 0);
      const from = { offset: headers['upload-offset'], length, body: req };
      const row = await uploads.append(actorOf(req), params.id, from, req.log());
      setState(res, row);
      return { status: 204, body: undefined };
    },
    remove: async ({ params, headers, req }) => {
      requireTus(headers['tus-resumable']);
      await uploads.remove(actorOf(req), params.id);
      return { status: 204, body: undefined };
    },
  };
}
