import type { JobStateContext, JobStls } from '@som3d/client';
import { createQueries } from '@som3d/client/query';
import { useQuery } from '@tanstack/react-query';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { useClient } from '../client-context.ts';
import { useTexts } from '../texts.ts';
import { ComparePanel, OtherCase } from './Compare.tsx';
import { Marks, SectionHandle } from './Marks.tsx';
import { MeasurePanel } from './MeasurePanel.tsx';
import styles from './model.module.css';
import { modelTexts } from './model.texts.ts';
import { NotesPanel } from './NotesPanel.tsx';
import { boxOf, labelOf, sourcesOf } from './parts.ts';
import { PartsPanel } from './PartsPanel.tsx';
import type { Hit } from './picker.ts';
import { PrintPanel } from './PrintPanel.tsx';
import { SavedPanel } from './SavedPanel.tsx';
import type { ModelScene } from './scene.ts';
import { SectionPanel } from './SectionPanel.tsx';
import { savePicture } from './save-picture.ts';
import { Tabs } from './Tabs.tsx';
import { ToolIcon } from './ToolIcon.tsx';
import { toolTexts } from './tools.texts.ts';
import { useFormats } from './use-formats.ts';
import { useFullScreen } from './use-full-screen.ts';
import { useNotes } from './use-notes.ts';
import { useSavedViews } from './use-saved-views.ts';
import { useTouch } from './use-touch.ts';
import { NOTHING_SET, type Change } from './viewer-state.ts';
import { Viewport } from './Viewport.tsx';
import { linkedView, type View } from './views.ts';

/** The signed addresses in it are not used, so the list holds as long as the page is open. */
const STALE_MS = Infinity;

/** A finished case to look at, to measure and to print. Loaded when a model is opened. */
export function ModelPage({ jobId }: { readonly jobId: string }) {
  const t = useTexts(modelTexts);
  const client = useClient();
  const q = useMemo(() => createQueries(client), [client]);
  const stls = useQuery({ ...q.som3d.stls({ params: { id: jobId } }), staleTime: STALE_MS });
  const context = useQuery(q.som3d.stateContext({ params: { id: jobId } }));
  const title = context.data?.job.nombre_proceso ?? t.model;
  useEffect(() => {
    document.title = `${title} · SOM3D`;
  }, [title]);

  const error = stls.error ?? context.error;
  if (error) {
    return (
      <div className={styles['state']} role="alert">
        <h1>{t.notFinished}</h1>
        <p>{error.message}</p>
        <button
          type="button"
          className={styles['button']}
          onClick={() => void Promise.all([stls.refetch(), context.refetch()])}
        >
          {t.retry}
        </button>
      </div>
    );
  }
  if (stls.data?.items.length === 0) {
    return (
      <div className={styles['state']}>
        <h1>{t.empty}</h1>
      </div>
    );
  }
  if (!stls.data || !context.data) {
    return (
      <div className={styles['page']} aria-busy="true">
        <header className={styles['head']}>
          <h1>{title}</h1>
        </header>
        <div className={styles['viewport']} />
        <div className={styles['panel']} />
      </div>
    );
  }
  return <Workplace key={jobId} title={title} stls={stls.data} context={context.data} />;
}

interface WorkplaceProps {
  readonly title: string;
  readonly stls: JobStls;
  readonly context: JobStateContext;
}

function Workplace({ title, stls, context }: WorkplaceProps) {
  const t = useTexts(modelTexts);
  const tools = useTexts(toolTexts);
  const { locale } = useFormats();
  const client = useClient();
  const { items, job_id: jobId } = stls;
  const sources = useMemo(() => sourcesOf(client, jobId, items), [client, jobId, items]);
  const box = useMemo(() => boxOf(items), [items]);
  const [state, setState] = useState(NOTHING_SET);
  const change = useCallback<Change>(
    (patch) => setState((now) => ({ ...now, ...(typeof patch === 'function' ? patch(now) : patch) })),
    [],
  );
  const [scene, setScene] = useState<ModelScene>();
  const [said, announce] = useState('');
  const [place, setPlace] = useState<Hit>();
  const [other, setOther] = useState<string>();
  const [linked, setLinked] = useState(true);
  const otherScene = useRef<ModelScene>(undefined);
  const page = useRef<HTMLDivElement>(null);
  const [full, toggleFull] = useFullScreen(page);
  const notes = useNotes(client, context.id_paciente, items);
  const { open, documents } = useSavedViews({ client, scene, state, change, announce });
  const touch = useTouch({ state, change, announce, onNote: setPlace });

  const follow = (view: View, from: ModelScene | undefined, to: ModelScene | undefined): void => {
    if (linked && from && to) to.show(linkedView(view, from.box, to.box));
  };
  const picture = async (): Promise<void> => {
    if (!scene) return;
    const named = items.map((item) => ({ file: item.filename, name: labelOf(item) }));
    await savePicture({ scene, title, named, state, locale, warning: t.notForDiagnosis, seen: tools.seenFrom });
  };

  return (
    <div ref={page} className={styles['page']}>
      <header className={styles['head']}>
        <h1>{title}</h1>
        <p className={styles['warning']}>{t.notForDiagnosis}</p>
      </header>
      <div className={other === undefined ? styles['single'] : styles['double']}>
        <Viewport
          jobId={jobId}
          sources={sources}
          box={box}
          state={state}
          change={change}
          onScene={setScene}
          onMove={(view) => follow(view, scene, otherScene.current)}
          onTouch={(drawn, event) => void touch(drawn, event).catch(() => announce(tools.cannot))}
          overlay={(drawn) => (
            <>
              <Marks
                scene={drawn}
                measures={state.measures}
                touched={state.touched}
                notes={notes.notes}
                onNote={(number, { text }) => announce(tools.openNote(number, text))}
              />
              {state.section && (
                <SectionHandle scene={drawn} section={state.section} onSection={(section) => change({ section })} />
              )}
            </>
          )}
          actions={
            <>
              <button type="button" title={tools.picture} aria-label={tools.picture} onClick={() => void picture()}>
                <ToolIcon name="picture" />
              </button>
              <button
                type="button"
                title={full ? t.leaveFullScreen : t.fullScreen}
                aria-label={full ? t.leaveFullScreen : t.fullScreen}
                onClick={toggleFull}
              >
                <ToolIcon name={full ? 'leaveFullScreen' : 'fullScreen'} />
              </button>
            </>
          }
        />
        {other !== undefined && (
          <OtherCase
            key={other}
            jobId={other}
            onScene={(opened) => {
              otherScene.current = opened;
            }}
            onMove={(view) => follow(view, otherScene.current, scene)}
          />
        )}
      </div>
      <section className={styles['panel']} aria-label={t.tools}>
        <Tabs
          collapse={tools.collapse}
          label={t.tools}
          onChange={() => {
            change({ tool: 'turn', touched: [] });
            setPlace(undefined);
          }}
          tabs={[
            { name: tools.parts, content: () => <PartsPanel items={items} state={state} change={change} /> },
            { name: tools.measure, content: () => <MeasurePanel state={state} change={change} /> },
            {
              name: tools.section,
              content: () => scene && <SectionPanel scene={scene} state={state} change={change} />,
            },
            {
              name: tools.saved,
              content: () => (
                <SavedPanel client={client} context={context} documents={documents} onOpen={open} announce={announce} />
              ),
            },
            {
              name: tools.notes,
              content: () => (
                <NotesPanel
                  notes={notes}
                  hasPatient={context.id_paciente !== null}
                  state={state}
                  change={change}
                  place={place}
                  setPlace={setPlace}
                  onShow={({ point }) => {
                    if (scene) scene.show({ ...scene.view(), target: point });
                  }}
                />
              ),
            },
            {
              name: tools.compare,
              content: () => (
                <ComparePanel jobId={jobId} other={other} setOther={setOther} linked={linked} setLinked={setLinked} />
              ),
            },
            {
              name: tools.print,
              content: () => scene && <PrintPanel client={client} jobId={jobId} stls={stls} scene={scene} />,
            },
          ]}
        />
        <p className={styles['said']} role="status" aria-live="polite">
          {said}
        </p>
      </section>
    </div>
  );
}
