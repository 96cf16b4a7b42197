import styles from './admin.module.css';

interface Bar {
  readonly name: string;
  readonly value: number;
  /** The whole of which the value is a part. */
  readonly of?: number;
}

const WIDTH = 640;
const ROW = 46;
const TRACK = 560;

/** Horizontal bars with their numbers, so that nothing depends on a length alone. */
export function BarChart({ title, bars }: { readonly title: string; readonly bars: readonly Bar[] }) {
  const most = Math.max(1, ...bars.map(({ value, of = value }) => of));
  const width = (value: number) => (value / most) * TRACK;
  return (
    <svg className={styles['chart']} viewBox={`0 0 ${WIDTH} ${bars.length * ROW}`} role="img" aria-label={title}>
      {bars.map(({ name, value, of }, index) => (
        <g key={name} transform={`translate(0 ${index * ROW})`}>
          <text y="16">{name}</text>
          {of !== undefined && <rect className={styles['whole']} y="24" width={width(of)} height="12" rx="3" />}
          <rect className={styles['part']} y="24" width={width(value)} height="12" rx="3" />
          <text x={width(of ?? value) + 8} y="35">
            {of === undefined ? value : `${value} / ${of}`}
          </text>
        </g>
      ))}
    </svg>
  );
}
