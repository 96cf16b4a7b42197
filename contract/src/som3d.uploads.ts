import { z } from 'zod';
import { c, defineRoutes, numeric, problems } from './common/index.ts';
import { JobFields } from './som3d.jobs.ts';

/** The version of the tus protocol that the service speaks: https://tus.io/protocols/resumable-upload */
export const TUS_VERSION = '1.0.0';
export const TUS_EXTENSIONS = ['creation', 'expiration', 'termination'] as const;
/** Media type of the bytes of an upload. */
export const OFFSET_TYPE = 'application/offset+octet-stream';

export const UploadId = z.uuid().meta({
  description: 'Identificador de la subida',
  examples: ['8d0f6a52-3c1b-4f7e-9b64-2a5d7e1c9f03'],
});

/** An upload that goes on after an interruption. */
export const Upload = z
  .object({
    upload_id: UploadId,
    offset: z.int().min(0).meta({ description: 'Bytes guardados: desde aquí se continúa' }),
    size: z.int().min(1).meta({ description: 'Bytes del archivo completo' }),
    expires_at: z.iso.datetime().meta({ description: 'Cuándo vence si no llega nada más' }),
  })
  .meta({ id: 'Upload', description: 'Una subida reanudable' });
export type Upload = z.infer<typeof Upload>;

/** The options of a job, and the upload that it is made of. */
export const JobFromUpload = JobFields.extend({ upload_id: UploadId }).meta({
  id: 'JobFromUpload',
  description: 'Las opciones de un trabajo y la subida completa de la que se hace',
  examples: [{ upload_id: '8d0f6a52-3c1b-4f7e-9b64-2a5d7e1c9f03', nombre_proceso: 'Rodilla derecha' }],
});
export type JobFromUpload = z.infer<typeof JobFromUpload>;

const bytes = numeric(z.int().min(0).max(Number.MAX_SAFE_INTEGER));
/** Optional for the schema: another version, or none, is a 412 by the protocol. */
const tusHeaders = {
  'tus-resumable': z
    .string()
    .optional()
    .meta({ description: `Versión del protocolo tus: ${TUS_VERSION}`, examples: [TUS_VERSION] }),
};
const pathParams = z.object({ id: UploadId });

/** Resumable uploads by the tus protocol. A finished one becomes a job by `som3d.createFromUpload`. */
export const uploads = defineRoutes({
  create: {
    method: 'POST',
    path: '/som3d/uploads',
    summary: 'Empezar una subida reanudable',
    description:
      'Protocolo tus 1.0.0 (creation). Reserva el tamaño en el espacio de la cuenta y responde su dirección en Location. Una subida vence un día después de lo último que llegó.',
    metadata: { access: 'bearer' },
    headers: {
      ...tusHeaders,
      'upload-length': bytes.meta({ description: 'Bytes del archivo completo', examples: [734_003_200] }),
      'upload-metadata': z
        .string()
        .max(1024)
        .regex(/^[\x20-\x7e]*$/)
        .optional()
        .meta({
          description: 'Nombres con su valor en base64, separados por comas; el servicio los devuelve sin leerlos',
          examples: ['filename ZXN0dWRpby56aXA='],
        }),
    },
    body: c.noBody(),
    responses: { 201: c.noBody(), ...problems(402, 403, 412, 413, 429, 507) },
  },
  get: {
    method: 'GET',
    path: '/som3d/uploads/:id',
    summary: 'Cuánto llegó de una subida',
    description:
      'HEAD es lo que pregunta el protocolo tus: Upload-Offset, Upload-Length y Upload-Expires van en los encabezados, también en GET. Una subida ajena, o que ya es un trabajo, responde 404; una que venció, 410.',
    metadata: { access: 'bearer' },
    pathParams,
    responses: { 200: Upload, ...problems(404, 410) },
  },
  append: {
    method: 'PATCH',
    path: '/som3d/uploads/:id',
    summary: 'Enviar bytes de una subida',
    description:
      'Agrega el contenido desde Upload-Offset. Lo que llega antes de una interrupción queda guardado. 409 si Upload-Offset no es lo que hay guardado, 423 mientras otra solicitud envía a la misma subida, 413 si llega más que su tamaño.',
    metadata: { access: 'bearer', bytes: OFFSET_TYPE },
    pathParams,
    headers: {
      ...tusHeaders,
      'upload-offset': bytes.meta({ description: 'Bytes que ya están guardados', examples: [0] }),
    },
    body: c.type<Blob>(),
    responses: { 204: c.noBody(), ...problems(404, 409, 410, 412, 413, 423, 429) },
  },
  remove: {
    method: 'DELETE',
    path: '/som3d/uploads/:id',
    summary: 'Abandonar una subida',
    description: 'Elimina lo que llegó y libera el espacio que reservó.',
    metadata: { access: 'bearer' },
    pathParams,
    headers: tusHeaders,
    responses: { 204: c.noBody(), ...problems(404, 412) },
  },
});
