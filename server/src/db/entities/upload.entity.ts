import { defineEntity, p, type InferEntity } from '@mikro-orm/core';
import { exactString, preciseInstant } from '../columns.ts';

/**
 * A resumable upload. `received` of its `size` bytes are in the storage, in the parts that `parts_json` lists in their
 * order. One request at a time writes: it holds `lease_token` until `lease_expires_at`. An expired row has no bytes any
 * more, and is kept for a while so that its owner learns why. A row that became a job has gone.
 */
export const Upload = defineEntity({
  name: 'Upload',
  tableName: 'upload',
  indexes: [
    { name: 'idx_upload_usuario', properties: ['id_usuario', 'expired'] },
    { name: 'idx_upload_expires', properties: ['expires_at'] },
  ],
  properties: {
    upload_id: exactString(64).primary(),
    id_usuario: p.integer().unsigned(false),
    expired: p.boolean().default(false),
    size: p.bigint('number').unsigned(false),
    received: p.bigint('number').unsigned(false),
    /** `[name, bytes][]`, see `domains/uploads/parts.ts` */
    parts_json: p.text().columnType('mediumtext'),
    metadata: p.text().nullable(),
    expires_at: preciseInstant(),
    lease_token: exactString(64).nullable(),
    lease_expires_at: preciseInstant().nullable(),
  },
});
export type Upload = InferEntity<typeof Upload>;
