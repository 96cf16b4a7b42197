/** Whether this runtime reports sent bytes by XMLHttpRequest. fetch does not report them in any browser. */
export function hasXhr(): boolean {
  return typeof XMLHttpRequest !== 'undefined';
}

const BODILESS = new Set([204, 205, 304]);

function headersOf(xhr: XMLHttpRequest): Headers {
  const headers = new Headers();
  for (const line of xhr.getAllResponseHeaders().trim().split(/\r?\n/)) {
    const colon = line.indexOf(':');
    if (colon > 0) headers.append(line.slice(0, colon), line.slice(colon + 1).trim());
  }
  return headers;
}

/**
 * `fetch` for one request with a body, by XMLHttpRequest. The answer is read whole, as text.
 *
 * @param onSent called with the bytes of the body that were sent so far
 */
export function xhrFetch(onSent: (bytes: number) => void): typeof fetch {
  return (url, { method = 'GET', headers = {}, body, signal, credentials } = {}) =>
    new Promise((resolve, reject) => {
      const xhr = new XMLHttpRequest();
      const stop = (): void => xhr.abort();
      xhr.open(method, url instanceof Request ? url.url : url);
      xhr.withCredentials = credentials === 'include';
      for (const [name, value] of Object.entries(headers as Record<string, string>)) xhr.setRequestHeader(name, value);
      xhr.upload.addEventListener('progress', ({ loaded }) => onSent(loaded));
      xhr.addEventListener('load', () => {
        const { status, statusText, responseText } = xhr;
        resolve(
          new Response(BODILESS.has(status) ? null : responseText, { status, statusText, headers: headersOf(xhr) }),
        );
      });
      xhr.addEventListener('error', () => reject(new TypeError('The request failed')));
      xhr.addEventListener('abort', () => reject(signal?.reason as Error));
      xhr.addEventListener('loadend', () => signal?.removeEventListener('abort', stop));
      if (signal?.aborted) return reject(signal.reason as Error);
      signal?.addEventListener('abort', stop, { once: true });
      xhr.send(body as XMLHttpRequestBodyInit);
    });
}
