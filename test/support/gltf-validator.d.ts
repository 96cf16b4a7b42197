declare module 'gltf-validator' {
  /** What the Khronos validator has to say about a file. */
  interface Report {
    issues: {
      numErrors: number;
      numWarnings: number;
      messages: { code: string; severity: number; message: string; pointer?: string }[];
    };
    info: { totalTriangleCount: number; extensionsRequired?: string[] };
  }
  export function validateBytes(bytes: Uint8Array): Promise<Report>;
}
