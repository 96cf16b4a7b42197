import type { ModelScene } from './scene.ts';

/** What a picture says beside the model. */
export interface Legend {
  readonly title: string;
  readonly parts: readonly { readonly name: string; readonly colour: string }[];
  /** Texts and where they stand on the canvas, CSS pixels. */
  readonly labels: readonly { readonly text: string; readonly x: number; readonly y: number }[];
  readonly lines: readonly (readonly { readonly x: number; readonly y: number }[])[];
  readonly scale: { readonly pixels: number; readonly text: string };
  /** Which side of the patient is seen. */
  readonly side: string;
  readonly warning: string;
}

const INK = '#16222b';
const ACCENT = '#0b6e6e';
const FONT = '14px system-ui, sans-serif';
const ROW = 22;
const EDGE = 16;

/** The model as a PNG on white, with what one needs to know to read it. */
export async function takePicture(scene: ModelScene, legend: Legend): Promise<Blob> {
  scene.drawNow(); // the canvas holds its picture until the browser shows it
  const { canvas } = scene;
  const ratio = canvas.width / canvas.clientWidth;
  const paper = new OffscreenCanvas(canvas.width, canvas.height + Math.ceil(ratio * heightOf(legend)));
  const pen = paper.getContext('2d');
  if (!pen) throw new Error('no canvas');
  pen.fillStyle = '#ffffff';
  pen.fillRect(0, 0, paper.width, paper.height);
  pen.drawImage(canvas, 0, 0);
  pen.scale(ratio, ratio);
  pen.font = FONT;
  pen.textBaseline = 'middle';
  drawMarks(pen, legend);
  drawScale(pen, legend, canvas.clientHeight - EDGE);
  drawLegend(pen, legend, canvas.clientWidth, canvas.clientHeight);
  return await paper.convertToBlob({ type: 'image/png' });
}

function heightOf({ parts }: Legend): number {
  return 2 * EDGE + ROW * (parts.length + 2);
}

function drawMarks(pen: OffscreenCanvasRenderingContext2D, { lines, labels, side }: Legend): void {
  pen.strokeStyle = ACCENT;
  pen.fillStyle = ACCENT;
  pen.lineWidth = 2;
  for (const line of lines) {
    pen.beginPath();
    for (const { x, y } of line) pen.lineTo(x, y);
    pen.stroke();
    for (const { x, y } of line) {
      pen.beginPath();
      pen.arc(x, y, 4, 0, 2 * Math.PI);
      pen.fill();
    }
  }
  for (const { text, x, y } of labels) {
    const { width } = pen.measureText(text);
    pen.fillStyle = '#ffffff';
    pen.fillRect(x + 4, y - 11, width + 12, 22);
    pen.fillStyle = INK;
    pen.fillText(text, x + 10, y);
  }
  pen.fillStyle = INK;
  pen.fillText(side, EDGE, EDGE);
}

function drawScale(pen: OffscreenCanvasRenderingContext2D, { scale }: Legend, bottom: number): void {
  pen.strokeStyle = INK;
  pen.beginPath();
  pen.moveTo(EDGE, bottom - 6);
  pen.lineTo(EDGE, bottom);
  pen.lineTo(EDGE + scale.pixels, bottom);
  pen.lineTo(EDGE + scale.pixels, bottom - 6);
  pen.stroke();
  pen.fillStyle = INK;
  pen.fillText(scale.text, EDGE, bottom - 16);
}

function drawLegend(pen: OffscreenCanvasRenderingContext2D, legend: Legend, width: number, top: number): void {
  pen.strokeStyle = '#d5dde2';
  pen.beginPath();
  pen.moveTo(0, top);
  pen.lineTo(width, top);
  pen.stroke();
  let y = top + EDGE + ROW / 2;
  pen.font = `bold ${FONT}`;
  pen.fillText(legend.title, EDGE, y, width - 2 * EDGE);
  pen.font = FONT;
  for (const { name, colour } of legend.parts) {
    y += ROW;
    pen.fillStyle = colour;
    pen.fillRect(EDGE, y - 7, 14, 14);
    pen.strokeStyle = '#76848e';
    pen.strokeRect(EDGE, y - 7, 14, 14);
    pen.fillStyle = INK;
    pen.fillText(name, EDGE + 24, y, width - 3 * EDGE);
  }
  pen.fillStyle = '#8a5300';
  pen.fillText(legend.warning, EDGE, y + ROW, width - 2 * EDGE);
}
