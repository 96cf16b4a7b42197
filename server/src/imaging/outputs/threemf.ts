import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { open, rename, rm, stat } from 'node:fs/promises';
import { PassThrough } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import yazl from 'yazl';
import type { Mesh } from '../surface/mesh.ts';
import { appearanceOf } from './appearance.ts';
import type { ModelName } from './glb.ts';
import { PART_SETTINGS, partSettings } from './part-settings.ts';
import { decimal, escapeXml, triangleRows, vertexRows } from './threemf-xml.ts';

const CORE = 'http://schemas.microsoft.com/3dmanufacturing/core/2015/02';
const RELATIONSHIPS = 'http://schemas.openxmlformats.org/package/2006/relationships';
const MODEL_RELATIONSHIP = 'http://schemas.microsoft.com/3dmanufacturing/2013/01/3dmodel';
const MODEL_TYPE = 'application/vnd.ms-package.3dmanufacturing-3dmodel+xml';
const MODEL_PART = '3D/3dmodel.model';
const HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n';

const CONTENT_TYPES = `${HEAD}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="model" ContentType="${MODEL_TYPE}"/><Default Extension="config" ContentType="application/xml"/></Types>\n`;
const ROOT_RELATIONSHIPS = `${HEAD}<Relationships xmlns="${RELATIONSHIPS}"><Relationship Id="rel0" Target="/${MODEL_PART}" Type="${MODEL_RELATIONSHIP}"/></Relationships>\n`;

/** Numbers compress well at the lowest level already: level 3 takes two thirds more time and saves 5 %. */
const ZIP_LEVEL = 1;
/** One time for every file in the package: the same models give the same bytes. */
const SAME_TIME = { mtime: new Date(1980, 0, 1), forceDosTimestamp: true, mode: 0o100644 };

interface Part {
  objectId: number;
  label: string;
  layer: number;
  min: readonly [number, number, number];
}

/**
 * A 3MF file (core specification 1.3) written while models are made: each is encoded and compressed as it comes, so
 * memory does not grow with them.
 *
 * Each model is an object with its name and a base material of its colour, in LPS mm; one object assembles them all,
 * the outermost first, and the only item of the build moves that into the positive octant, standing on the plate.
 * Every object is of type `model`: a slicer refuses the whole file for one of type `surface`.
 */
export class ThreeMfWriter implements AsyncDisposable {
  readonly #path: string;
  readonly #name: string;
  readonly #zip = new yazl.ZipFile();
  readonly #model = new PassThrough({ highWaterMark: 1 << 20 });
  readonly #written: Promise<void>;
  readonly #parts: Part[] = [];
  #finished = false;

  /**
   * @param path of the file, which is there when `finish` has ended
   * @param caseName what slicers call the assembly
   */
  constructor(path: string, caseName?: string) {
    this.#path = path;
    this.#name = caseName ?? 'SOM3D';
    const failed = new Promise<never>((_resolve, reject) => this.#zip.on('error', reject));
    const stored = pipeline(this.#zip.outputStream, createWriteStream(this.#temporary));
    this.#written = Promise.race([stored, failed]);
    // Whoever writes next is told.
    this.#written.catch(() => undefined);
    this.#zip.addBuffer(Buffer.from(CONTENT_TYPES), '[Content_Types].xml', SAME_TIME);
    this.#zip.addBuffer(Buffer.from(ROOT_RELATIONSHIPS), '_rels/.rels', SAME_TIME);
    this.#zip.addReadStream(this.#model, MODEL_PART, { ...SAME_TIME, compressionLevel: ZIP_LEVEL });
    this.#model.write(
      `${HEAD}<model unit="millimeter" xml:lang="es" xmlns="${CORE}"><metadata name="Application">SOM3D</metadata><resources>\n`,
    );
  }

  get #temporary(): string {
    return `${this.#path}.partial`;
  }

  /** Adds a model. One call at a time. */
  async add(mesh: Mesh, { tissue, label }: ModelName): Promise<void> {
    const [materialId, objectId] = [2 * this.#parts.length + 1, 2 * this.#parts.length + 2];
    const name = escapeXml(label);
    await this.#write(
      `<basematerials id="${materialId}"><base name="${name}" displaycolor="${hex(tissue)}"/></basematerials>\n` +
        `<object id="${objectId}" type="model" name="${name}" pid="${materialId}" pindex="0"><mesh><vertices>\n`,
    );
    for (const rows of vertexRows(mesh)) await this.#write(rows);
    await this.#write('</vertices><triangles>\n');
    for (const rows of triangleRows(mesh)) await this.#write(rows);
    await this.#write('</triangles></mesh></object>\n');
    this.#parts.push({ objectId, label, layer: appearanceOf(tissue).layer, min: lowCorner(mesh) });
  }

  /** Ends the file. @returns its size in bytes */
  async finish(): Promise<number> {
    // Where solids overlap, the last one counts: what lies inside stands after what is around it.
    const parts = this.#parts.toSorted((a, b) => a.layer - b.layer);
    const assembly = { id: 2 * parts.length + 1, name: this.#name };
    const components = parts.map(({ objectId }) => `<component objectid="${objectId}"/>`).join('');
    const move = [0, 1, 2].map((axis) => decimal(-Math.min(...parts.map(({ min }) => min[axis]!)))).join(' ');
    await this.#write(
      `<object id="${assembly.id}" type="model" name="${escapeXml(assembly.name)}"><components>${components}</components></object>\n` +
        `</resources><build><item objectid="${assembly.id}" transform="1 0 0 0 1 0 0 0 1 ${move}"/></build></model>\n`,
    );
    this.#model.end();
    this.#zip.addBuffer(Buffer.from(partSettings(assembly, parts)), PART_SETTINGS, SAME_TIME);
    this.#zip.end();
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

function lowCorner({ positions }: Mesh): [number, number, number] {
  const low: [number, number, number] = [Infinity, Infinity, Infinity];
  for (let i = 0; i < positions.length; i++) low[i % 3] = Math.min(low[i % 3]!, positions[i]!);
  return low;
}

function hex(tissue: string): string {
  const digits = appearanceOf(tissue).rgb.map((value) => value.toString(16).padStart(2, '0'));
  return `#${digits.join('').toUpperCase()}FF`;
}
