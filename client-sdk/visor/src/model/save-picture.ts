import { formatMeasure } from './measure.ts';
import { takePicture } from './picture.ts';
import { saveFile } from './save-file.ts';
import type { ModelScene } from './scene.ts';
import type { ViewerState } from './viewer-state.ts';
import { scaleBar, sideSeenFrom } from './views.ts';

interface PictureOptions {
  readonly scene: ModelScene;
  readonly title: string;
  readonly named: readonly { readonly file: string; readonly name: string }[];
  readonly state: ViewerState;
  readonly locale: string;
  readonly warning: string;
  readonly seen: (side: string) => string;
}

const SCALE_PIXELS = 160;

/** Saves what is on the screen as a PNG with its legend. */
export async function savePicture({
  scene,
  title,
  named,
  state,
  locale,
  warning,
  seen,
}: PictureOptions): Promise<void> {
  const scale = scaleBar(scene.mmPerPixel, SCALE_PIXELS);
  const lines = state.measures.map(({ points }) => points.map((point) => scene.toScreen(point)));
  const picture = await takePicture(scene, {
    title,
    parts: named.flatMap(({ file, name }) => {
      const look = state.looks.get(file);
      return look?.visible ? [{ name, colour: look.colour }] : [];
    }),
    lines,
    labels: state.measures.map((measure, at) => ({
      text: formatMeasure(measure, locale),
      ...(lines[at]?.[1] ?? { x: 0, y: 0 }),
    })),
    scale: { pixels: scale.pixels, text: `${scale.mm.toLocaleString(locale)} mm` },
    side: seen(sideSeenFrom(scene.view().direction)),
    warning,
  });
  saveFile(picture, `${title}.png`);
}
