import type { Quaternion } from 'three';
import styles from './model.module.css';
import { cubeFace, VIEW_NAMES, type ViewName } from './views.ts';

/** The patient's sides as the camera sees them. For the pointer: the buttons of the views do the same by keyboard. */
export function Cube({
  rotation,
  onView,
}: {
  readonly rotation: Quaternion;
  readonly onView: (name: ViewName) => void;
}) {
  return (
    <div className={styles['cube']} aria-hidden="true">
      {VIEW_NAMES.map((name) => (
        <button
          key={name}
          type="button"
          tabIndex={-1}
          className={styles['face']}
          style={{ transform: `${cubeFace(name, rotation)} translateZ(1.375rem)` }}
          onClick={() => onView(name)}
        >
          {name}
        </button>
      ))}
    </div>
  );
}
