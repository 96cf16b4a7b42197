/** A tissue that a person can ask for, by the name that the service knows it under (`extra_tasks`). */
export type TissueName =
  | 'hueso'
  | 'hueso_cortical'
  | 'dientes'
  | 'implante'
  | 'musculo'
  | 'tejido_blando'
  | 'grasa'
  | 'piel';

/** Both ends included, HU. */
export type HounsfieldRange = readonly [min: number, max: number];

/** Where the service looks for each tissue when it works by thresholds; the picture tints the same range. */
export const TISSUE_RANGES: Readonly<Record<TissueName, HounsfieldRange>> = {
  hueso: [226, Infinity],
  hueso_cortical: [662, 1988],
  dientes: [1500, Infinity],
  implante: [2500, Infinity],
  musculo: [-5, 135],
  tejido_blando: [-700, 225],
  grasa: [-205, -51],
  piel: [-300, Infinity],
};

export const TISSUE_NAMES = Object.keys(TISSUE_RANGES) as TissueName[];
