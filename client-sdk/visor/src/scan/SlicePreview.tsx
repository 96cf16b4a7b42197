import { useEffect, useRef } from 'react';
import { useTexts } from '../texts.ts';
import { BONE_WINDOW, paint, type SlicePicture } from './slice-picture.ts';
import type { HounsfieldRange } from './tissues.ts';
import styles from './SlicePreview.module.css';
import { SCAN_TEXTS } from './scan.texts.ts';

/** Red, green, blue of what becomes the model. */
const TINT = [47, 196, 186] as const;

interface Props {
  readonly picture: SlicePicture;
  readonly range: HounsfieldRange;
}

/** The middle slice, with what lies in the range tinted. */
export function SlicePreview({ picture, range }: Props) {
  const t = useTexts(SCAN_TEXTS);
  const canvas = useRef<HTMLCanvasElement>(null);
  const { columns, rows, spacing } = picture;
  const [min, max] = range;
  useEffect(() => {
    const rgba = paint(picture, BONE_WINDOW, [min, max], TINT);
    canvas.current?.getContext('2d')?.putImageData(new ImageData(rgba, columns, rows), 0, 0);
  }, [picture, min, max, columns, rows]);
  // Pixels need not be square.
  const aspectRatio = `${columns * spacing[0]} / ${rows * spacing[1]}`;
  return (
    <figure className={styles.figure}>
      <canvas
        ref={canvas}
        className={styles.canvas}
        width={columns}
        height={rows}
        style={{ aspectRatio }}
        role="img"
        aria-label={t.sliceLabel}
      />
      <figcaption className={styles.caption}>{t.sliceCaption}</figcaption>
    </figure>
  );
}
