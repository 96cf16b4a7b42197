import { encodeFile, encodeItem, type CtSlice, type Element } from '@som3d/client/sample';

const SEQUENCE_END = Uint8Array.of(0xfe, 0xff, 0xdd, 0xe0, 0, 0, 0, 0);

export interface Encapsulation {
  /** With a basic offset table. */
  table?: boolean;
  /** How many fragments each frame is cut into. */
  fragments?: number;
  /** Without the sequence's end, as some writers leave it. */
  open?: boolean;
}

/** Encapsulated pixel data (PS3.5 A.4) of compressed frames. */
export function encapsulate(
  frames: Uint8Array[],
  { table = false, fragments = 1, open = false }: Encapsulation = {},
): Element {
  const parts = frames.map((frame) => {
    const size = 2 * Math.ceil(frame.length / fragments / 2);
    const pieces = Array.from({ length: fragments }, (_, i) => frame.subarray(i * size, (i + 1) * size));
    return Buffer.concat(pieces.map((piece) => encodeItem(even(piece), true)));
  });
  const offsets = new Uint32Array(frames.length);
  for (let i = 1; i < frames.length; i++) offsets[i] = (offsets[i - 1] ?? 0) + (parts[i - 1]?.length ?? 0);
  const head = encodeItem(table ? new Uint8Array(offsets.buffer) : new Uint8Array(0), true);
  const value = Buffer.concat([head, ...parts, ...(open ? [] : [SEQUENCE_END])]);
  return { tag: 0x7fe00010, vr: 'OB', value, undefinedLength: true };
}

function even(bytes: Uint8Array): Uint8Array {
  return bytes.length % 2 === 0 ? bytes : Buffer.concat([bytes, Uint8Array.of(0)]);
}

export interface Enhancement {
  /** The frames' transfer syntax and pixel data, instead of the slices' own pixels. */
  compressed?: { transferSyntax: string; pixels: Element };
  /** Frame content of each frame. */
  frameContent?: (index: number) => Element[];
  /** Further elements of the object; of two with one tag the later counts. */
  elements?: Element[];
}

/**
 * One file with a frame for each slice, geometry in functional groups and none in the data set itself.
 */
export function enhancedFile(
  slices: CtSlice[],
  { compressed, frameContent, elements: further = [] }: Enhancement = {},
): Uint8Array {
  const [first] = slices;
  if (first === undefined) throw new Error('no slices');
  const { x, y } = first.spacing;
  const shared: Element[] = [
    sequence(0x00209116, [[text(0x00200037, 'DS', '1\\0\\0\\0\\1\\0')]]),
    sequence(0x00289110, [[text(0x00180050, 'DS', '1.5'), text(0x00280030, 'DS', `${y}\\${x}`)]]),
    sequence(0x00289145, [[text(0x00281052, 'DS', '0'), text(0x00281053, 'DS', '1')]]),
  ];
  const perFrame = slices.map((slice, i) => [
    ...(frameContent === undefined ? [] : [sequence(0x00209111, [frameContent(i)])]),
    sequence(0x00209113, [[text(0x00200032, 'DS', slice.position.join('\\'))]]),
  ]);
  const pixels = Buffer.concat(slices.map((slice) => Buffer.from(slice.pixels.buffer)));
  const elements: Element[] = [
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
    number(0x00280103, first.pixels instanceof Int16Array ? 1 : 0),
    sequence(0x52009229, [shared]),
    sequence(0x52009230, perFrame),
    compressed?.pixels ?? { tag: 0x7fe00010, vr: 'OW', value: pixels },
  ];
  const form = compressed && { compressed: { transferSyntax: compressed.transferSyntax, frame: new Uint8Array(0) } };
  const byTag = new Map([...elements, ...further].map((element) => [element.tag, element]));
  return encodeFile([...byTag.values()], '2.25.7', form);
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
