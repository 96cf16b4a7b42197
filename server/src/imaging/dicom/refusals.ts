import { ImagingError, type ImagingErrorCode } from '../errors.ts';
import { apartBy } from './differences.ts';
import { isScan, modalityName } from './modalities.ts';
import type { ScanResult } from './scan.ts';
import type { Stack } from './series.ts';
import type { SkipReason } from './skipped.ts';

const OWN_THRESHOLDS =
  'Envíe la serie original en HU o, si quiere convertirla de todos modos, indique umbrales propios («umbral_min», ' +
  '«umbral_max») en sus unidades.';
const EXPORT_AGAIN = 'Vuelva a exportar la serie original desde el equipo o el PACS.';

/** What a ZIP without any slice is refused with, by what it has instead: the first that applies. */
const WITHOUT_SLICES: readonly { reason: SkipReason; code: ImagingErrorCode; sentence: string }[] = [
  {
    reason: 'noPosition',
    code: 'POSITION_MISSING',
    sentence: `Las imágenes no dicen en qué posición está cada corte (falta ImagePositionPatient o no es válida). ${EXPORT_AGAIN}`,
  },
  {
    reason: 'noOrientation',
    code: 'ORIENTATION_MISSING',
    sentence: `Las imágenes no dicen cómo está orientado cada corte (falta ImageOrientationPatient o no es válida). ${EXPORT_AGAIN}`,
  },
  {
    reason: 'noSpacing',
    code: 'SPACING_MISSING',
    sentence: `Las imágenes no dicen cuánto mide un píxel (falta PixelSpacing o no es válido). ${EXPORT_AGAIN}`,
  },
  {
    reason: 'multiFrame',
    code: 'MULTIFRAME_GEOMETRY',
    sentence:
      'El estudio es un objeto de varios cuadros (multi-frame) que no dice dónde está cada corte: expórtelo como ' +
      'cortes individuales o como TC multi-frame mejorada (Enhanced CT).',
  },
  {
    reason: 'nestedZip',
    code: 'ZIP_NESTED',
    sentence: 'El ZIP contiene otros ZIP en lugar de imágenes: suba cada uno por separado.',
  },
  {
    reason: 'gzip',
    code: 'FILES_COMPRESSED',
    sentence:
      'Los archivos del ZIP están comprimidos uno a uno (.gz): descomprímalos, ponga los cortes DICOM en un ZIP y súbalo.',
  },
  {
    reason: 'archive',
    code: 'FILES_COMPRESSED',
    sentence:
      'El ZIP contiene otro archivo comprimido (RAR, 7z, TAR u otro): descomprímalo, ponga los cortes DICOM en un ZIP y súbalo.',
  },
  {
    reason: 'multipart',
    code: 'MULTIPART',
    sentence:
      'El ZIP contiene la respuesta multipart de un PACS (DICOMweb) sin desempaquetar: guarde cada imagen como un archivo DICOM.',
  },
  {
    reason: 'nifti',
    code: 'NOT_DICOM',
    sentence: 'El ZIP contiene archivos NIfTI y no DICOM: envíe los cortes DICOM originales.',
  },
  {
    reason: 'damaged',
    code: 'DICOM_DAMAGED',
    sentence: `Los archivos DICOM del ZIP están dañados o incompletos. ${EXPORT_AGAIN}`,
  },
];

export function noImages(scan: ScanResult): ImagingError {
  const scans = scan.skippedImages.map(({ modality }) => modality).filter(isScan);
  if (scans.length > 0) return notCt(scans);
  const found = WITHOUT_SLICES.find(({ reason }) => scan.skipped.has(reason));
  if (found !== undefined) return new ImagingError(found.code, found.sentence);
  if (scan.skipped.has('localizer') || scan.skipped.has('colour'))
    return new ImagingError(
      'NO_IMAGES',
      'El ZIP solo contiene localizadores o capturas: faltan los cortes de la tomografía.',
    );
  if (scan.skipped.has('directory') || scan.skipped.has('noImage'))
    return new ImagingError(
      'DICOM_WITHOUT_IMAGES',
      'El ZIP contiene objetos DICOM (índice DICOMDIR, informes u otros) pero ninguna imagen: incluya también la ' +
        'carpeta con los cortes.',
    );
  return new ImagingError('NO_IMAGES', 'No se encontró ninguna imagen DICOM en el ZIP.');
}

export function notCt(modalities: readonly string[]): ImagingError {
  if (modalities.length > 0 && modalities.every((modality) => modality === ''))
    return new ImagingError(
      'MODALITY_MISSING',
      'Las imágenes no dicen de qué modalidad son (faltan Modality y SOPClassUID): expórtelas sin borrar esos campos o, ' +
        'si son de una tomografía, indique umbrales propios («umbral_min», «umbral_max»).',
    );
  const names = [...new Set(modalities)].map((code) => {
    const name = modalityName(code);
    return name.startsWith('modalidad') ? name : `${name} (${code})`;
  });
  return new ImagingError(
    'NOT_CT',
    `El ZIP no contiene una tomografía computarizada (CT); se encontró: ${names.join(', ')}.`,
  );
}

export function seriesNotFound(stacks: readonly Stack[]): ImagingError {
  const numbers = [...new Set(stacks.map((stack) => stack.header.seriesNumber ?? 'sin número'))].join(', ');
  return new ImagingError('SERIES_NOT_FOUND', `La serie indicada no está en el ZIP. Series encontradas: ${numbers}.`);
}

export function severalPatients(patients: number, chosen: boolean): ImagingError {
  const found = chosen ? 'La serie indicada es de' : 'El ZIP contiene imágenes de';
  return new ImagingError(
    'SEVERAL_PATIENTS',
    `${found} ${patients} pacientes y no se elige por usted: suba un ZIP por paciente, o indique en «serie» el ` +
      'SeriesInstanceUID de la serie que quiere; el registro del trabajo los lista.',
  );
}

/** @param units of the values, or empty where nothing says how to get to HU */
export function notHounsfield(units: string): ImagingError {
  const cause =
    units === ''
      ? 'Los valores de la serie no son unidades Hounsfield (HU): faltan RescaleSlope o RescaleIntercept.'
      : `Los valores de la serie no son unidades Hounsfield (HU), sino ${units.slice(0, 16)}.`;
  return new ImagingError('NOT_HOUNSFIELD', `${cause} ${OWN_THRESHOLDS}`);
}

/** Where the pixels say it: more than any tissue or metal has. */
export function beyondHounsfield(): ImagingError {
  return new ImagingError(
    'NOT_HOUNSFIELD',
    'La serie contiene valores que ninguna tomografía mide (más de 32767 HU), quizá un relleno sin declarar: no son ' +
      `unidades Hounsfield fiables. ${OWN_THRESHOLDS}`,
  );
}

export function slicesAmbiguous({ ambiguous }: Stack): ImagingError {
  return new ImagingError(
    'SLICES_AMBIGUOUS',
    `La serie tiene varias imágenes en ${ambiguous} posiciones y nada dice cuáles van juntas (ni fase, ni hora, ni ` +
      'número): expórtelas por separado, cada fase o pasada en su serie.',
  );
}

/** Why what there is makes no volume: the images are at one place, or do not fit each other. */
export function tooFewSlices(stack: Stack, ranked: readonly Stack[], scan: ScanResult): ImagingError {
  const images = stack.slices.length + stack.duplicates;
  if (images > 1)
    return new ImagingError(
      'POSITION_CONSTANT',
      `Las ${images} imágenes de la serie dicen estar en la misma posición (ImagePositionPatient no cambia): no se puede ` +
        `formar un volumen. ${EXPORT_AGAIN}`,
    );
  const others = ranked.filter((other) => other !== stack && other.header.modality === stack.header.modality);
  const total = others.reduce((sum, other) => sum + other.slices.length + other.duplicates, images);
  const reason = others.map((other) => apartBy(other, stack)).find((each) => each !== '');
  if (total > 2 && reason !== undefined)
    return new ImagingError(
      'SLICES_DO_NOT_FIT',
      `El ZIP tiene ${total} imágenes que no forman un volumen: cada una es de ${reason}. ${EXPORT_AGAIN}`,
    );
  const missing = WITHOUT_SLICES.find(({ reason: each }) => scan.skippedImages.some((image) => image.reason === each));
  if (missing !== undefined) return new ImagingError(missing.code, missing.sentence);
  return new ImagingError(
    'TOO_FEW_SLICES',
    'La serie tiene una sola imagen: hacen falta varios cortes para formar un volumen.',
  );
}
