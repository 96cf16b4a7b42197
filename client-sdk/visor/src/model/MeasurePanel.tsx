import { useTexts } from '../texts.ts';
import { formatMeasure, MEASURE_KINDS, TOUCHES } from './measure.ts';
import styles from './model.module.css';
import { toolTexts } from './tools.texts.ts';
import { useFormats } from './use-formats.ts';
import type { Change, Tool, ViewerState } from './viewer-state.ts';

const TOOLS = ['turn', ...MEASURE_KINDS] as const satisfies readonly Tool[];

export function MeasurePanel({ state, change }: { readonly state: ViewerState; readonly change: Change }) {
  const t = useTexts(toolTexts);
  const { locale } = useFormats();
  const { tool, touched, measures } = state;
  const how = {
    turn: t.howTurn,
    note: t.howNote,
    distance: t.howDistance(TOUCHES.distance - touched.length),
    angle: t.howAngle(TOUCHES.angle - touched.length),
    thickness: t.howThickness,
  }[tool];
  return (
    <>
      <fieldset className={styles['choices']}>
        <legend>{t.toolLabel}</legend>
        {TOOLS.map((name) => (
          <label key={name}>
            <input
              type="radio"
              name="tool"
              checked={tool === name}
              onChange={() => change({ tool: name, touched: [] })}
            />
            <span>{t[name]}</span>
          </label>
        ))}
      </fieldset>
      <p className={styles['hint']}>{how}</p>
      {tool !== 'turn' && <p className={styles['hint']}>{t.byKeyboard}</p>}
      {measures.length === 0 ? (
        <p className={styles['hint']}>{t.noMeasures}</p>
      ) : (
        <ol className={styles['list']}>
          {measures.map((measure) => {
            const text = t.measured(t[measure.kind], formatMeasure(measure, locale));
            return (
              <li key={measure.id}>
                <span>{text}</span>
                <button
                  type="button"
                  className={styles['small']}
                  aria-label={t.removeOf(text)}
                  onClick={() => change({ measures: measures.filter(({ id }) => id !== measure.id) })}
                >
                  {t.remove}
                </button>
              </li>
            );
          })}
        </ol>
      )}
      {measures.length > 1 && (
        <button type="button" className={styles['button']} onClick={() => change({ measures: [] })}>
          {t.removeAll}
        </button>
      )}
    </>
  );
}
