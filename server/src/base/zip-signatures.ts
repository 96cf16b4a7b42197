/** The first four bytes of a ZIP's records, little-endian (APPNOTE.TXT 4.3 and 8.5). */
export const ZIP_SIGNATURES = {
  localFile: 0x04034b50,
  directoryEntry: 0x02014b50,
  /** End of central directory; the first record of an archive without files. */
  end: 0x06054b50,
  /** Marker of an archive that was to be split and fitted into one part. */
  spanning: 0x08074b50,
} as const;
