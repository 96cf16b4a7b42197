import { useTexts } from '../texts.ts';
import styles from './model.module.css';
import { toolTexts } from './tools.texts.ts';
import type { ModelScene } from './scene.ts';
import { flipped, movedTo, rangeOf, SECTION_AXES, sectionThrough } from './section.ts';
import { useFormats } from './use-formats.ts';
import type { Change, ViewerState } from './viewer-state.ts';

interface SectionPanelProps {
  readonly scene: ModelScene;
  readonly state: ViewerState;
  readonly change: Change;
}

export function SectionPanel({ scene, state: { section }, change }: SectionPanelProps) {
  const t = useTexts(toolTexts);
  const format = useFormats();
  const box = scene.box;
  const range = section && rangeOf(section, box);
  return (
    <>
      <fieldset className={styles['choices']}>
        <legend>{t.sectionLabel}</legend>
        <label>
          <input type="radio" name="section" checked={!section} onChange={() => change({ section: undefined })} />
          <span>{t.noSection}</span>
        </label>
        {SECTION_AXES.map((axis) => (
          <label key={axis}>
            <input
              type="radio"
              name="section"
              checked={section?.axis === axis}
              onChange={() => change({ section: sectionThrough(axis, box, scene.view().direction) })}
            />
            <span>{t[axis]}</span>
          </label>
        ))}
      </fieldset>
      {section && range && (
        <>
          <label className={styles['field']}>
            <span>{t.sectionAt(format.number(section.atMm))}</span>
            <input
              type="range"
              className={styles['range']}
              min={range.min}
              max={range.max}
              step={0.1}
              value={section.atMm}
              aria-label={t.moveSection}
              aria-valuetext={`${format.number(section.atMm)} mm`}
              onChange={({ target }) => change({ section: movedTo(section, Number(target.value), box) })}
            />
          </label>
          <button type="button" className={styles['button']} onClick={() => change({ section: flipped(section) })}>
            {t.flip}
          </button>
        </>
      )}
    </>
  );
}
