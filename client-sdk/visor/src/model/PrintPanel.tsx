import type { Client, JobStls } from '@som3d/client';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Vector3 } from 'three';
import { useTexts } from '../texts.ts';
import styles from './model.module.css';
import { modelTexts } from './model.texts.ts';
import { boxOf, type Item, labelOf } from './parts.ts';
import { moveToPlate } from './plate.ts';
import { saveFile } from './save-file.ts';
import type { ModelScene } from './scene.ts';
import { toolTexts } from './tools.texts.ts';
import { useFormats } from './use-formats.ts';

const FORMATS = ['STL', '3MF', 'GLB'] as const;
type Format = (typeof FORMATS)[number];
type Place = 'onPlate' | 'inPatient';

interface PrintPanelProps {
  readonly client: Client;
  readonly jobId: string;
  readonly stls: JobStls;
  readonly scene: ModelScene;
}

/** One file goes as it is, several in a ZIP. */
async function bundle(
  files: readonly { readonly name: string; readonly data: Blob }[],
  zipName: string,
): Promise<void> {
  const [first, ...more] = files;
  if (!first) return;
  if (more.length === 0) {
    saveFile(first.data, first.name);
    return;
  }
  const { BlobReader, BlobWriter, ZipWriter } = await import('@zip.js/zip.js');
  const zip = new ZipWriter(new BlobWriter('application/zip'), { useWebWorkers: false });
  for (const { name, data } of files) await zip.add(name, new BlobReader(data), { level: 0 });
  saveFile(await zip.close(), zipName);
}

async function fetchFile(client: Client, id: string, name: string): Promise<ArrayBuffer> {
  const { body } = await client.som3d.jobFile({ params: { id, name } });
  return await body.arrayBuffer();
}

export function PrintPanel({ client, jobId, stls, scene }: PrintPanelProps) {
  const t = useTexts(toolTexts);
  const m = useTexts(modelTexts);
  const format = useFormats();
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set());
  const [kind, setKind] = useState<Format>('STL');
  const [place, setPlace] = useState<Place>('onPlate');
  const all3mf = kind === '3MF';
  const chosen = stls.items.filter(({ filename }) => all3mf || !left.has(filename));
  const box = boxOf(chosen);
  const size = box.getSize(new Vector3());

  const download = useMutation({
    mutationFn: async () => {
      if (all3mf && stls.threemf) {
        const { filename } = stls.threemf;
        saveFile(new Blob([await fetchFile(client, jobId, filename)], { type: 'model/3mf' }), filename);
        return;
      }
      const files: { name: string; data: Blob }[] = [];
      for (const item of chosen) {
        const name = kind === 'GLB' ? item.files?.glb.filename : item.filename;
        if (!name) continue;
        const bytes = await fetchFile(client, jobId, name);
        if (kind === 'STL' && place === 'onPlate')
          moveToPlate(bytes, { min: box.min.toArray(), max: box.max.toArray() });
        files.push({ name, data: new Blob([bytes], { type: kind === 'GLB' ? 'model/gltf-binary' : 'model/stl' }) });
      }
      await bundle(files, `modelos-${kind.toLowerCase()}.zip`);
    },
  });

  const available = (name: Format): boolean =>
    name === 'STL' || (name === '3MF' ? stls.threemf !== null : chosen.every(({ files }) => files));
  const toggle = (file: string): void => {
    const next = new Set(left);
    if (!next.delete(file)) next.add(file);
    setLeft(next);
  };
  return (
    <>
      <p className={styles['warning']}>{m.notForDiagnosis}</p>
      <fieldset className={styles['choices']}>
        <legend>{t.format}</legend>
        {FORMATS.filter(available).map((name) => (
          <label key={name}>
            <input type="radio" name="format" checked={kind === name} onChange={() => setKind(name)} />
            <span>{name}</span>
          </label>
        ))}
      </fieldset>
      {kind === 'STL' && !box.isEmpty() ? (
        <fieldset className={styles['choices']}>
          <legend>{t.place}</legend>
          {(['onPlate', 'inPatient'] as const).map((name) => (
            <label key={name}>
              <input type="radio" name="place" checked={place === name} onChange={() => setPlace(name)} />
              <span>{t[name]}</span>
            </label>
          ))}
        </fieldset>
      ) : (
        kind !== 'STL' && <p className={styles['hint']}>{kind === 'GLB' ? t.placeOfGlb : t.placeOf3mf}</p>
      )}
      <fieldset className={styles['choices']} disabled={all3mf}>
        <legend>{t.whichParts}</legend>
        {stls.items.map((item) => (
          <label key={item.filename}>
            <input
              type="checkbox"
              checked={all3mf || !left.has(item.filename)}
              onChange={() => toggle(item.filename)}
            />
            <span>{labelOf(item)}</span>
          </label>
        ))}
      </fieldset>
      {!box.isEmpty() && (
        <p>
          <strong>{t.unitCheck(format.number(size.z))}</strong>{' '}
          {t.unitSize(
            size
              .toArray()
              .map((mm) => format.number(mm))
              .join(' × '),
          )}
        </p>
      )}
      <button
        type="button"
        className={styles['primary']}
        disabled={chosen.length === 0 || download.isPending}
        onClick={() => download.mutate()}
      >
        {download.isPending ? t.working : `${t.download} ${kind}`}
      </button>
      {chosen.length === 0 && <p className={styles['hint']}>{t.choosePart}</p>}
      {download.error && (
        <p className={styles['error']} role="alert">
          {download.error.message || t.cannot}
        </p>
      )}
      <h2>{t.report}</h2>
      {chosen.map((item) => (
        <Report key={item.filename} item={item} scene={scene} />
      ))}
      <p className={styles['hint']}>{t.howThinnest}</p>
    </>
  );
}

function Report({ item, scene }: { readonly item: Item; readonly scene: ModelScene }) {
  const t = useTexts(toolTexts);
  const format = useFormats();
  const wall = useQuery({
    queryKey: ['som3d.visor', 'wall', scene.id, item.filename],
    queryFn: async () => (await scene.thinnestWall(item.filename)) ?? null,
    staleTime: Infinity,
    gcTime: 0,
  });
  const mm = (value: number | null | undefined): string =>
    typeof value === 'number' ? `${value.toLocaleString(format.locale, { maximumFractionDigits: 2 })} mm` : t.unknown;
  const closed = item.watertight === undefined ? t.unknown : item.watertight ? t.yes : t.no(item.open_edges ?? 0);
  const rows = [
    [t.closed, closed],
    [t.pieces, item.components?.toString() ?? t.unknown],
    [t.thinnest, wall.isPending ? t.measuring : mm(wall.data)],
    [t.deviation, mm(item.distance_mm)],
  ] as const;
  return (
    <section>
      <h3>{labelOf(item)}</h3>
      <dl className={styles['report']}>
        {rows.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
