import { isAxial, isHounsfield, medianSpacing, type Stack } from './series.ts';

/** Fewer slices show where a scan is, or how contrast arrives, but no body. */
const BODY_SLICES = 5;
/** Reformats are made of axial slices: one of these counts as so many. */
const AXIAL_WEIGHT = 4;

/** Best first: CT, what can be a volume, in HU, most slices, thinnest, original. Then what the series are. */
export function rankStacks(stacks: readonly Stack[]): Stack[] {
  const copies = copiesOf(stacks);
  const scores = new Map(stacks.map((stack) => [stack, score(stack, copies)]));
  return stacks.toSorted((a, b) => compare(scores.get(b)!, scores.get(a)!) || compare(nature(a), nature(b)));
}

/** Whether a stack can be a volume at all, or is only a few slices. */
export function isBody(stack: Stack): boolean {
  return stack.slices.length >= BODY_SLICES && stack.ambiguous === 0;
}

function score(stack: Stack, copies: ReadonlySet<Stack>): number[] {
  const { header, slices } = stack;
  return [
    header.modality === 'CT' ? 1 : 0,
    slices.length < 2 || stack.ambiguous > 0 ? 0 : isBody(stack) ? 2 : 1,
    isHounsfield(stack) ? 1 : 0,
    copies.has(stack) ? 0 : 1,
    slices.length * (isAxial(stack) ? AXIAL_WEIGHT : 1),
    -medianSpacing(stack),
    -slices.filter((slice) => slice.header.derived).length / slices.length,
  ];
}

/** What breaks a tie: neither the order in the ZIP nor UIDs, which other exports of the same study change. */
function nature({ header, frame, slices }: Stack): (number | string)[] {
  const { position, cardiacPhase, respiratoryPhase, trigger, acquisition, acquired, created } = frame.moment;
  return [
    frame.kernel,
    frame.scale.slope,
    frame.scale.intercept,
    header.seriesNumber ?? Infinity,
    header.seriesDescription,
    ...[position, cardiacPhase, respiratoryPhase, trigger, acquisition, acquired, created].map((value) => value ?? 0),
    slices.reduce((least, slice) => Math.min(least, slice.header.instanceNumber + slice.frame.index), Infinity),
    ...(slices[0]?.frame.position ?? []),
    header.imageType,
    header.kvp ?? 0,
  ];
}

function compare(left: readonly (number | string)[], right: readonly (number | string)[]): number {
  for (const [i, a] of left.entries()) {
    const b = right[i] ?? 0;
    if (a !== b) return a < b ? -1 : 1;
  }
  return 0;
}

/**
 * Multi-frame objects of the same slices as a series of single frames: a PACS that transcodes makes them and loses the
 * geometry.
 */
function copiesOf(stacks: readonly Stack[]): Set<Stack> {
  const singles = new Set(stacks.filter(({ header }) => header.form === 'single').map(shapeOf));
  return new Set(stacks.filter((stack) => stack.header.form !== 'single' && singles.has(shapeOf(stack))));
}

function shapeOf({ patient, header, slices }: Stack): string {
  return JSON.stringify([patient, header.studyUid, header.rows, header.columns, slices.length]);
}
