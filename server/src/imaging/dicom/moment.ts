import { createHash } from 'node:crypto';
import type { DataSet } from './elements.ts';
import { integer, number, text } from './values.ts';

/** What a slice says of when it was taken; each null where it says nothing. */
export interface Moment {
  /** Temporal position, counted. */
  position: number | null;
  /** Of the heartbeat or the breath, percent. */
  cardiacPhase: number | null;
  respiratoryPhase: number | null;
  /** After the trigger or the first temporal position, ms. */
  trigger: number | null;
  /** Number of the acquisition. */
  acquisition: number | null;
  /** When it was acquired and when the image was made, s since 1970 by the scanner's clock. */
  acquired: number | null;
  created: number | null;
}

/** Reads a moment from the first of `sources` that has each attribute. */
export function readMoment(sources: readonly DataSet[]): Moment {
  const first = <T>(tags: readonly number[], read: (source: DataSet, tag: number) => T | null): T | null => {
    for (const tag of tags)
      for (const source of sources) {
        const value = source.elements.has(tag) ? read(source, tag) : null;
        if (value !== null) return value;
      }
    return null;
  };
  const time = (dateTimes: readonly number[], date: number, timeOfDay: number): number | null => {
    const whole = first(dateTimes, (source, tag) => secondsOf(text(source, tag)));
    if (whole !== null) return whole;
    const clock = first([timeOfDay], (source, tag) => text(source, tag) || null);
    if (clock === null) return null;
    return secondsOf(`${first([date], (source, tag) => dateOf(text(source, tag))) ?? '19700101'}${clock}`);
  };
  return {
    position: first([0x00209128, 0x00200100], integer),
    cardiacPhase: first([0x00209241], number),
    respiratoryPhase: first([0x00209245], number),
    trigger: first([0x00209153, 0x00181060, 0x00209252], number) ?? milliseconds(first([0x0020930d], number)),
    acquisition: first([0x00209156, 0x00200012], integer),
    acquired: time([0x00189074, 0x0008002a, 0x00189151], 0x00080022, 0x00080032),
    created: time([], 0x00080023, 0x00080033),
  };
}

function milliseconds(seconds: number | null): number | null {
  return seconds === null ? null : 1000 * seconds;
}

/** YYYYMMDD, also from the form with points or dashes that old files have; null where it is no date. */
export function dateOf(value: string): string | null {
  const digits = value.replaceAll(/[.-]/g, '').slice(0, 8);
  return /^[12]\d{3}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])$/.test(digits) ? digits : null;
}

/** Seconds of a date and time (`DT`, or `DA` followed by `TM`); the zone is left out, all are of one scanner. */
function secondsOf(value: string): number | null {
  const date = dateOf(value);
  const clock = /^(\d{2}):?(\d{2})?:?(\d{2}(?:[.,]\d{1,6})?)?/.exec(value.slice(8));
  if (date === null || clock === null) return null;
  const day = Date.UTC(Number(date.slice(0, 4)), Number(date.slice(4, 6)) - 1, Number(date.slice(6)));
  const [, hours = '0', minutes = '0', seconds = '0'] = clock;
  return day / 1000 + Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds.replace(',', '.'));
}

/** Who a slice is of, only to be compared: hashes, empty where the file says nothing. They never leave the process. */
export interface PatientKey {
  id: string;
  name: string;
  birth: string;
}

export function readPatient(dataSet: DataSet): PatientKey {
  return {
    id: hashed(text(dataSet, 0x00100020)),
    name: hashed(text(dataSet, 0x00100010)),
    birth: hashed(text(dataSet, 0x00100030)),
  };
}

/** Consoles write one name in several ways: case, accents and separators do not count. */
function hashed(value: string): string {
  const plain = value
    .normalize('NFKD')
    .replaceAll(/[^\p{L}\p{N}]/gu, '')
    .toUpperCase();
  return plain === '' ? '' : createHash('sha256').update(plain).digest('base64url');
}
