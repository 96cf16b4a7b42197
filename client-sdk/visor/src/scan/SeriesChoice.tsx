import { useTexts } from '../texts.ts';
import { FEWEST_SLICES, imagesOf, type Series } from './series.ts';
import styles from './SeriesChoice.module.css';
import { SCAN_TEXTS } from './scan.texts.ts';

interface Props {
  readonly series: readonly Series[];
  readonly chosen: number;
  readonly onChoose: (index: number) => void;
}

/** Two digits tell pixels apart; more are noise. */
function millimetres(value: number): string {
  return value.toLocaleString('es-CO', { maximumFractionDigits: 2 });
}

/** The series of a scan, each with what a person chooses by. */
export function SeriesChoice({ series, chosen, onChoose }: Props) {
  const t = useTexts(SCAN_TEXTS);

  function warningsOf(each: Series): string[] {
    return [
      ...(each.modality === 'CT' ? [] : [t.notCt]),
      ...(imagesOf(each) < FEWEST_SLICES ? [t.fewSlices] : []),
      ...(each.burnedIn ? [t.burnedIn] : []),
    ];
  }

  return (
    <fieldset className={styles.list}>
      <legend>{t.seriesTitle}</legend>
      {series.length > 1 && <p className={styles.hint}>{t.seriesHint}</p>}
      {series.map((each, index) => (
        <label key={`${each.uid} ${each.rows} ${each.columns}`} className={styles.series}>
          <input type="radio" name="series" checked={index === chosen} onChange={() => onChoose(index)} />
          <span className={styles.words}>
            <span className={styles.name}>
              {each.number && <span className={styles.number}>{each.number}</span>}
              {each.description || t.seriesUnnamed}
            </span>
            <span className={styles.facts}>
              {[
                each.modality,
                t.images(imagesOf(each)),
                `${each.columns} × ${each.rows}`,
                each.spacing
                  ? t.spacing(...(each.spacing.map(millimetres) as [string, string, string]))
                  : t.spacingUnknown,
              ].join(' · ')}
            </span>
            {warningsOf(each).map((warning) => (
              <span key={warning} className={styles.warning}>
                {warning}
              </span>
            ))}
          </span>
        </label>
      ))}
    </fieldset>
  );
}
