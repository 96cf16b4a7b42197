import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { open, rename, rm, stat } from 'node:fs/promises';
import { PassThrough } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import yazl from 'yazl';
import type { Mesh } from '../surface/mesh.ts';
import { appearanceOf } from './appearance.ts';
import type { ModelName } from './glb.ts';

const CORE = 'http://schemas.microsoft.com/3dmanufacturing/core/2015/02';
const RELATIONSHIPS = 'http://schemas.openxmlformats.org/package/2006/relationships';
const MODEL_RELATIONSHIP = 'http://schemas.microsoft.com/3dmanufacturing/2013/01/3dmodel';
const MODEL_TYPE = 'application/vnd.ms-package.3dmanufacturing-3dmodel+xml';
const MODEL_PART = '3D/3dmodel.model';
const HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n';

const CONTENT_TYPES = `${HEAD}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="model" ContentType="${MODEL_TYPE}"/></Types>\n`;
const ROOT_RELATIONSHIPS = `${HEAD}<Relationships xmlns="${RELATIONSHIPS}"><Relationship Id="rel0" Target="/${MODEL_PART}" Type="${MODEL_RELATIONSHIP}"/></Relationships>\n`;

/** Numbers compress well at the lowest level already; the higher ones cost time and give little. */
const ZIP_LEVEL = 3;
/** One time for every file in the package: the same models give the same bytes. */
const SAME_TIME = { mtime: new Date(1980, 0, 1), forceDosTimestamp: true, mode: 0o100644 };
const ROWS_PER_WRITE = 1 << 14;
/** Decimals of a coordinate, mm: finer than a float32 can tell a body's coordinates apart. */
const DECIMALS = 10_000;

interface Part {
  objectId: number;
  min: readonly [number, number, number];
}

/**
 * A 3MF file (core specification 1.3) written while models are made: each is encoded and compressed as it comes, so
 * memory does not grow with them.
 *
 * Each model is an object with its name and a base material of its colour, in LPS mm; one object assembles them all,
 * and the only item of the build moves that into the positive octant, standing on the plate.
 */
export class ThreeMfWriter implements AsyncDisposable {
  readonly #path: string;
  readonly #zip = new yazl.ZipFile();
  readonly #model = new PassThrough({ highWaterMark: 1 << 20 });
  readonly #written: Promise<void>;
  readonly #parts: Part[] = [];
  #finished = false;

  /** @param path of the file, which is there when `finish` has ended */
  constructor(path: string) {
    this.#path = path;
    const failed = new Promise<never>((_resolve, reject) => this.#zip.on('error', reject));
    const stored = pipeline(this.#zip.outputStream, createWriteStream(this.#temporary));
    this.#written = Promise.race([stored, failed]);
    // Whoever writes next is told.
    this.#written.catch(() => undefined);
    this.#zip.addBuffer(Buffer.from(CONTENT_TYPES), '[Content_Types].xml', SAME_TIME);
    this.#zip.addBuffer(Buffer.from(ROOT_RELATIONSHIPS), '_rels/.rels', SAME_TIME);
    this.#zip.addReadStream(this.#model, MODEL_PART, { ...SAME_TIME, compressionLevel: ZIP_LEVEL });
    this.#zip.end();
    this.#model.write(
      `${HEAD}<model unit="millimeter" xml:lang="es" xmlns="${CORE}"><metadata name="Application">SOM3D</metadata><resources>\n`,
    );
  }

  get #temporary(): string {
    return `${this.#path}.partial`;
  }

  /**
   * Adds a model. One call at a time.
   *
   * @param closed whether it is watertight: what is not must not be called a solid
   */
  async add(mesh: Mesh, { tissue, label }: ModelName, closed: boolean): Promise<void> {
    const [materialId, objectId] = [2 * this.#parts.length + 1, 2 * this.#parts.length + 2];
    const name = escape(label);
    await this.#write(
      `<basematerials id="${materialId}"><base name="${name}" displaycolor="${hex(tissue)}"/></basematerials>\n` +
        `<object id="${objectId}" type="${closed ? 'model' : 'surface'}" name="${name}" pid="${materialId}" pindex="0"><mesh><vertices>\n`,
    );
    for (const rows of vertexRows(mesh)) await this.#write(rows);
    await this.#write('</vertices><triangles>\n');
    for (const rows of triangleRows(mesh)) await this.#write(rows);
    await this.#write('</triangles></mesh></object>\n');
    this.#parts.push({ objectId, min: lowCorner(mesh) });
  }

  /** Ends the file. @returns its size in bytes */
  async finish(): Promise<number> {
    const parts = this.#parts;
    const assembly = 2 * parts.length + 1;
    const components = parts.map(({ objectId }) => `<component objectid="${objectId}"/>`).join('');
    const move = [0, 1, 2].map((axis) => decimal(-Math.min(...parts.map(({ min }) => min[axis]!)))).join(' ');
    await this.#write(
      `<object id="${assembly}" type="model" name="SOM3D"><components>${components}</components></object>\n` +
        `</resources><build><item objectid="${assembly}" transform="1 0 0 0 1 0 0 0 1 ${move}"/></build></model>\n`,
    );
    this.#model.end();
    await this.#written;
    await sync(this.#temporary);
    await rename(this.#temporary, this.#path);
    this.#finished = true;
    return (await stat(this.#path)).size;
  }

  /** Gives up what is not finished. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#finished) return;
    this.#model.destroy();
    (this.#zip.outputStream as PassThrough).destroy();
    await this.#written.catch(() => undefined);
    await rm(this.#temporary, { force: true });
  }

  /** Waits while the compressor is behind. A write that failed rejects here. */
  async #write(text: string): Promise<void> {
    if (this.#model.write(text)) return;
    await Promise.race([once(this.#model, 'drain'), this.#written]);
  }
}

async function sync(path: string): Promise<void> {
  await using file = await open(path, 'r+');
  await file.sync();
}

function* vertexRows({ positions: p }: Mesh): Generator<string> {
  for (let from = 0; from < p.length; from += 3 * ROWS_PER_WRITE) {
    const end = Math.min(p.length, from + 3 * ROWS_PER_WRITE);
    let rows = '';
    for (let i = from; i < end; i += 3)
      rows += `<vertex x="${decimal(p[i]!)}" y="${decimal(p[i + 1]!)}" z="${decimal(p[i + 2]!)}"/>\n`;
    yield rows;
  }
}

function* triangleRows({ triangles }: Mesh): Generator<string> {
  for (let from = 0; from < triangles.length; from += 3 * ROWS_PER_WRITE) {
    const end = Math.min(triangles.length, from + 3 * ROWS_PER_WRITE);
    let rows = '';
    for (let t = from; t < end; t += 3)
      rows += `<triangle v1="${triangles[t]!}" v2="${triangles[t + 1]!}" v3="${triangles[t + 2]!}"/>\n`;
    yield rows;
  }
}

/** What follows the whole millimetres, for each ten-thousandth: millions of numbers are written this way. */
const FRACTIONS = Array.from({ length: DECIMALS }, (_, part) => String(part / DECIMALS).slice(1));

/** With at most four decimals and never an exponent. */
function decimal(value: number): string {
  const scaled = Math.round(Math.abs(value) * DECIMALS);
  const whole = Math.floor(scaled / DECIMALS);
  const digits = whole + FRACTIONS[scaled - whole * DECIMALS]!;
  return value < 0 && scaled > 0 ? `-${digits}` : digits;
}

function lowCorner({ positions }: Mesh): [number, number, number] {
  const low: [number, number, number] = [Infinity, Infinity, Infinity];
  for (let i = 0; i < positions.length; i++) low[i % 3] = Math.min(low[i % 3]!, positions[i]!);
  return low;
}

function hex(tissue: string): string {
  const digits = appearanceOf(tissue).rgb.map((value) => value.toString(16).padStart(2, '0'));
  return `#${digits.join('').toUpperCase()}FF`;
}

function escape(text: string): string {
  const plain = text.replaceAll(/[^\P{Cc}\t\n\r]/gu, ' ');
  return plain.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
