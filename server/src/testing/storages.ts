export { FileStorage } from '../gateways/storage/files.ts';
export { openStorage } from '../gateways/storage/open.ts';
export { randomAccess } from '../gateways/storage/random-access.ts';
export { readFileGrant } from '../gateways/storage/signed-url.ts';
export type { ByteRange, Storage } from '../gateways/storage/storage.ts';
