import { type KeyboardEvent, type ReactNode, useCallback, useEffect, useId, useRef, useState } from 'react';
import { Box3, Vector3 } from 'three';
import { useClient } from '../client-context.ts';
import { useTexts } from '../texts.ts';
import { Cube } from './Cube.tsx';
import styles from './model.module.css';
import { modelTexts } from './model.texts.ts';
import { firstLooks, type Item, loadPart } from './parts.ts';
import { Picker } from './picker.ts';
import { labelOf } from './PartsPanel.tsx';
import { ModelScene, NoGraphicsError } from './scene.ts';
import { useFormats } from './use-formats.ts';
import type { Change, ViewerState } from './viewer-state.ts';
import { directionOf, scaleBar, VIEW_NAMES, viewOfBox, type View, type ViewName } from './views.ts';

const SCALE_PIXELS = 140;

/** The box of all parts: as the service measured it, so that the camera stands right before a part has come. */
export function boxOf(items: readonly Item[]): Box3 {
  const box = new Box3();
  for (const { bounding_box_mm: bounds } of items) {
    if (bounds) box.expandByPoint(new Vector3(...bounds.min)).expandByPoint(new Vector3(...bounds.max));
  }
  return box;
}

interface ViewportProps {
  readonly jobId: string;
  readonly items: readonly Item[];
  readonly state: ViewerState;
  readonly change: Change;
  /** The person moved the camera, by whatever means. */
  readonly onMove?: ((view: View) => void) | undefined;
  readonly onScene?: ((scene: ModelScene | undefined) => void) | undefined;
  /** Buttons beside those of the views. */
  readonly actions?: ReactNode;
  /** What lies over the picture; drawn again with each frame. */
  readonly overlay?: ((scene: ModelScene) => ReactNode) | undefined;
  readonly onTouch?: ((scene: ModelScene, event: { clientX: number; clientY: number }) => void) | undefined;
}

interface Arrival {
  readonly loaded: number;
  readonly failed: readonly Item[];
}

const NOTHING_YET: Arrival = { loaded: 0, failed: [] };
/** A pointer that moved farther has turned the model and touched nothing. */
const TOUCH_PIXELS = 5;

/** The picture of one model with what belongs to it: cube, views, scale. */
export function Viewport({ jobId, items, state, change, onMove, onScene, actions, overlay, onTouch }: ViewportProps) {
  const t = useTexts(modelTexts);
  const format = useFormats();
  const client = useClient();
  const help = useId();
  const place = useRef<HTMLDivElement>(null);
  const down = useRef({ x: 0, y: 0 });
  const report = useRef(onMove);
  const [scene, setScene] = useState<ModelScene>();
  const [, setFrame] = useState(0);
  const [fault, setFault] = useState<'none' | 'lost'>();
  const [arrival, setArrival] = useState(NOTHING_YET);
  const [attempt, setAttempt] = useState(0);
  const [retried, setRetried] = useState(0);
  const ready = useRef(state);

  useEffect(() => {
    report.current = onMove;
    ready.current = state;
  });

  useEffect(() => {
    if (!place.current) return undefined;
    let own: ModelScene;
    try {
      own = new ModelScene(place.current, new Picker(), {
        onFrame: () => setFrame((frame) => frame + 1),
        onMove: (view) => report.current?.(view),
        onContext: (lost) => setFault(lost ? 'lost' : undefined),
      });
    } catch (error) {
      if (!(error instanceof NoGraphicsError)) throw error;
      setFault('none');
      return undefined;
    }
    setFault(undefined);
    setArrival(NOTHING_YET);
    own.show(viewOfBox(boxOf(items), directionOf('A'), own.aspect));
    setScene(own);
    onScene?.(own);
    return () => {
      setScene(undefined);
      onScene?.(undefined);
      own.dispose();
    };
  }, [items, attempt, onScene]);

  useEffect(() => {
    if (!scene) return undefined;
    const stop = new AbortController();
    const load = async (item: Item): Promise<void> => {
      try {
        const part = await loadPart(client, jobId, item, stop.signal);
        if (stop.signal.aborted) return part.geometry.dispose();
        const first = firstLooks(items, new Map([[part.file, part.colour]])).get(part.file);
        const look = ready.current.looks.get(part.file) ?? first;
        if (!look) return undefined;
        scene.add(part, look);
        // A job of the predecessor has no box before its parts came.
        if (!item.bounding_box_mm) scene.show(viewOfBox(scene.box, directionOf('A'), scene.aspect));
        change(({ looks }) => (looks.has(part.file) ? {} : { looks: new Map(looks).set(part.file, look) }));
        setArrival(({ loaded, failed }) => ({ loaded: loaded + 1, failed }));
      } catch {
        if (!stop.signal.aborted) setArrival(({ loaded, failed }) => ({ loaded, failed: [...failed, item] }));
      }
    };
    setArrival(NOTHING_YET);
    void Promise.all(items.map(load));
    return () => stop.abort();
  }, [scene, items, client, jobId, change, retried]);

  useEffect(() => {
    for (const [file, look] of state.looks) scene?.setLook(file, look);
  }, [scene, state.looks]);
  useEffect(() => {
    if (scene) scene.section = state.section;
  }, [scene, state.section]);

  const look = useCallback(
    (direction: Vector3) => {
      if (!scene) return;
      const box = boxOf(items);
      const view = viewOfBox(box.isEmpty() ? scene.box : box, direction, scene.aspect);
      scene.show(view);
      report.current?.(view);
    },
    [scene, items],
  );
  const turnTo = (name: ViewName): void => look(directionOf(name));
  const fit = (): void => {
    if (scene) look(scene.view().direction);
  };

  const onKeyDown = (event: KeyboardEvent): void => {
    if (!scene || event.ctrlKey || event.metaKey || event.altKey) return;
    const name = VIEW_NAMES.find((known) => known === event.key.toUpperCase());
    if (name) turnTo(name);
    else if (event.key === '0') fit();
    else if (event.key === 'Enter' && onTouch) {
      const { left, top, width, height } = event.currentTarget.getBoundingClientRect();
      onTouch(scene, { clientX: left + width / 2, clientY: top + height / 2 });
    } else if (!scene.key(event)) return;
    event.preventDefault();
  };

  const scale = scene && scaleBar(scene.mmPerPixel, SCALE_PIXELS);
  const all = items.length;
  return (
    <div className={styles['viewport']}>
      <div
        ref={place}
        className={`${styles['canvas']} ${state.tool === 'turn' ? '' : styles['aiming']}`}
        role="application"
        aria-label={t.canvas}
        aria-describedby={help}
        tabIndex={0}
        data-parts={arrival.loaded}
        onKeyDown={onKeyDown}
        onPointerDown={({ clientX: x, clientY: y }) => {
          down.current = { x, y };
        }}
        onPointerUp={({ clientX, clientY, button }) => {
          const moved = Math.hypot(clientX - down.current.x, clientY - down.current.y);
          if (scene && button === 0 && moved <= TOUCH_PIXELS) onTouch?.(scene, { clientX, clientY });
        }}
      >
        {scene && overlay?.(scene)}
        {state.tool !== 'turn' && <span className={styles['cross']} aria-hidden="true" />}
      </div>
      <p id={help} className={styles['hidden']}>
        {t.canvasHelp}
      </p>
      {scene && !fault && (
        <>
          <Cube rotation={scene.rotation} onView={turnTo} />
          {scale && (
            <div className={styles['scale']} role="img" aria-label={t.scale(scale.mm)}>
              <span style={{ width: scale.pixels }} />
              {format.number(scale.mm)} mm
            </div>
          )}
          <div className={styles['views']} role="toolbar" aria-label={t.views}>
            {VIEW_NAMES.map((name) => (
              <button
                key={name}
                type="button"
                title={t[`view${name}`]}
                aria-label={t[`view${name}`]}
                onClick={() => turnTo(name)}
              >
                {name}
              </button>
            ))}
            <button type="button" onClick={fit}>
              {t.fit}
            </button>
            {actions}
          </div>
        </>
      )}
      <p
        className={arrival.loaded + arrival.failed.length < all && !fault ? styles['loading'] : styles['hidden']}
        role="status"
      >
        {arrival.loaded < all ? t.loading(arrival.loaded, all) : t.loaded(all)}
      </p>
      {arrival.failed.length > 0 && (
        <div className={styles['fault']} role="alert">
          <p>{t.partFailed(arrival.failed.map(labelOf).join(', '))}</p>
          <button type="button" className={styles['button']} onClick={() => setRetried(retried + 1)}>
            {t.retry}
          </button>
        </div>
      )}
      {fault && (
        <div className={styles['fault']} role="alert">
          <h2>{fault === 'none' ? t.noGraphics : t.lost}</h2>
          <p>{fault === 'none' ? t.noGraphicsHelp : t.lostHelp}</p>
          <button type="button" className={styles['button']} onClick={() => setAttempt(attempt + 1)}>
            {t.reopen}
          </button>
        </div>
      )}
    </div>
  );
}
