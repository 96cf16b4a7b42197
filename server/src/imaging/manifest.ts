/** What one conversion made, written to `manifest.json` beside the models. Holds nothing of the patient. */
export interface Manifest {
  version: 1;
  engine: string;
  meshes: MeshManifest[];
  /** All models in one 3MF file. */
  threemf: FileManifest;
  series: SeriesManifest;
  otherSeries: SeriesSummary[];
  skipped: SkippedFiles[];
  /** Spanish sentences: gaps, duplicates, tissues that were not found. */
  warnings: string[];
  parameters: {
    umbralMin: number | null;
    umbralMax: number | null;
    suavizado: number;
    reduccion: number;
    separarPartes: boolean;
    fragmentoMin: number | null;
    acomodar: boolean;
  };
  durationsMs: { reading: number; segmenting: number; meshing: number; packing: number; total: number };
  peakMemoryBytes: number;
}

/** A file beside the manifest. */
export interface FileManifest {
  filename: string;
  sizeBytes: number;
}

/** A model in all its forms. */
export interface ModelFiles {
  /** For printing, in the patient's coordinates. */
  stl: FileManifest;
  /** For whatever opens GLB: float32, no extension. */
  glb: FileManifest;
  /** Small, for viewers on the web that read EXT_meshopt_compression. */
  webGlb: FileManifest;
  /** A picture for lists. */
  png: FileManifest;
  /** Where asked for: the STL on the plate, z from 0 up, centred in x and y. */
  plateStl?: FileManifest;
}

/** One model; `filename` and `sizeBytes` are its STL's. Coordinates are DICOM patient coordinates (LPS) in mm. */
export interface MeshManifest {
  filename: string;
  /** Identifier of the tissue: `hueso`, `piel`, ... */
  tissue: string;
  /** Its Spanish name for people. */
  label: string;
  /** Thresholds in HU; null where a side is open or the engine has none. */
  thresholdHu: { min: number | null; max: number | null };
  triangles: number;
  vertices: number;
  volumeCm3: number;
  areaCm2: number;
  boundingBoxMm: { min: [number, number, number]; max: [number, number, number] };
  watertight: boolean;
  /** Edges with a face on one side only, after welding the float32 coordinates of the file. */
  openEdges: number;
  /** Edges with more than two faces, or with two faces that disagree on the side that is outside. */
  nonManifoldEdges: number;
  /** Vertices at which more than one fan of faces meets: parts that hang together by a point. */
  nonManifoldVertices: number;
  /** Closed surfaces that edges hold together (outer shells and cavities). */
  components: number;
  /** Which stages the surface went through; a stage is left out when its result could not be made watertight. */
  smoothed: boolean;
  reduced: boolean;
  /** Share of the triangles that was saved: less than was asked for where more moves the surface too far. */
  reduction: number;
  /**
   * Greatest distance between this surface and the one before it was reduced, both ways, mm; 0 where it was not.
   * Measured from all vertices of the one before, and from points on edges and in triangles of both that are no more
   * than 1 mm apart: a bump of 0.5 mm that is 2 mm across has one near its top.
   */
  distanceMm: number;
  sizeBytes: number;
  files: ModelFiles;
}

/** What tells a stack of slices apart from the others of a ZIP. */
export interface SeriesIdentity {
  /** What the field `serie` of another job says to convert this one. */
  serie: string;
  seriesInstanceUid: string;
  /** YYYY-MM-DD */
  studyDate: string | null;
  number: number | null;
  description: string;
  modality: string;
  /** One for each place. */
  slices: number;
}

export interface SeriesSummary extends SeriesIdentity {
  /** Between columns, between rows, and between neighbouring slices along the normal. */
  spacingMm: { x: number; y: number; slice: number | null };
  /** What it is, and so why it is not the one converted, in Spanish. */
  reason: string;
}

export interface SeriesManifest extends SeriesIdentity {
  columns: number;
  rows: number;
  /** Between columns, between rows, and between neighbouring slices along the normal. */
  spacingMm: { x: number; y: number; sliceMin: number; sliceMedian: number; sliceMax: number };
  sliceThicknessMm: number | null;
  /** Angle between the slices' normal and the line through their origins, in degrees: gantry tilt. */
  tiltDegrees: number;
  /** Places where slices are missing. */
  gaps: { afterSlice: number; lengthMm: number }[];
  duplicatesDropped: number;
}

export interface SkippedFiles {
  reason: string;
  files: number;
}
