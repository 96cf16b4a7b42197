import type { Vector3 } from 'three';
import type { Measure, MeasureKind } from './measure.ts';
import type { Look } from './parts.ts';
import type { Section } from './section.ts';

/** What a touch on the model does. */
export type Tool = 'turn' | MeasureKind | 'note';

/** What a person set on a model, but the camera. */
export interface ViewerState {
  /** By the name of the part's STL. */
  readonly looks: ReadonlyMap<string, Look>;
  readonly section: Section | undefined;
  readonly measures: readonly Measure[];
  readonly tool: Tool;
  /** Points of the measure that is not finished. */
  readonly touched: readonly Vector3[];
}

export const NOTHING_SET: ViewerState = {
  looks: new Map(),
  section: undefined,
  measures: [],
  tool: 'turn',
  touched: [],
};

export type Change = (patch: Partial<ViewerState> | ((state: ViewerState) => Partial<ViewerState>)) => void;

export function withLook(looks: ReadonlyMap<string, Look>, file: string, patch: Partial<Look>): Map<string, Look> {
  const look = looks.get(file);
  return look ? new Map(looks).set(file, { ...look, ...patch }) : new Map(looks);
}
