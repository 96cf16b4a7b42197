import type { DataSet, Element } from 'dicom-parser';
import { parseDataSet } from './dicom-header.ts';

/**
 * Attributes that name or describe the person, the staff or the place (DICOM PS3.15, table E.1-1, Basic Profile). Age,
 * sex and size stay: a surgeon plans by them. Dates and UIDs stay: they tell the images of one scan from another's.
 */
const IDENTIFYING = new Set([
  'x00080050', // Accession Number
  'x00080080', // Institution Name
  'x00080081', // Institution Address
  'x00080082', // Institution Code Sequence
  'x00080090', // Referring Physician's Name
  'x00080092', // Referring Physician's Address
  'x00080094', // Referring Physician's Telephone Numbers
  'x00080096', // Referring Physician Identification Sequence
  'x0008009c', // Consulting Physician's Name
  'x00081010', // Station Name
  'x00081030', // Study Description
  'x00081040', // Institutional Department Name
  'x00081048', // Physician(s) of Record
  'x00081049', // Physician(s) of Record Identification Sequence
  'x00081050', // Performing Physician's Name
  'x00081052', // Performing Physician Identification Sequence
  'x00081060', // Name of Physician(s) Reading Study
  'x00081062', // Physician(s) Reading Study Identification Sequence
  'x00081070', // Operators' Name
  'x00081072', // Operator Identification Sequence
  'x00081080', // Admitting Diagnoses Description
  'x00100010', // Patient's Name
  'x00100020', // Patient ID
  'x00100021', // Issuer of Patient ID
  'x00100030', // Patient's Birth Date
  'x00100032', // Patient's Birth Time
  'x00100050', // Patient's Insurance Plan Code Sequence
  'x00101000', // Other Patient IDs
  'x00101001', // Other Patient Names
  'x00101002', // Other Patient IDs Sequence
  'x00101005', // Patient's Birth Name
  'x00101040', // Patient's Address
  'x00101060', // Patient's Mother's Birth Name
  'x00101080', // Military Rank
  'x00101090', // Medical Record Locator
  'x00102000', // Medical Alerts
  'x00102110', // Allergies
  'x00102150', // Country of Residence
  'x00102152', // Region of Residence
  'x00102154', // Patient's Telephone Numbers
  'x00102155', // Patient's Telecom Information
  'x00102160', // Ethnic Group
  'x00102180', // Occupation
  'x001021b0', // Additional Patient History
  'x001021f0', // Patient's Religious Preference
  'x00104000', // Patient Comments
  'x00181000', // Device Serial Number
  'x00200010', // Study ID
  'x00204000', // Image Comments
  'x00321032', // Requesting Physician
  'x00321060', // Requested Procedure Description
  'x00324000', // Study Comments
  'x00380010', // Admission ID
  'x00380300', // Current Patient Location
  'x00380500', // Patient State
  'x00400006', // Scheduled Performing Physician's Name
  'x00401001', // Requested Procedure ID
  'x00401010', // Names of Intended Recipients of Results
  'x00401101', // Person Identification Code Sequence
  'x00402008', // Order Entered By
  'x00402016', // Placer Order Number / Imaging Service Request
  'x00402017', // Filler Order Number / Imaging Service Request
  'x00404037', // Human Performer's Name
  'x0040a075', // Verifying Observer Name
  'x0040a123', // Person Name
  'x00700084', // Content Creator's Name
  'x300e0008', // Reviewer Name
]);

/** Names of people, wherever they stand. */
const PERSON_NAME = 'PN';
/** dicom-parser 1.8.21 reads the length of these in two bytes in place of four, and all that follows at the wrong place. */
const MISREAD = new Set(['OV', 'SV', 'UV']);
/** Groups of the acquisition and the image: the service needs them, and they name nobody. */
const IMAGE_GROUPS = new Set(['0018', '0020', '0028', '7fe0']);
const SPACE = 0x20;

function isPrivate(tag: string): boolean {
  return Number.parseInt(tag.slice(1, 5), 16) % 2 === 1;
}

/** The name of who made a private block (PS3.5, 7.8.1): it says nothing about the patient. */
function isPrivateCreator(tag: string): boolean {
  return /^x....00[1-9a-f].$/.test(tag);
}

/** What a value becomes: text is blank, what has no known form is zeros, undefined leaves it as it is. */
function fillerOf(tag: string, { vr }: Element): number | undefined {
  // What a maker keeps in private elements is not known, so none of it leaves.
  if (isPrivate(tag)) return isPrivateCreator(tag) ? undefined : 0;
  if (IDENTIFYING.has(tag) || vr === PERSON_NAME) return SPACE;
  return vr === 'UN' && !IMAGE_GROUPS.has(tag.slice(1, 5)) ? 0 : undefined;
}

/** @param filler for all values of a sequence that is identifying as a whole */
function blankElements(bytes: Uint8Array, data: DataSet, filler?: number): void {
  for (const [tag, element] of Object.entries(data.elements)) {
    if (MISREAD.has(element.vr ?? '')) throw new Error(`${tag} has a value representation that is not read here`);
    const value = filler ?? fillerOf(tag, element);
    if (element.items) {
      for (const { dataSet } of element.items) if (dataSet) blankElements(bytes, dataSet, value);
    } else if (value !== undefined) {
      bytes.fill(value, element.dataOffset, element.dataOffset + element.length);
    }
  }
}

/**
 * A copy of a DICOM file whose identifying values are blank. Each value keeps its length, so nothing else moves.
 *
 * @throws for a file that cannot be read to its end: it must not leave as it is
 */
export function deidentify(file: Uint8Array): Uint8Array<ArrayBuffer> {
  const data = parseDataSet(file);
  if (data.warnings.length > 0) throw new Error(data.warnings.join('; '));
  const copy = new Uint8Array(file);
  blankElements(copy, data);
  // The preamble can hold a TIFF header with its own description.
  if (String.fromCharCode(...copy.subarray(128, 132)) === 'DICM') copy.fill(0, 0, 128);
  return copy;
}
