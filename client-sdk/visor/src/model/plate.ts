/** Binary STL: 80 bytes of header, a count, then 50 bytes for each face: normal, three corners, two bytes. */
const HEADER = 80;
const FACE = 50;
const NORMAL = 12;

interface Bounds {
  readonly min: readonly number[];
  readonly max: readonly number[];
}

/**
 * Moves a binary STL in place from the patient's coordinates onto the plate of a printer.
 *
 * @param bounds of all that lies on the plate together, LPS mm: its lowest point comes to z = 0, its middle to x = y = 0
 * @throws RangeError when it is no binary STL
 */
export function moveToPlate(stl: ArrayBuffer, { min, max }: Bounds): void {
  const data = new DataView(stl);
  const faces = stl.byteLength >= HEADER + 4 ? data.getUint32(HEADER, true) : -1;
  if (stl.byteLength !== HEADER + 4 + faces * FACE) throw new RangeError('no binary STL');
  const shift = [-((min[0] ?? 0) + (max[0] ?? 0)) / 2, -((min[1] ?? 0) + (max[1] ?? 0)) / 2, -(min[2] ?? 0)];
  for (let face = 0, at = HEADER + 4; face < faces; face++, at += FACE) {
    for (let value = 0; value < 9; value++) {
      const place = at + NORMAL + 4 * value;
      data.setFloat32(place, data.getFloat32(place, true) + (shift[value % 3] ?? 0), true);
    }
  }
  leaveOutSpace(stl);
}

/** The header names the patient's axes, which are no longer those of the file. */
function leaveOutSpace(stl: ArrayBuffer): void {
  const header = new Uint8Array(stl, 0, HEADER);
  const word = 'SPACE=LPS';
  const at = String.fromCharCode(...header).indexOf(word);
  if (at >= 0) header.fill(0x20, at, at + word.length);
}
