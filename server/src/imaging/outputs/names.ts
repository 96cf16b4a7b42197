const LONGEST = 40;

/**
 * What a case is called, as the beginning of file names: lower-case letters of ASCII, digits and single hyphens, 40 at
 * most. Empty where nothing of the name can be written so.
 */
export function caseSlug(name: string | undefined): string {
  const plain = (name ?? '').normalize('NFD').replaceAll(/\p{M}/gu, '').toLowerCase();
  const hyphened = plain.replaceAll(/[^a-z0-9]+/g, '-').slice(0, LONGEST + 1);
  return hyphened.replaceAll(/^-|-$/g, '').slice(0, LONGEST).replace(/-$/, '');
}

/** The name of a file of a case: `rodilla-hueso` for the tissue `hueso` of the case `Rodilla`. */
export function fileStem(caseName: string | undefined, model: string): string {
  const slug = caseSlug(caseName);
  return slug === '' ? model : `${slug}-${model}`;
}
