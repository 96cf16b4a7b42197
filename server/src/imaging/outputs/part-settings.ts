import { escapeXml } from './threemf-xml.ts';

/** Where OrcaSlicer and Bambu Studio look for what the parts of an object are. */
export const PART_SETTINGS = 'Metadata/model_settings.config';

/** An object of the build, or a part of it. */
interface Named {
  id: number;
  name: string;
}

/** Tells them that an assembly is one object with named parts, which they keep together. */
export function partSettings(
  assembly: Named,
  parts: readonly { readonly objectId: number; readonly label: string }[],
): string {
  const listed = parts.map(
    ({ objectId, label }) => `<part id="${objectId}" subtype="normal_part">${nameOf(label)}${HERE}</part>\n`,
  );
  return (
    '<?xml version="1.0" encoding="UTF-8"?>\n<config>\n' +
    `<object id="${assembly.id}">${nameOf(assembly.name)}\n${listed.join('')}</object>\n</config>\n`
  );
}

/** Parts lie where their coordinates say. */
const HERE = '<metadata key="matrix" value="1 0 0 0 0 1 0 0 0 0 1 0 0 0 0 1"/>';

function nameOf(name: string): string {
  return `<metadata key="name" value="${escapeXml(name)}"/>`;
}
