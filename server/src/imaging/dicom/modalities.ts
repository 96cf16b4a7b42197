const NAMES: Readonly<Record<string, string>> = {
  CT: 'tomografía computarizada',
  MR: 'resonancia magnética',
  US: 'ecografía',
  CR: 'radiografía',
  DX: 'radiografía',
  RF: 'radioscopia',
  XA: 'angiografía',
  MG: 'mamografía',
  PT: 'tomografía por emisión de positrones (PET)',
  NM: 'medicina nuclear',
  OT: 'otro tipo de imagen',
  SC: 'captura de pantalla',
};
/** Not scans of anybody: never the reason to name a modality. */
const NOT_A_SCAN = new Set(['CT', 'SR', 'PR', 'KO', 'RTSTRUCT', 'RTPLAN', 'RTDOSE', 'SEG', 'REG', 'DOC']);

/** What a doctor reads for a modality. */
export function modalityName(code: string): string {
  return NAMES[code] ?? (code === '' ? 'modalidad desconocida' : `modalidad ${code}`);
}

export function isScan(modality: string): boolean {
  return modality !== '' && !NOT_A_SCAN.has(modality);
}
