import { integerLevels, MASK_OUTSIDE, type Field } from '../surface/field.ts';

/** Enamel is denser than this, HU; the densest bone, around the inner ear, hardly is. */
export const ENAMEL_HU = 2000;
/** Of teeth with their dentine, far more than this share is enamel. */
const MIN_ENAMEL_SHARE = 0.02;

/** Whether what is as dense as teeth holds too little enamel to be teeth: then it is dense bone. */
export function lacksEnamel(field: Field): boolean {
  const { data } = field.volume;
  const { aboveHu } = integerLevels(field);
  let [inside, enamel] = [0, 0];
  for (let voxel = 0; voxel < data.length; voxel++) {
    const hu = data[voxel]!;
    if (hu <= aboveHu || field.mask?.[voxel] === MASK_OUTSIDE) continue;
    inside++;
    if (hu >= ENAMEL_HU) enamel++;
  }
  return enamel < MIN_ENAMEL_SHARE * inside;
}
