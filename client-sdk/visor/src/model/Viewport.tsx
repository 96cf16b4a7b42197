import { type KeyboardEvent, type ReactNode, useCallback, useEffect, useId, useRef, useState } from 'react';
import type { Box3, Vector3 } from 'three';
import { useTexts } from '../texts.ts';
import { Cube } from './Cube.tsx';
import { ToolIcon } from './ToolIcon.tsx';
import { lastView } from './last-view.ts';
import styles from './model.module.css';
import { modelTexts } from './model.texts.ts';
import type { Source } from './parts.ts';
import { Picker } from './picker.ts';
import { ModelScene, NoGraphicsError } from './scene.ts';
import { useFormats } from './use-formats.ts';
import type { Change, ViewerState } from './viewer-state.ts';
import { directionOf, scaleBar, VIEW_NAMES, viewOfBox, type View, type ViewName } from './views.ts';

const SCALE_PIXELS = 140;

interface ViewportProps {
  readonly jobId: string;
  /** The same list as long as it is the same model. Another one takes its place once all of it has come. */
  readonly sources: readonly Source[];
  /** Where the model is, so that the camera stands right before a part has come. */
  readonly box: Box3;
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
  readonly failed: readonly string[];
}

const NOTHING_YET: Arrival = { loaded: 0, failed: [] };
/** A pointer that moved farther has turned the model and touched nothing. */
const TOUCH_PIXELS = 5;

/** The picture of one model with what belongs to it: cube, views, scale. */
export function Viewport({
  jobId,
  sources,
  box,
  state,
  change,
  onMove,
  onScene,
  actions,
  overlay,
  onTouch,
}: ViewportProps) {
  const t = useTexts(modelTexts);
  const format = useFormats();
  const help = useId();
  const place = useRef<HTMLDivElement>(null);
  const down = useRef({ x: 0, y: 0 });
  const [scene, setScene] = useState<ModelScene>();
  const [, setFrame] = useState(0);
  const [fault, setFault] = useState<'none' | 'lost'>();
  const [arrival, setArrival] = useState(NOTHING_YET);
  const [attempt, setAttempt] = useState(0);
  const [retried, setRetried] = useState(0);
  const ready = useRef(state);
  const move = (view: View): void => {
    lastView.keep(jobId, view);
    onMove?.(view);
  };
  const moved = useRef(move);

  useEffect(() => {
    moved.current = move;
    ready.current = state;
  });

  useEffect(() => {
    if (!place.current) return undefined;
    let own: ModelScene;
    try {
      own = new ModelScene(place.current, new Picker(), {
        onFrame: () => setFrame((frame) => frame + 1),
        onMove: (view) => moved.current(view),
        onContext: (lost) => setFault(lost ? 'lost' : undefined),
      });
    } catch (error) {
      if (!(error instanceof NoGraphicsError)) throw error;
      setFault('none');
      return undefined;
    }
    setFault(undefined);
    setScene(own);
    onScene?.(own);
    return () => {
      setScene(undefined);
      onScene?.(undefined);
      own.dispose();
    };
  }, [attempt, onScene]);

  useEffect(() => {
    if (!scene) return undefined;
    const stop = new AbortController();
    const isFirst = scene.files.length === 0;
    const kept = lastView.of(jobId);
    if (isFirst) scene.show(kept ?? viewOfBox(box, directionOf('A'), scene.aspect));
    const load = async ({ file, label, opacity, load: read }: Source): Promise<void> => {
      try {
        const part = await read(stop.signal);
        if (stop.signal.aborted) return part.geometry.dispose();
        const look = { visible: true, colour: part.colour, opacity, ...ready.current.looks.get(file) };
        scene.add(part, look);
        // A job of the predecessor has no box before its parts came.
        if (isFirst && !kept && box.isEmpty()) {
          scene.show(viewOfBox(scene.box, directionOf('A'), scene.aspect));
          lastView.keep(jobId, scene.view());
        }
        change(({ looks }) => ({ looks: new Map(looks).set(file, { ...look, ...looks.get(file) }) }));
        setArrival(({ loaded, failed }) => ({ loaded: loaded + 1, failed }));
      } catch {
        if (!stop.signal.aborted) setArrival(({ loaded, failed }) => ({ loaded, failed: [...failed, label] }));
      }
      return undefined;
    };
    const loadAll = async (): Promise<void> => {
      await Promise.all(sources.map(load));
      if (stop.signal.aborted) return;
      for (const old of scene.files) if (!sources.some(({ file }) => file === old)) scene.remove(old);
    };
    setArrival(NOTHING_YET);
    void loadAll();
    return () => stop.abort();
  }, [scene, jobId, sources, box, change, retried]);

  useEffect(() => {
    for (const [file, look] of state.looks) scene?.setLook(file, look);
  }, [scene, state.looks]);
  useEffect(() => {
    if (scene) scene.section = state.section;
  }, [scene, state.section]);

  const look = useCallback(
    (direction: Vector3) => {
      if (!scene) return;
      const view = viewOfBox(box.isEmpty() ? scene.box : box, direction, scene.aspect);
      scene.show(view);
      moved.current(view);
    },
    [scene, box],
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
  const all = sources.length;
  return (
    <div className={styles['viewport']}>
      <div className={styles['stage']}>
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
          onPointerUp={({ clientX, clientY, button, isPrimary }) => {
            const way = Math.hypot(clientX - down.current.x, clientY - down.current.y);
            if (scene && isPrimary && button === 0 && way <= TOUCH_PIXELS) onTouch?.(scene, { clientX, clientY });
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
            <p>{t.partFailed(arrival.failed.join(', '))}</p>
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
        <button type="button" title={t.fit} aria-label={t.fit} onClick={fit}>
          <ToolIcon name="fit" />
        </button>
        {actions}
      </div>
    </div>
  );
}
