import type { ResolvedRequest } from '../request.ts';

/** A tissue as a range of HU. */
export interface Tissue {
  id: string;
  label: string;
  /** First HU inside; null: no lower limit. */
  min: number | null;
  /** Last HU inside; null: no upper limit. */
  max: number | null;
  /** Smaller pieces are noise, mm3. */
  islandMm3: number;
  /** The same where each part is a file of its own: small bones count then, mm3. */
  partMm3?: number;
  /** Smaller holes are closed, mm3. */
  cavityMm3: number;
  /**
   * More than the HU says what belongs to it. `outer`: only the body's outer surface, without the air inside it.
   * `thick`: nothing as thin as the shells that partial volume leaves around bone and skin in a range in the middle.
   */
  shape?: 'outer' | 'thick';
}

/** Highest value of 12-bit CT: scanners clip denser things to it, so a range up to it is open. */
export const TOP_HU = 3071;

/** Thresholds of the built-in engine. */
export const TISSUES = {
  bone: { id: 'hueso', label: 'Hueso', min: 226, max: null, islandMm3: 200, partMm3: 50, cavityMm3: 200 },
  corticalBone: {
    id: 'hueso_cortical',
    label: 'Hueso cortical',
    min: 662,
    max: 1988,
    islandMm3: 100,
    partMm3: 50,
    cavityMm3: 100,
  },
  teeth: { id: 'dientes', label: 'Dientes y esmalte', min: 1500, max: null, islandMm3: 20, cavityMm3: 20 },
  implant: { id: 'implante', label: 'Implante metálico', min: 2500, max: null, islandMm3: 50, cavityMm3: 50 },
  muscle: { id: 'musculo', label: 'Músculo', min: -5, max: 135, islandMm3: 1000, cavityMm3: 1000, shape: 'thick' },
  softTissue: {
    id: 'tejido_blando',
    label: 'Tejido blando',
    min: -700,
    max: 225,
    islandMm3: 1000,
    cavityMm3: 1000,
    shape: 'thick',
  },
  fat: { id: 'grasa', label: 'Grasa', min: -205, max: -51, islandMm3: 1000, cavityMm3: 1000, shape: 'thick' },
  skin: {
    id: 'piel',
    label: 'Superficie de la piel',
    min: -300,
    max: null,
    islandMm3: 10_000,
    cavityMm3: Infinity,
    shape: 'outer',
  },
} as const satisfies Record<string, Tissue>;

/** Names under which an extra task asks for a tissue. */
const EXTRA_TASKS: Readonly<Record<string, Tissue>> = {
  hueso_cortical: TISSUES.corticalBone,
  cortical_bone: TISSUES.corticalBone,
  tejido_blando: TISSUES.softTissue,
  soft_tissue: TISSUES.softTissue,
  grasa: TISSUES.fat,
  fat: TISSUES.fat,
  piel: TISSUES.skin,
  skin: TISSUES.skin,
  hueso: TISSUES.bone,
  bone: TISSUES.bone,
  musculo: TISSUES.muscle,
  muscle: TISSUES.muscle,
  dientes: TISSUES.teeth,
  teeth: TISSUES.teeth,
  implante: TISSUES.implant,
  implant: TISSUES.implant,
};

/**
 * What a request asks for, each tissue once. An own threshold takes the place of bone; nothing asked for
 * means bone.
 */
export function tissuesOf(request: ResolvedRequest): { tissues: Tissue[]; unknown: string[] } {
  const wanted = new Set<Tissue>();
  if (request.enable_ortopedia || request.enable_appendicular || request.enable_skull) wanted.add(TISSUES.bone);
  if (request.enable_teeth) wanted.add(TISSUES.teeth);
  if (request.enable_hip_implant) wanted.add(TISSUES.implant);
  if (request.enable_muscles) wanted.add(TISSUES.muscle);
  const unknown: string[] = [];
  for (const task of request.extraTasks.map((name) => name.trim()).filter((name) => name !== '')) {
    const tissue = tissueNamed(task);
    if (tissue === undefined) unknown.push(task);
    else wanted.add(tissue);
  }
  const own = ownThreshold(request);
  if (own !== null) {
    wanted.delete(TISSUES.bone);
    return { tissues: [own, ...wanted], unknown };
  }
  if (wanted.size === 0) wanted.add(TISSUES.bone);
  return { tissues: [...wanted], unknown };
}

/** The built-in tissue of that name, as an extra task names it. */
export function tissueNamed(task: string): Tissue | undefined {
  const name = task.trim().toLowerCase();
  return Object.hasOwn(EXTRA_TASKS, name) ? EXTRA_TASKS[name] : undefined;
}

/** The range of HU that a request gives itself, or null. */
export function ownThreshold({ umbralMin, umbralMax }: ResolvedRequest): Tissue | null {
  if (umbralMin === undefined && umbralMax === undefined) return null;
  const max = umbralMax === undefined || umbralMax >= TOP_HU ? null : umbralMax;
  return { ...TISSUES.bone, id: 'umbral', label: 'Umbral propio', min: umbralMin ?? null, max };
}
