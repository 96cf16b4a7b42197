import type { Client } from '@som3d/client';
import { useEffect, useRef } from 'react';
import { useTexts } from '../texts.ts';
import { fromDocuments, type SavedDocuments, toDocuments } from './saved-view.ts';
import type { ModelScene } from './scene.ts';
import { toolTexts } from './tools.texts.ts';
import type { Change, ViewerState } from './viewer-state.ts';
import { directionOf, viewOfBox } from './views.ts';

interface SavedViewsOptions {
  readonly client: Client;
  readonly scene: ModelScene | undefined;
  readonly state: ViewerState;
  readonly change: Change;
  readonly announce: (text: string) => void;
}

/** The view that the address names, if any. */
function viewOfAddress(): number | undefined {
  const id = Number(new URLSearchParams(location.search).get('vista'));
  return Number.isSafeInteger(id) && id > 0 ? id : undefined;
}

/** Opens saved views, also the one of the address, and says what there is to save. */
export function useSavedViews({ client, scene, state, change, announce }: SavedViewsOptions) {
  const t = useTexts(toolTexts);
  const open = async (id: number): Promise<void> => {
    if (!scene) return;
    try {
      const { body } = await client.visor.get({ params: { id } });
      const otherwise = viewOfBox(scene.box, directionOf('A'), scene.aspect);
      const { view, looks, section, measures } = fromDocuments(body, otherwise);
      if (view) scene.show(view);
      change((now) => ({
        section,
        measures,
        touched: [],
        looks: new Map([...now.looks].map(([file, look]) => [file, { ...look, ...looks.get(file) }])),
      }));
      announce(t.restored(body.titulo));
    } catch (error) {
      announce(error instanceof Error && error.message ? error.message : t.cannot);
    }
  };
  const opened = useRef<ModelScene>(undefined);
  const complete = scene !== undefined && state.looks.size > 0 && state.looks.size === scene.files.length;
  useEffect(() => {
    const id = viewOfAddress();
    if (!complete || id === undefined || opened.current === scene) return;
    opened.current = scene;
    void open(id);
  });
  const documents = (): SavedDocuments => {
    if (!scene) throw new Error('nothing is on the screen');
    return toDocuments(scene.view(), state);
  };
  return { open, documents };
}
