import type { PointerEvent } from 'react';
import { Vector3 } from 'three';
import { useTexts } from '../texts.ts';
import { formatMeasure, type Measure } from './measure.ts';
import styles from './model.module.css';
import { toolTexts } from './tools.texts.ts';
import type { ModelScene } from './scene.ts';
import { movedTo, rangeOf, type Section } from './section.ts';
import { useFormats } from './use-formats.ts';
import type { PinnedNote } from './use-notes.ts';

interface MarksProps {
  readonly scene: ModelScene;
  readonly measures: readonly Measure[];
  readonly touched: readonly Vector3[];
  readonly notes: readonly PinnedNote[];
  /** @param number of the pin */
  readonly onNote: (number: number, note: PinnedNote) => void;
}

function pathOf(scene: ModelScene, points: readonly Vector3[]): string {
  return points
    .map((point) => scene.toScreen(point))
    .map(({ x, y }) => `${x.toFixed(1)},${y.toFixed(1)}`)
    .join(' ');
}

/** Measures and notes above the model, where their points are on the screen. */
export function Marks({ scene, measures, touched, notes, onNote }: MarksProps) {
  const { locale } = useFormats();
  const t = useTexts(toolTexts);
  const points = [...measures.flatMap((measure) => measure.points), ...touched].map((point) => scene.toScreen(point));
  return (
    <>
      <svg className={styles['marks']} aria-hidden="true">
        {measures.map(({ id, points: line }) => (
          <polyline key={id} points={pathOf(scene, line)} />
        ))}
        {touched.length > 1 && <polyline points={pathOf(scene, touched)} />}
        {points.map(({ x, y }, at) => (
          <circle key={at} cx={x} cy={y} r={4} />
        ))}
      </svg>
      {measures.map((measure) => {
        const { x, y } = scene.toScreen(measure.points[1] ?? new Vector3());
        return (
          <span key={measure.id} className={styles['mark']} style={{ transform: `translate(${x + 8}px, ${y - 12}px)` }}>
            {formatMeasure(measure, locale)}
          </span>
        );
      })}
      {notes.map((note, at) => {
        const { x, y } = scene.toScreen(note.point);
        return (
          <button
            key={note.id}
            type="button"
            className={styles['pin']}
            style={{ transform: `translate(${x - 14}px, ${y - 14}px)` }}
            aria-label={t.openNote(at + 1, note.text)}
            title={note.text}
            onClick={() => onNote(at + 1, note)}
            onKeyDown={(event) => event.stopPropagation()}
          >
            {at + 1}
          </button>
        );
      })}
    </>
  );
}

/** Of the way along the cut's direction, at least so much is to be seen; otherwise the hand moves it up and down. */
const LEAST_SEEN = 0.2;

interface HandleProps {
  readonly scene: ModelScene;
  readonly section: Section;
  readonly onSection: (section: Section) => void;
}

/** Moves the cut by hand: along its own direction as it is seen. */
export function SectionHandle({ scene, section, onSection }: HandleProps) {
  const t = useTexts(toolTexts);
  const format = useFormats();
  const box = scene.box;
  const { min, max } = rangeOf(section, box);
  const centre = box.getCenter(new Vector3());
  const onPlane = centre.addScaledVector(section.normal, section.atMm - centre.dot(section.normal));
  const place = scene.toScreen(onPlane);
  const next = scene.toScreen(onPlane.clone().add(section.normal));
  // Pixels of the screen for a millimetre along the cut's direction.
  let step = { x: next.x - place.x, y: next.y - place.y };
  if (Math.hypot(step.x, step.y) * scene.mmPerPixel < LEAST_SEEN) step = { x: 0, y: -1 / scene.mmPerPixel };
  const move = (mm: number): void => onSection(movedTo(section, section.atMm + mm, box));
  const drag = ({ buttons, movementX, movementY }: PointerEvent): void => {
    if (buttons !== 1) return;
    move((movementX * step.x + movementY * step.y) / (step.x ** 2 + step.y ** 2));
  };
  return (
    <div
      className={styles['handle']}
      style={{
        transform: `translate(${place.x - 22}px, ${place.y - 22}px) rotate(${Math.atan2(step.y, step.x).toFixed(4)}rad)`,
      }}
      role="slider"
      tabIndex={0}
      aria-label={t.moveSection}
      aria-valuemin={Math.round(min)}
      aria-valuemax={Math.round(max)}
      aria-valuenow={Math.round(section.atMm)}
      aria-valuetext={`${format.number(section.atMm)} mm`}
      onPointerDown={(event) => {
        event.stopPropagation();
        event.currentTarget.setPointerCapture(event.pointerId);
      }}
      onPointerUp={(event) => event.stopPropagation()}
      onPointerMove={drag}
      onKeyDown={(event) => {
        const sign = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 }[event.key];
        event.stopPropagation();
        if (!sign) return;
        event.preventDefault();
        move(sign * (event.shiftKey ? 10 : 1));
      }}
    >
      ⟷
    </div>
  );
}
