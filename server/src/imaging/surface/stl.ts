import { writeWhole } from '../../base/whole-file.ts';
import { triangleCount, type Mesh } from './mesh.ts';

const TITLE_BYTES = 80;
/** The title and the number of faces. */
const HEADER_BYTES = TITLE_BYTES + 4;
const FACE_BYTES = 50;
const FACES_PER_WRITE = 1 << 16;

/** What a file says of itself. */
export interface StlTitle {
  caseName: string | undefined;
  tissue: string;
}

/**
 * Writes a binary STL file (little-endian, LPS mm), which is whole as soon as it has its name.
 * @returns its size in bytes
 */
export async function writeStl(mesh: Mesh, path: string, title: StlTitle): Promise<number> {
  const faces = triangleCount(mesh);
  await writeWhole(path, async (file) => {
    await file.writeFile(stlHeader(title, faces));
    for (let face = 0; face < faces; face += FACES_PER_WRITE)
      await file.writeFile(encodeFaces(mesh, face, Math.min(face + FACES_PER_WRITE, faces)));
  });
  return HEADER_BYTES + FACE_BYTES * faces;
}

/** Which axes and unit the coordinates have, in the words that 3D Slicer looks for. */
const SPACE = 'SPACE=LPS UNIT=mm';

/** Product, case, tissue, axes and unit, in 80 bytes: the names are cut off where they do not fit. */
function stlHeader({ caseName, tissue }: StlTitle, faces: number): Uint8Array {
  const header = Buffer.alloc(HEADER_BYTES);
  // A header that begins with "solid" would be taken for the text format.
  const room = TITLE_BYTES - `SOM3D  ${SPACE}`.length;
  const model = plain(tissue).slice(0, room);
  const named = plain(caseName ?? '').slice(0, Math.max(0, room - model.length - 1));
  header.write(['SOM3D', named, model, SPACE].filter((word) => word !== '').join(' '), 'latin1');
  header.writeUInt32LE(faces, TITLE_BYTES);
  return header;
}

/** Without accents and line breaks: other readers take the header for ASCII. */
function plain(text: string): string {
  const ascii = text.normalize('NFD').replaceAll(/\p{M}/gu, '');
  return ascii.replaceAll(/[^\x20-\x7e]+/g, ' ').trim();
}

/** Faces from..end - 1: normal, three corners, two bytes without meaning. */
function encodeFaces({ positions: p, triangles }: Mesh, from: number, end: number): Uint8Array {
  const bytes = new ArrayBuffer(FACE_BYTES * (end - from));
  const view = new DataView(bytes);
  for (let face = from, at = 0; face < end; face++, at += FACE_BYTES) {
    const a = 3 * triangles[3 * face]!;
    const b = 3 * triangles[3 * face + 1]!;
    const c = 3 * triangles[3 * face + 2]!;
    const ux = p[b]! - p[a]!;
    const uy = p[b + 1]! - p[a + 1]!;
    const uz = p[b + 2]! - p[a + 2]!;
    const vx = p[c]! - p[a]!;
    const vy = p[c + 1]! - p[a + 1]!;
    const vz = p[c + 2]! - p[a + 2]!;
    const nx = uy * vz - uz * vy;
    const ny = uz * vx - ux * vz;
    const nz = ux * vy - uy * vx;
    const length = Math.sqrt(nx * nx + ny * ny + nz * nz) || 1;
    view.setFloat32(at, nx / length, true);
    view.setFloat32(at + 4, ny / length, true);
    view.setFloat32(at + 8, nz / length, true);
    for (let corner = 0, to = at + 12; corner < 3; corner++, to += 12) {
      const v = 3 * triangles[3 * face + corner]!;
      view.setFloat32(to, p[v]!, true);
      view.setFloat32(to + 4, p[v + 1]!, true);
      view.setFloat32(to + 8, p[v + 2]!, true);
    }
  }
  return new Uint8Array(bytes);
}
