import { useTexts } from '../texts.ts';
import { formatMeasure, type Measure, TOUCHES } from './measure.ts';
import type { Hit } from './picker.ts';
import type { ModelScene } from './scene.ts';
import { toolTexts } from './tools.texts.ts';
import { useFormats } from './use-formats.ts';
import type { Change, ViewerState } from './viewer-state.ts';

interface TouchOptions {
  readonly state: ViewerState;
  readonly change: Change;
  readonly announce: (text: string) => void;
  readonly onNote: (hit: Hit) => void;
}

/** What a touch on the model does, by the tool that is chosen. */
export function useTouch({ state, change, announce, onNote }: TouchOptions) {
  const t = useTexts(toolTexts);
  const { locale } = useFormats();
  return async (scene: ModelScene, { clientX, clientY }: { clientX: number; clientY: number }): Promise<void> => {
    const { tool, touched, measures } = state;
    if (tool === 'turn') return;
    const hit = await scene.pick(clientX, clientY);
    if (!hit) {
      announce(t.nothingThere);
      return;
    }
    if (tool === 'note') {
      onNote(hit);
      return;
    }
    const far = tool === 'thickness' ? await scene.opposite(hit) : undefined;
    if (tool === 'thickness' && !far) {
      announce(t.noOtherSide);
      return;
    }
    const points = [...touched, hit.point, ...(far ? [far] : [])];
    if (points.length < TOUCHES[tool]) {
      change({ touched: points });
      return;
    }
    const measure: Measure = { id: Math.max(0, ...measures.map(({ id }) => id)) + 1, kind: tool, points };
    change({ touched: [], measures: [...measures, measure] });
    announce(t.measured(t[tool], formatMeasure(measure, locale)));
  };
}
