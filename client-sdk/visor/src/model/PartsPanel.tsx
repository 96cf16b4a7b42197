import { useFormats } from './use-formats.ts';
import { useTexts } from '../texts.ts';
import styles from './model.module.css';
import { modelTexts } from './model.texts.ts';
import { type Item, labelOf } from './parts.ts';
import { type Change, type ViewerState, withLook } from './viewer-state.ts';

/** Width, depth and height of a part, mm. */
function sizeOf({ bounding_box_mm: box }: Item): number[] | undefined {
  return box?.max.map((high, axis) => high - (box.min[axis] ?? 0));
}

export function PartsPanel({ items, state, change }: { items: readonly Item[]; state: ViewerState; change: Change }) {
  const t = useTexts(modelTexts);
  const format = useFormats();
  const show = (visible: (item: Item) => boolean) =>
    change(({ looks }) => ({
      looks: items.reduce((all, item) => withLook(all, item.filename, { visible: visible(item) }), looks),
    }));
  return (
    <>
      <ul className={styles['parts']}>
        {items.map((item) => {
          const look = state.looks.get(item.filename);
          const name = labelOf(item);
          const size = sizeOf(item);
          const set = (patch: Parameters<typeof withLook>[2]) =>
            change(({ looks }) => ({ looks: withLook(looks, item.filename, patch) }));
          if (!look) return null;
          return (
            <li key={item.filename}>
              <div className={styles['partHead']}>
                <label className={styles['check']}>
                  <input
                    type="checkbox"
                    checked={look.visible}
                    aria-label={t.showPart(name)}
                    onChange={({ target }) => set({ visible: target.checked })}
                  />
                  <span>{name}</span>
                </label>
                {items.length > 1 && (
                  <button
                    type="button"
                    className={styles['small']}
                    aria-label={t.onlyPart(name)}
                    onClick={() => show((other) => other === item)}
                  >
                    {t.only}
                  </button>
                )}
                <input
                  type="color"
                  className={styles['colour']}
                  value={look.colour}
                  aria-label={t.colourOf(name)}
                  onChange={({ target }) => set({ colour: target.value })}
                />
              </div>
              <input
                type="range"
                className={styles['range']}
                min={0}
                max={100}
                step={5}
                value={Math.round(100 * look.opacity)}
                aria-label={t.opacityOf(name)}
                aria-valuetext={`${Math.round(100 * look.opacity)} %`}
                onChange={({ target }) => set({ opacity: Number(target.value) / 100 })}
              />
              <dl className={styles['facts']}>
                {item.volume_cm3 !== undefined && (
                  <div>
                    <dt>{t.volume}</dt>
                    <dd>{format.number(item.volume_cm3)} cm³</dd>
                  </div>
                )}
                {item.area_cm2 !== undefined && (
                  <div>
                    <dt>{t.area}</dt>
                    <dd>{format.number(item.area_cm2)} cm²</dd>
                  </div>
                )}
                {size && (
                  <div>
                    <dt>{t.size}</dt>
                    <dd>{size.map((mm) => format.number(mm)).join(' × ')} mm</dd>
                  </div>
                )}
              </dl>
            </li>
          );
        })}
      </ul>
      {items.length > 1 && (
        <button type="button" className={styles['button']} onClick={() => show(() => true)}>
          {t.allParts}
        </button>
      )}
    </>
  );
}
