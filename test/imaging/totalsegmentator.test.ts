// @module-tag heavy
import { fork, type ChildProcess } from 'node:child_process';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { waitForJob } from '@som3d/client';
import { CHILD_PROGRAM, convert } from '@som3d/server/testing/imaging';
import { describe, expect, onTestFinished, test } from 'vitest';
import { jobLines, until, upload } from '../support/jobs.ts';
import { convertFiles, refusal, temporaryDirectory } from '../support/phantom/convert.ts';
import { evenHeights, scanBody, smallScan, type Scan } from '../support/phantom/slices.ts';
import { edgeFaults, judge, readStl, sphereError } from '../support/phantom/stl.ts';
import { dicomFiles, writeZip } from '../support/phantom/zip.ts';
import { startTestServer } from '../support/server.ts';
import { installTool, LICENSE } from '../support/totalsegmentator/scenario.ts';

const files = dicomFiles(smallScan());
const BALL: { centre: [number, number, number]; radius: number } = { centre: [3, -5, 4], radius: 9 };
const BALL_CM3 = ((4 / 3) * Math.PI * 9 ** 3) / 1000;

function option(args: readonly string[], name: string): string | undefined {
  return args[args.indexOf(name) + 1];
}

describe('tasks', () => {
  test('runs orthopaedics as the bones of `total`, and makes a named mesh of each mask', async () => {
    const tool = await installTool({ balls: { vertebrae_L1: BALL, femur_left: { centre: [-8, 6, 2], radius: 6 } } });
    const { manifest, directory, log } = await convertFiles(files, {
      enable_ortopedia: true,
      segmentation: tool.segmentation,
    });
    const [call, ...others] = await tool.calls();
    expect(others).toEqual([]);
    expect(call?.args.slice(4, 9)).toEqual(['--task', 'total', '--device', 'cpu', '--roi_subset']);
    expect(call?.args.slice(9)).toHaveLength(62);
    expect(call?.args).toEqual(
      expect.arrayContaining(['skull', 'vertebrae_C1', 'vertebrae_T12', 'rib_right_12', 'hip_left']),
    );
    expect(manifest.engine).toBe('totalsegmentator');
    expect(manifest.meshes.map(({ filename, label }) => [filename, label])).toEqual([
      ['femur_left.stl', 'Fémur izquierdo'],
      ['vertebrae_L1.stl', 'Vértebra L1'],
    ]);
    expect(manifest.meshes[1]).toMatchObject({
      watertight: true,
      components: 1,
      thresholdHu: { min: null, max: null },
    });
    const missing = manifest.warnings.filter((line) => line.endsWith('no se encontró nada en este estudio.'));
    expect(missing).toHaveLength(1);
    expect(missing[0]).toContain('Costilla izquierda 3');
    expect(log).toContain('TotalSegmentator: tarea «total» en la CPU.');
    // What the tool was given and what it wrote is gone.
    expect((await readdir(directory)).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  test('puts masks where they are in the patient', async () => {
    const tool = await installTool({ balls: { hip_implant: BALL } });
    const { directory, manifest } = await convertFiles(files, {
      enable_hip_implant: true,
      reduccion: 0,
      segmentation: tool.segmentation,
    });
    const mesh = await readStl(join(directory, 'hip_implant.stl'));
    expect(edgeFaults(mesh)).toEqual({ open: 0, nonManifold: 0 });
    expect((await judge(mesh)).status).toBe('NoError');
    expect(sphereError(mesh, BALL.centre, BALL.radius).rms).toBeLessThan(0.12);
    expect(Math.abs((manifest.meshes[0]?.volumeCm3 ?? 0) / BALL_CM3 - 1)).toBeLessThan(0.01);
  });

  test.each<[string, Partial<Scan>]>([
    ['a gantry tilt', { tiltDegrees: 18.5 }],
    ['uneven slices', { heights: evenHeights(40, 1).filter((z, k) => z < 0 || k % 3 === 0) }],
  ])('puts them there in spite of %s, which the tool refuses', async (_name, changes) => {
    const tool = await installTool({ balls: { hip_implant: BALL } });
    const { directory, log } = await convertFiles(dicomFiles(smallScan(changes)), {
      enable_hip_implant: true,
      reduccion: 0,
      segmentation: tool.segmentation,
    });
    const mesh = await readStl(join(directory, 'hip_implant.stl'));
    expect(sphereError(mesh, BALL.centre, BALL.radius).rms).toBeLessThan(0.12);
    expect(log.join('\n')).toContain('se remuestrean a');
  });

  test('runs each flag as its task, once, beside extra tasks and ranges of HU', async () => {
    const tool = await installTool(
      { balls: { patella: BALL, deltoid: BALL, skull: BALL, upper_jawbone: BALL, lung_vessels: BALL } },
      { license: LICENSE },
    );
    const { manifest } = await convertFiles(files, {
      enable_appendicular: true,
      enable_muscles: true,
      enable_skull: true,
      enable_teeth: true,
      extraTasks: ['lung_vessels', 'teeth', 'hueso', '--help', 'a b'],
      segmentation: tool.segmentation,
    });
    const calls = await tool.calls();
    expect(calls.map(({ args }) => option(args, '--task'))).toEqual([
      'appendicular_bones',
      'craniofacial_structures',
      'thigh_shoulder_muscles',
      'teeth',
      'lung_vessels',
    ]);
    expect(manifest.meshes.map(({ tissue }) => tissue)).toEqual([
      'hueso',
      'patella',
      'skull',
      'deltoid',
      'upper_jawbone',
      'lung_vessels',
    ]);
    expect(manifest.warnings).toContain('«--help» no es el nombre de una tarea; se omite.');
    expect(manifest.warnings).toContain('«a b» no es el nombre de una tarea; se omite.');
  });

  test('gives masks of the same name from two tasks two files', async () => {
    const tool = await installTool({ balls: { skull: BALL } });
    const { manifest } = await convertFiles(files, {
      enable_ortopedia: true,
      enable_skull: true,
      segmentation: tool.segmentation,
    });
    expect(manifest.meshes.map(({ filename, label }) => [filename, label])).toEqual([
      ['skull.stl', 'Cráneo'],
      ['craniofacial_structures_skull.stl', 'Cráneo (craniofacial_structures)'],
    ]);
  });

  test('makes a file of each part of a mask where that is asked for', async () => {
    const tool = await installTool({ balls: { hip_implant: BALL } });
    const { manifest } = await convertFiles(files, {
      enable_hip_implant: true,
      separarPartes: true,
      segmentation: tool.segmentation,
    });
    expect(manifest.meshes).toMatchObject([{ filename: 'hip_implant_01.stl', watertight: true, components: 1 }]);
  });

  test('names extra tasks as they are given, capitals and all', async () => {
    const tool = await installTool({ balls: { lung_vessels: BALL } });
    await convertFiles(files, { extraTasks: [' lung_vessels_LEGACY '], segmentation: tool.segmentation });
    const [call] = await tool.calls();
    expect(option(call?.args ?? [], '--task')).toBe('lung_vessels_LEGACY');
  });

  test.each([undefined, LICENSE])(
    'sends no statistics (licence %s), and keeps what the server has set',
    async (license) => {
      const tool = await installTool({ balls: { tibia: BALL } }, license === undefined ? {} : { license });
      const home = join(tool.segmentation.environment['HOME'] ?? '', '.totalsegmentator');
      await mkdir(home);
      await writeFile(join(home, 'config.json'), JSON.stringify({ send_usage_stats: true, license_number: LICENSE }));
      const { manifest } = await convertFiles(files, { enable_appendicular: true, segmentation: tool.segmentation });
      expect((await tool.calls()).map(({ statistics }) => statistics)).toEqual([false]);
      expect(manifest.meshes.map(({ tissue }) => tissue)).toEqual(['tibia']);
    },
  );

  test('leaves an own threshold to the built-in engine', async () => {
    const tool = await installTool({ balls: {} });
    const { manifest } = await convertFiles(files, {
      enable_ortopedia: true,
      umbralMin: 500,
      segmentation: tool.segmentation,
    });
    expect(manifest.meshes.map(({ tissue }) => tissue)).toEqual(['umbral']);
    expect(await tool.calls()).toEqual([]);
  });
});

describe('the licence', () => {
  test('reaches the tool by environment and configuration, and nothing that is kept', async () => {
    const tool = await installTool({ balls: { tibia: BALL }, chatty: true }, { license: LICENSE });
    const { manifest, log } = await convertFiles(files, { enable_appendicular: true, segmentation: tool.segmentation });
    const [call] = await tool.calls();
    expect(call?.TOTALSEG_LICENSE).toBe(LICENSE);
    expect(call?.TOTALSEG_WEIGHTS_PATH).toBe(
      join(tool.segmentation.environment['HOME'] ?? '', '.totalsegmentator/nnunet/results'),
    );
    expect(call?.args.join(' ')).not.toContain(LICENSE);
    expect(JSON.stringify([manifest, log])).not.toContain(LICENSE);
  });

  test('is asked for by name where it is missing', async () => {
    const tool = await installTool({ balls: { tibia: BALL } });
    const error = await refusal(convertFiles(files, { enable_appendicular: true, segmentation: tool.segmentation }));
    expect(error).toMatchObject({
      code: 'SEGMENTATION_LICENSE',
      retryable: false,
      message:
        'La tarea «appendicular_bones» de TotalSegmentator necesita una licencia válida y el servidor no la tiene.',
    });
  });

  test('is a warning where other tasks have a result', async () => {
    const tool = await installTool({ balls: { hip_implant: BALL } });
    const { manifest } = await convertFiles(files, {
      enable_appendicular: true,
      enable_hip_implant: true,
      segmentation: tool.segmentation,
    });
    expect(manifest.meshes.map(({ tissue }) => tissue)).toEqual(['hip_implant']);
    expect(manifest.warnings.join()).toContain('«appendicular_bones» de TotalSegmentator necesita una licencia');
  });
});

describe('failures', () => {
  const request = { enable_hip_implant: true } as const;

  test.each([
    ['crash', 'SEGMENTATION_FAILED', true],
    ['silent', 'SEGMENTATION_FAILED', true],
  ] as const)('%s is an error', async (trouble, code, retryable) => {
    const tool = await installTool({ balls: { hip_implant: BALL }, troubles: { hip_implant: trouble } });
    const error = await refusal(convertFiles(files, { ...request, segmentation: tool.segmentation }));
    expect(error).toMatchObject({ code, retryable });
    expect(error.message).toContain('«hip_implant»');
  });

  test('says what to do where models are missing and there is no network', async () => {
    const tool = await installTool({ balls: { hip_implant: BALL }, troubles: { hip_implant: 'offline' } });
    const error = await refusal(convertFiles(files, { ...request, segmentation: tool.segmentation }));
    expect(error).toMatchObject({ code: 'SEGMENTATION_WEIGHTS', retryable: false });
    expect(error.message).toMatch(
      /pesos \(modelos\) de la tarea «hip_implant».*totalseg_download_weights -t hip_implant/,
    );
  });

  test('misses a mask that was asked for', async () => {
    const tool = await installTool({ balls: { skull: BALL }, troubles: { total: 'partial' } });
    const error = await refusal(convertFiles(files, { enable_ortopedia: true, segmentation: tool.segmentation }));
    expect(error).toMatchObject({ code: 'SEGMENTATION_FAILED', retryable: true });
  });

  test('names a task that the tool does not know', async () => {
    const tool = await installTool({ balls: {} });
    const error = await refusal(convertFiles(files, { extraTasks: ['spleen_parts'], segmentation: tool.segmentation }));
    expect(error).toMatchObject({ code: 'SEGMENTATION_TASK', retryable: false });
    expect(error.message).toContain('«spleen_parts»');
  });

  test('goes over to the CPU when the GPU fails, for all that follows', async () => {
    const tool = await installTool(
      { balls: { hip_implant: BALL, skull: BALL }, troubles: { hip_implant: 'gpu-memory' } },
      { gpu: true },
    );
    const { manifest, log } = await convertFiles(files, {
      enable_skull: true,
      enable_hip_implant: true,
      extraTasks: ['lung_vessels'],
      segmentation: tool.segmentation,
    });
    const calls = await tool.calls();
    expect(calls.map(({ args }) => [option(args, '--task'), option(args, '--device')])).toEqual([
      ['craniofacial_structures', 'gpu'],
      ['hip_implant', 'gpu'],
      ['hip_implant', 'cpu'],
      ['lung_vessels', 'cpu'],
    ]);
    expect(manifest.meshes.map(({ tissue }) => tissue)).toEqual(['skull', 'hip_implant']);
    expect(manifest.warnings.join()).toContain('La GPU falló');
    expect(log.join('\n')).not.toMatch(/\/opt|Traceback/);
  });

  test('is an error where all masks are empty', async () => {
    const tool = await installTool({ balls: {} });
    const error = await refusal(convertFiles(files, { ...request, segmentation: tool.segmentation }));
    expect(error).toMatchObject({ code: 'EMPTY_RESULT', retryable: false });
  });

  test('ends the tool and its helpers at the time limit', async () => {
    const tool = await installTool({ balls: {}, troubles: { hip_implant: 'hold' } });
    const error = await refusal(
      convertFiles(files, { ...request, segmentation: { ...tool.segmentation, timeoutMinutes: 0.05 } }),
    );
    expect(error).toMatchObject({ code: 'SEGMENTATION_TIMEOUT', retryable: false });
    const pids = (await tool.held()) ?? [];
    await expect.poll(() => pids.some(isAlive), { timeout: 10_000, interval: 20 }).toBe(false);
  });

  test('is clear where the tool is demanded and not installed', async () => {
    const segmentation = { engine: 'totalsegmentator', environment: { PATH: '/nowhere' } } as const;
    const error = await refusal(convertFiles(files, { segmentation }));
    expect(error).toMatchObject({ code: 'SEGMENTATION_UNAVAILABLE', retryable: false });
  });

  test('has no say where ranges of HU are demanded, or where it is not installed', async () => {
    const tool = await installTool({ balls: {} });
    for (const segmentation of [
      { ...tool.segmentation, engine: 'threshold' },
      { engine: 'auto', environment: { PATH: '/nowhere' } },
    ] as const) {
      const { manifest } = await convertFiles(files, { segmentation });
      expect(manifest).toMatchObject({ engine: 'threshold', meshes: [{ tissue: 'hueso' }] });
    }
    expect(await tool.calls()).toEqual([]);
  });
});

describe('its output', () => {
  test('goes to the log without paths and within bounds', async () => {
    const tool = await installTool({ balls: { hip_implant: BALL }, chatty: true });
    const { log } = await convertFiles(files, { enable_hip_implant: true, segmentation: tool.segmentation });
    const lines = log.filter((line) => line.startsWith('TotalSegmentator:'));
    expect(lines).toContain('TotalSegmentator: Resampling «ruta» step 0');
    expect(lines).toContain('TotalSegmentator: las demás líneas de esta tarea se omiten.');
    expect(lines.length).toBeLessThan(45);
    expect(log.join('\n')).not.toMatch(/tmp|100%/);
  });

  test('moves the progress while it works', async () => {
    const tool = await installTool({ balls: { hip_implant: BALL }, troubles: { hip_implant: 'hold' } });
    const directory = await temporaryDirectory();
    const inputZip = await writeZip(join(directory, 'study.zip'), files);
    const percents: number[] = [];
    const reporter = {
      log: () => undefined,
      progress: (_phase: string, percent: number) => void percents.push(percent),
    };
    const work = convert(
      {
        inputZip,
        outDir: join(directory, 'out'),
        threads: 1,
        enable_hip_implant: true,
        segmentation: tool.segmentation,
      },
      reporter,
    );
    // A rough bar, the first of two parts and half of the second: well over half of 6..80 %.
    await expect.poll(() => Math.max(...percents), { timeout: 20_000, interval: 20 }).toBeGreaterThan(50);
    expect(Math.max(...percents)).toBeLessThan(80);
    await tool.release();
    await work;
    expect(percents).toEqual(percents.toSorted((a, b) => a - b));
    expect(percents.at(-1)).toBe(100);
  });
});

describe('with its job', () => {
  test.each<[string, (child: ChildProcess) => void]>([
    ['is killed', (child) => child.kill('SIGKILL')],
    ['loses its parent', (child) => child.disconnect()],
  ])('the tool and its helpers end when the imaging process %s', async (_how, end) => {
    const tool = await installTool({ balls: {}, troubles: { hip_implant: 'hold' } });
    const directory = await temporaryDirectory();
    const inputZip = await writeZip(join(directory, 'study.zip'), files);
    const child = fork(CHILD_PROGRAM, [], { silent: true, detached: true });
    onTestFinished(() => void child.kill('SIGKILL'));
    const request = {
      inputZip,
      outDir: join(directory, 'out'),
      enable_hip_implant: true,
      segmentation: tool.segmentation,
    };
    child.send({ type: 'start', request });
    await expect.poll(() => tool.held(), { timeout: 20_000, interval: 20 }).not.toBeNull();
    const pids = (await tool.held()) ?? [];
    expect(pids.map(isAlive)).toEqual([true, true]);
    end(child);
    await expect.poll(() => pids.map(isAlive), { timeout: 10_000, interval: 20 }).toEqual([false, false]);
  });

  test('keeps its temporary files in the folder of the job', async () => {
    const tool = await installTool({ balls: { hip_implant: BALL } });
    const { directory } = await convertFiles(files, { enable_hip_implant: true, segmentation: tool.segmentation });
    const [call] = await tool.calls();
    expect(call?.TMPDIR?.startsWith(directory)).toBe(true);
  });
});

describe('through the service', () => {
  test('is configured by the environment of the worker, and ends within 2 s when its job is cancelled', async () => {
    const tool = await installTool(
      { balls: { hip_implant: { centre: [0, 0, 0], radius: 10 } }, troubles: { hip_implant: 'hold' } },
      { license: LICENSE },
    );
    const server = await startTestServer('sqlite', {
      ...tool.segmentation.environment,
      SEGMENTATION_ENGINE: 'totalsegmentator',
      TOTALSEG_LICENSE: LICENSE,
      SOM3D_EMBEDDED_WORKER: 'true',
      SOM3D_WORKER_CONCURRENCY: '1',
    });
    onTestFinished(() => server.stop());
    const { client } = await server.doctor();
    const canceled = await upload(client, { fields: { enable_hip_implant: true } });
    await until(() => tool.held(), 'the tool works');
    const pids = (await tool.held()) ?? [];
    await client.som3d.cancel({ params: { id: canceled.job_id } });
    await until(() => !pids.some(isAlive), 'the tool and its helper have ended', 2000);
    await tool.release();
    const { job_id: id } = await upload(client, { fields: { enable_hip_implant: true } });
    const done = await waitForJob(client, id);
    expect(done).toMatchObject({ status: 'done', metrics: { engine: 'totalsegmentator' } });
    const lines = await jobLines(server.deps.orm, id);
    expect(lines).toContain('TotalSegmentator: tarea «hip_implant» en la CPU.');
    expect(JSON.stringify([done, lines])).not.toContain(LICENSE);
    expect((await tool.calls()).map((call) => call.TOTALSEG_LICENSE)).toEqual([LICENSE, LICENSE]);
    expect(server.errors).toEqual([]);
  });
});

describe('a series that is not CT', () => {
  test('is left to the built-in engine', async () => {
    const tool = await installTool({ balls: {} });
    const slices = scanBody({ columns: 40, rows: 40, spacing: { x: 1, y: 1 }, heights: evenHeights(30, 1) }, (p) =>
      Math.hypot(...p) < 12 ? 700 : 0,
    ).map((slice) => ({ ...slice, modality: 'MR' }));
    const { manifest } = await convertFiles(dicomFiles(slices), {
      umbralMin: 300,
      enable_muscles: true,
      segmentation: tool.segmentation,
    });
    expect(manifest.meshes.map(({ tissue }) => tissue)).toEqual(['umbral']);
    expect(manifest.warnings.join()).toContain('solo se usa con TC');
    expect(await tool.calls()).toEqual([]);
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
