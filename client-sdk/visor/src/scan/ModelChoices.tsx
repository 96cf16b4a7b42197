import { Check, Field, Row, Select } from '../ui/Field.tsx';
import { useTexts } from '../texts.ts';
import styles from './ModelChoices.module.css';
import { SCAN_TEXTS } from './scan.texts.ts';
import { TISSUE_NAMES, TISSUE_RANGES, type HounsfieldRange, type TissueName } from './tissues.ts';

/** What becomes a model: tissues, or one range of HU in the place of bone. */
export interface ModelChoice {
  readonly tissues: ReadonlySet<TissueName>;
  readonly own: HounsfieldRange | undefined;
}

export const FIRST_CHOICE: ModelChoice = { tissues: new Set(['hueso']), own: undefined };

/** As scanners give it: less than bone, so that a person sees what changes. */
const FIRST_OWN: HounsfieldRange = [150, 3071];

/** What the picture tints: the range that was touched last. */
export function tintedRange({ tissues, own }: ModelChoice): HounsfieldRange {
  const last = [...tissues].at(-1);
  return own ?? (last ? TISSUE_RANGES[last] : TISSUE_RANGES.hueso);
}

interface Props {
  readonly choice: ModelChoice;
  readonly onChange: (choice: ModelChoice) => void;
}

/** Tissues, thresholds and what a printer needs, in plain words. */
export function ModelChoices({ choice, onChange }: Props) {
  const t = useTexts(SCAN_TEXTS);
  const { tissues, own } = choice;

  function turn(name: TissueName, on: boolean): void {
    const others = [...tissues].filter((each) => each !== name);
    onChange({ ...choice, tissues: new Set(on ? [...others, name] : others) });
  }

  return (
    <>
      <fieldset className={styles.tissues}>
        <legend>{t.tissuesTitle}</legend>
        {TISSUE_NAMES.map((name) => (
          <Check
            key={name}
            name={name}
            label={t.tissue(name)}
            checked={tissues.has(name)}
            onChange={({ currentTarget }) => turn(name, currentTarget.checked)}
          />
        ))}
        <Check
          name="own"
          label={t.ownRange}
          checked={own !== undefined}
          onChange={({ currentTarget }) => onChange({ ...choice, own: currentTarget.checked ? FIRST_OWN : undefined })}
        />
      </fieldset>
      {own && (
        <Row>
          <Field
            name="umbral_min"
            label={t.ownMin}
            type="number"
            min={-1024}
            max={own[1]}
            required
            value={own[0]}
            onChange={({ currentTarget }) => onChange({ ...choice, own: [currentTarget.valueAsNumber || 0, own[1]] })}
          />
          <Field
            name="umbral_max"
            label={t.ownMax}
            type="number"
            min={own[0]}
            max={32_767}
            required
            value={own[1]}
            onChange={({ currentTarget }) => onChange({ ...choice, own: [own[0], currentTarget.valueAsNumber || 0] })}
          />
        </Row>
      )}
      <Select name="reduccion" label={t.detailTitle} required defaultValue="0.75">
        <option value="0.3">{t.detailFine}</option>
        <option value="0.75">{t.detailNormal}</option>
        <option value="0.95">{t.detailLight}</option>
      </Select>
      <Check name="separar_partes" label={t.separate} />
      <Check name="acomodar" label={t.plate} />
    </>
  );
}
