import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { waitForJob } from '@som3d/client';
import type { Page } from 'playwright-core';
import { PNG } from 'pngjs';
import { patientOf, until, upload } from '../support/jobs.ts';
import { evenHeights, scanBody } from '../support/phantom/slices.ts';
import { dicomFiles, writeZip } from '../support/phantom/zip.ts';
import type { Session } from '../support/server.ts';
import type { Visor } from './visor.ts';

/** A block of bone: 40 mm from side to side, 30 from front to back, 50 high. */
const HALVES = [20, 15, 25] as const;
const VOXEL = 1;

async function blockZip(): Promise<Blob> {
  const scan = { columns: 56, rows: 48, spacing: { x: VOXEL, y: VOXEL }, heights: evenHeights(66, VOXEL) };
  const slices = scanBody(scan, (point) => {
    const outside = Math.max(...point.map((value, axis) => Math.abs(value) - (HALVES[axis] ?? 0)));
    return 1000 * Math.min(1, Math.max(0, 0.5 - outside / VOXEL));
  });
  const folder = await mkdtemp(path.join(tmpdir(), 'som3d-block-'));
  try {
    return new Blob([await readFile(await writeZip(path.join(folder, 'block.zip'), dicomFiles(slices)))]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

export interface BlockCase {
  readonly session: Session;
  readonly jobId: string;
}

/**
 * A finished case of the block, whose surface lies where the values are half of the bone's.
 *
 * @param doctor whose case it is; without one, a new doctor's
 */
export async function blockCase({ api }: Visor, doctor?: Session): Promise<BlockCase> {
  const session = doctor ?? (await api.doctor());
  const { client } = session;
  const fields = { umbral_min: 500, suavizado: 0, reduccion: 0, id_paciente: await patientOf(client) };
  const { job_id: jobId } = await upload(client, {
    file: await blockZip(),
    fields: { nombre_proceso: 'Bloque', ...fields },
  });
  await waitForJob(client, jobId, { pollMs: 50 });
  return { session, jobId };
}

export class ModelOnPage {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  static async open(visor: Visor, { session, jobId }: BlockCase): Promise<ModelOnPage> {
    const page = await visor.signedIn(session, `casos/${jobId}`);
    // Each pixel is drawn by the processor.
    await page.setViewportSize({ width: 1200, height: 640 });
    const model = new ModelOnPage(page);
    await model.drawn();
    return model;
  }

  get canvas() {
    return this.page.getByRole('application').first();
  }

  /** Returns when all parts are on the screen. */
  async drawn(): Promise<void> {
    await this.page.getByText('El modelo está en pantalla').first().waitFor({ state: 'attached' });
    await this.frame();
  }

  /** Returns when what was asked for has been drawn. */
  async frame(): Promise<void> {
    await this.page.evaluate(
      `new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => requestAnimationFrame(done))))`,
    );
  }

  async tab(name: string): Promise<void> {
    await this.page.getByRole('tab', { name }).click();
  }

  async key(...keys: string[]): Promise<void> {
    await this.canvas.focus();
    for (const key of keys) await this.page.keyboard.press(key);
    await this.frame();
  }

  /** Touches the model so far from the middle of the picture, CSS pixels. */
  async touch(right = 0, down = 0): Promise<void> {
    const { x, y, width, height } = (await this.canvas.boundingBox())!;
    await this.page.mouse.click(x + width / 2 + right, y + height / 2 + down);
  }

  /** The last measure on the list. */
  async measured(count: number): Promise<number> {
    const text = await this.page
      .getByRole('tabpanel')
      .getByRole('listitem')
      .nth(count - 1)
      .textContent();
    return Number(/([\d.,]+) ?(?:mm|°)/.exec(text ?? '')?.[1]?.replace(',', '.'));
  }

  /** Millimetres of a pixel, by the scale bar. */
  async scale(): Promise<number> {
    const bar = this.page.getByRole('img', { name: 'Escala' }).first();
    const mm = Number(/([\d,]+) mm/.exec((await bar.textContent()) ?? '')?.[1]?.replace(',', '.'));
    const { width } = (await bar.locator('span').boundingBox())!;
    return mm / width;
  }

  /** What is on the picture once it stands still: what lies over the model follows it a moment later. */
  async picture(): Promise<PNG> {
    await this.frame();
    let last = await this.canvas.screenshot();
    return await until(async () => {
      const next = await this.canvas.screenshot();
      const isStill = next.equals(last);
      last = next;
      return isStill ? PNG.sync.read(next) : null;
    }, 'the picture stands still');
  }
}

/** Drawing in software beside other tests takes its time. */
export const SLOW = { timeout: 120_000 };
