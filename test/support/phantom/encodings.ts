import { deflateRawSync } from 'node:zlib';
import type { CtSlice, Element } from '@som3d/client/sample';

/** Pixel representation: two's complement. */
export const SIGNED: Element = { tag: 0x00280103, vr: 'US', value: 1 };

/** Turns an explicit little-endian file into one in the deflated transfer syntax. */
export function deflated(file: Uint8Array): Uint8Array {
  const bytes = Buffer.from(file);
  const uid = Buffer.from('1.2.840.10008.1.2.1\0', 'latin1');
  const at = bytes.indexOf(uid);
  const metaEnd = 132 + 12 + bytes.readUInt32LE(132 + 8);
  const longer = Buffer.concat([
    bytes.subarray(132, at),
    Buffer.from('1.2.840.10008.1.2.1.99', 'latin1'),
    bytes.subarray(at + uid.length, metaEnd),
  ]);
  longer.writeUInt16LE(22, at - 132 - 2);
  return Buffer.concat([bytes.subarray(0, 132), longer, deflateRawSync(bytes.subarray(metaEnd))]);
}

/** RLE by literal runs and repeats, most significant byte first (PS3.5 annex G). */
export function rleFrame(pixels: CtSlice['pixels']): Uint8Array {
  const bytes = Buffer.from(pixels.buffer, pixels.byteOffset, pixels.byteLength);
  const plane = (offset: number): Buffer => packBits(bytes.filter((_, i) => i % 2 === offset));
  const [high, low] = [plane(1), plane(0)];
  const header = Buffer.alloc(64);
  header.writeUInt32LE(2, 0);
  header.writeUInt32LE(64, 4);
  header.writeUInt32LE(64 + high.length, 8);
  return Buffer.concat([header, high, low]);
}

function packBits(bytes: Uint8Array): Buffer {
  const out: number[] = [];
  for (let i = 0; i < bytes.length;) {
    let run = 1;
    while (run < 128 && bytes[i + run] === bytes[i] && i + run < bytes.length) run++;
    if (run > 1) out.push(257 - run, bytes[i] ?? 0);
    else out.push(0, bytes[i] ?? 0);
    i += run;
  }
  if (out.length % 2 === 1) out.push(128);
  return Buffer.from(out);
}
