import { Vector3 } from 'three';
import { MEASURE_KINDS, type Measure, TOUCHES } from './measure.ts';
import type { Look } from './parts.ts';
import { SECTION_AXES, type Section } from './section.ts';
import type { ViewerState } from './viewer-state.ts';
import type { View } from './views.ts';

/** What a saved view holds. Each part of it can be missing in one that another program saved. */
export interface SavedView {
  readonly view?: View | undefined;
  readonly looks: ReadonlyMap<string, Partial<Look>>;
  readonly section?: Section | undefined;
  readonly measures: readonly Measure[];
}

/** The documents of a viewer state. `notas_json` and `i18n_json` are other programs' and stay as they are. */
export interface SavedDocuments {
  readonly ui_json: string;
  readonly modelos_json: string;
}

/** The eye is shown outside of every patient; only its direction counts. */
const EYE_MM = 300;

/** Millimetres in LPS, as all of the service's coordinates. Five decimals lose nothing that is seen. */
function numbers(point: Vector3): number[] {
  return point.toArray().map((value) => Number(value.toFixed(5)));
}

export function toDocuments(view: View, { looks, section, measures }: ViewerState): SavedDocuments {
  const ui = {
    version: 1,
    camara: numbers(view.target.clone().addScaledVector(view.direction, EYE_MM)),
    objetivo: numbers(view.target),
    alto_mm: view.heightMm,
    corte: section ? { eje: section.axis, normal: numbers(section.normal), en_mm: section.atMm } : null,
    medidas: measures.map(({ kind, points }) => ({ tipo: kind, puntos: points.map(numbers) })),
  };
  const modelos = [...looks].map(([archivo, look]) => ({
    archivo,
    visible: look.visible,
    color: look.colour,
    opacidad: look.opacity,
  }));
  return { ui_json: JSON.stringify(ui), modelos_json: JSON.stringify(modelos) };
}

type Unknown = Readonly<Record<string, unknown>>;

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined; // the predecessor checked nothing
  }
}

function objectOf(value: unknown): Unknown {
  return typeof value === 'object' && value !== null ? (value as Unknown) : {};
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

/** Three finite numbers. */
export function pointOf(value: unknown): Vector3 | undefined {
  const [x, y, z] = listOf(value).map(numberOf);
  return x === undefined || y === undefined || z === undefined ? undefined : new Vector3(x, y, z);
}

function viewOf(ui: Unknown, otherwise: View): View | undefined {
  const eye = pointOf(ui['camara']);
  if (!eye) return undefined;
  const target = pointOf(ui['objetivo']) ?? otherwise.target;
  const direction = eye.sub(target);
  if (direction.lengthSq() === 0) return undefined;
  const heightMm = numberOf(ui['alto_mm']) ?? otherwise.heightMm;
  return { target, direction: direction.normalize(), heightMm: heightMm > 0 ? heightMm : otherwise.heightMm };
}

function sectionOf(value: unknown): Section | undefined {
  const { eje, normal, en_mm } = objectOf(value);
  const axis = SECTION_AXES.find((known) => known === eje);
  const direction = pointOf(normal);
  const atMm = numberOf(en_mm);
  if (!axis || !direction || direction.lengthSq() === 0 || atMm === undefined) return undefined;
  return { axis, normal: direction.normalize(), atMm };
}

function measureOf(value: unknown, id: number): Measure | undefined {
  const { tipo, puntos } = objectOf(value);
  const kind = MEASURE_KINDS.find((known) => known === tipo);
  const points = listOf(puntos).map(pointOf);
  const needed = kind && Math.max(2, TOUCHES[kind]);
  if (!kind || points.length !== needed || points.includes(undefined)) return undefined;
  return { id, kind, points: points as Vector3[] };
}

function lookOf(value: unknown): [string, Partial<Look>] | undefined {
  const { archivo, visible, color, opacidad } = objectOf(value);
  if (typeof archivo !== 'string') return undefined;
  const opacity = numberOf(opacidad);
  return [
    archivo,
    {
      ...(typeof visible === 'boolean' && { visible }),
      ...(typeof color === 'string' && /^#[\da-f]{6}$/i.test(color) && { colour: color }),
      ...(opacity !== undefined && { opacity: Math.min(1, Math.max(0, opacity)) }),
    },
  ];
}

/**
 * Reads a viewer state that this or another program saved: what is not understood is left as it is on the screen.
 *
 * @param otherwise the view of a state that has only the place of the camera
 */
export function fromDocuments({ ui_json, modelos_json }: SavedDocuments, otherwise: View): SavedView {
  const ui = objectOf(parse(ui_json));
  const looks = listOf(parse(modelos_json)).map(lookOf);
  return {
    view: viewOf(ui, otherwise),
    looks: new Map(looks.filter((look) => look !== undefined)),
    section: sectionOf(ui['corte']),
    measures: listOf(ui['medidas'])
      .map((value, at) => measureOf(value, at + 1))
      .filter((measure) => measure !== undefined),
  };
}

/** Where a clinical note is pinned. */
export interface Anchor {
  /** The name of the part's STL. */
  readonly archivo: string;
  /** LPS mm. */
  readonly punto: readonly [number, number, number];
}

export function anchorJson(file: string, point: Vector3): string {
  return JSON.stringify({ archivo: file, punto: numbers(point) });
}

/** Undefined where a note has no place, or one of another form. */
export function anchorOf(json: string | null): { file: string; point: Vector3 } | undefined {
  const { archivo, punto } = objectOf(json === null ? undefined : parse(json));
  const point = pointOf(punto);
  return typeof archivo === 'string' && point ? { file: archivo, point } : undefined;
}
