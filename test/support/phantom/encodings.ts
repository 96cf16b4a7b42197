import { deflateRawSync } from 'node:zlib';
import { encodeFile, type CtSlice, type Element } from '@som3d/client/sample';

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

/** One file with a frame for each slice, geometry in functional groups and none in the data set itself. */
export function enhancedFile(slices: CtSlice[]): Uint8Array {
  const [first] = slices;
  if (first === undefined) throw new Error('no slices');
  const shared: Element[] = [
    sequence(0x00209116, [[text(0x00200037, 'DS', '1\\0\\0\\0\\1\\0')]]),
    sequence(0x00289110, [[text(0x00180050, 'DS', '1.5'), text(0x00280030, 'DS', '1\\1')]]),
    sequence(0x00289145, [[text(0x00281052, 'DS', '0'), text(0x00281053, 'DS', '1')]]),
  ];
  const perFrame = slices.map((slice) => [sequence(0x00209113, [[text(0x00200032, 'DS', slice.position.join('\\'))]])]);
  return encodeFile(
    [
      text(0x00080008, 'CS', 'ORIGINAL\\PRIMARY\\VOLUME\\NONE'),
      text(0x00080060, 'CS', 'CT'),
      text(0x0020000e, 'UI', first.seriesUid),
      text(0x00200011, 'IS', '4'),
      number(0x00280002, 1),
      text(0x00280004, 'CS', 'MONOCHROME2'),
      text(0x00280008, 'IS', String(slices.length)),
      number(0x00280010, first.rows),
      number(0x00280011, first.columns),
      number(0x00280100, 16),
      number(0x00280101, 16),
      number(0x00280102, 15),
      SIGNED,
      sequence(0x52009229, [shared]),
      sequence(0x52009230, perFrame),
      { tag: 0x7fe00010, vr: 'OW', value: Buffer.concat(slices.map((slice) => Buffer.from(slice.pixels.buffer))) },
    ],
    '2.25.7',
  );
}

function sequence(tag: number, items: Element[][]): Element {
  return { tag, vr: 'SQ', value: items };
}

function text(tag: number, vr: string, value: string): Element {
  return { tag, vr, value };
}

function number(tag: number, value: number): Element {
  return { tag, vr: 'US', value };
}
