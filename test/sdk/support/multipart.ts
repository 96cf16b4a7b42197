/** The parts of a multipart body, read by the platform's own parser. */
export function parseForm(contentType: string | undefined, body: Buffer): Promise<FormData> {
  return new Response(new Uint8Array(body), { headers: { 'content-type': contentType ?? '' } }).formData();
}
