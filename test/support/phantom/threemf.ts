import { readFile } from 'node:fs/promises';
import { SaxesParser } from 'saxes';
import { zipEntries } from '../zip-entries.ts';
import type { StlMesh } from './stl.ts';

export interface ThreeMfObject {
  id: string;
  name: string | undefined;
  type: string | undefined;
  colour: string | undefined;
  mesh: StlMesh | null;
  components: string[];
}

export interface ThreeMf {
  /** Files of the package and their content types, as the package tells them. */
  contentTypes: Map<string, string>;
  /** Part that the package starts with. */
  start: string;
  unit: string | undefined;
  objects: ThreeMfObject[];
  items: { objectId: string; transform: number[] }[];
}

type Attributes = Record<string, string>;

function parse(xml: Buffer, onElement: (name: string, attributes: Attributes) => void): void {
  const parser = new SaxesParser();
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('opentag', ({ name, attributes }) => onElement(name, attributes));
  parser.write(xml.toString('utf8')).close();
}

/** A 3MF file read as the core specification says. References to what does not stand before them throw. */
export async function readThreeMf(path: string): Promise<ThreeMf> {
  const files = await zipEntries(await readFile(path));
  const file = (name: string): Buffer => {
    const found = files.get(name);
    if (!found) throw new Error(`The package has no ${name}`);
    return found;
  };
  const contentTypes = new Map<string, string>();
  parse(file('[Content_Types].xml'), (name, { Extension = '', ContentType = '' }) => {
    if (name === 'Default') contentTypes.set(Extension, ContentType);
  });
  let start = '';
  parse(file('_rels/.rels'), (_name, { Target = '', Type = '' }) => {
    if (Type === 'http://schemas.microsoft.com/3dmanufacturing/2013/01/3dmodel') start = Target.replace(/^\//, '');
  });
  const model: ThreeMf = { contentTypes, start, unit: undefined, objects: [], items: [] };
  const materials = new Map<string, string[]>();
  let lastMaterial = '';
  const known = (id = ''): string => {
    if (!model.objects.some((object) => object.id === id)) throw new Error(`Object ${id} is not there yet`);
    return id;
  };
  parse(file(start), (name, at) => {
    const object = model.objects.at(-1);
    if (name === 'model') model.unit = at['unit'];
    else if (name === 'basematerials') materials.set((lastMaterial = at['id'] ?? ''), []);
    else if (name === 'base') materials.get(lastMaterial)?.push(at['displaycolor'] ?? '');
    else if (name === 'object') {
      const { id = '', pid, pindex } = at;
      if (pid !== undefined && !materials.has(pid)) throw new Error(`Material ${pid} is not there yet`);
      if (materials.has(id) || model.objects.some((other) => other.id === id)) throw new Error(`Id ${id} is taken`);
      const colour = materials.get(pid ?? '')?.[Number(pindex)];
      model.objects.push({ id, name: at['name'], type: at['type'], colour, mesh: null, components: [] });
    } else if (name === 'mesh' && object) object.mesh = { positions: [], triangles: [] };
    else if (name === 'vertex') object?.mesh?.positions.push(Number(at['x']), Number(at['y']), Number(at['z']));
    else if (name === 'triangle') object?.mesh?.triangles.push(Number(at['v1']), Number(at['v2']), Number(at['v3']));
    else if (name === 'component') object?.components.push(known(at['objectid']));
    else if (name === 'item') {
      const transform = (at['transform'] ?? '').split(' ').map(Number);
      model.items.push({ objectId: known(at['objectid']), transform });
    }
  });
  return model;
}
