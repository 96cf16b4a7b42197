/** Why a conversion was refused. The job row keeps the code; the doctor reads the sentence. */
export type ImagingErrorCode =
  | 'ZIP_NOT_A_ZIP'
  | 'ZIP_TRUNCATED'
  | 'ZIP_CORRUPT'
  | 'ZIP_EMPTY'
  | 'ZIP_ENCRYPTED'
  | 'ZIP_TOO_MANY_ENTRIES'
  | 'ZIP_TOO_LARGE'
  | 'ZIP_BOMB'
  | 'ZIP_UNSAFE_PATH'
  | 'ZIP_ABSOLUTE_PATH'
  | 'ZIP_SYMLINK'
  | 'ZIP_DUPLICATE_NAMES'
  | 'ZIP_NESTED'
  | 'ZIP_METHOD'
  | 'ZIP_SPLIT'
  | 'ZIP_OTHER_FORMAT'
  | 'MULTIPART'
  | 'FILES_COMPRESSED'
  | 'NO_IMAGES'
  | 'NOT_DICOM'
  | 'DICOM_DAMAGED'
  | 'DICOM_WITHOUT_IMAGES'
  | 'POSITION_MISSING'
  | 'POSITION_CONSTANT'
  | 'ORIENTATION_MISSING'
  | 'SPACING_MISSING'
  | 'MULTIFRAME_GEOMETRY'
  | 'MODALITY_MISSING'
  | 'SEVERAL_PATIENTS'
  | 'SLICES_AMBIGUOUS'
  | 'SLICES_DO_NOT_FIT'
  | 'NOT_HOUNSFIELD'
  | 'PRIVATE_SYNTAX'
  | 'NOT_CT'
  | 'SERIES_NOT_FOUND'
  | 'TOO_FEW_SLICES'
  | 'UNSUPPORTED_COMPRESSION'
  | 'UNSUPPORTED_PIXELS'
  | 'CORRUPT_PIXELS'
  | 'VOLUME_TOO_LARGE'
  | 'MESH_TOO_LARGE'
  | 'OUT_OF_MEMORY'
  | 'EMPTY_RESULT'
  | 'INVALID_REQUEST'
  | 'SEGMENTATION_UNAVAILABLE'
  | 'SEGMENTATION_LICENSE'
  | 'SEGMENTATION_TASK'
  | 'SEGMENTATION_WEIGHTS'
  | 'SEGMENTATION_TIMEOUT'
  | 'SEGMENTATION_FAILED'
  | 'INTERNAL';

/**
 * A failure that has a sentence for the doctor. `message` is Spanish and never holds file names or patient data.
 * Bad input is not retryable: the same ZIP would fail again.
 */
export class ImagingError extends Error {
  readonly code: ImagingErrorCode;
  readonly retryable: boolean;

  constructor(code: ImagingErrorCode, message: string, options: { retryable?: boolean; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.name = 'ImagingError';
    this.code = code;
    this.retryable = options.retryable ?? false;
  }
}

/** What a doctor reads when something failed that is not the input's fault. Its details go to the log of the process. */
export function unexpectedError(cause: unknown): ImagingError {
  return new ImagingError('INTERNAL', 'La conversión falló por un error inesperado. Se volverá a intentar.', {
    retryable: true,
    cause,
  });
}
