/** A finding of a linter that stands, and why. The check fails when one is found no more, so none outlives its reason. */
export interface Exception {
  readonly linter: 'redocly' | 'spectral';
  readonly rule: string;
  /** JSON pointers, without `#`, of what each linter finds. */
  readonly at: readonly string[];
  readonly why: string;
}

export const EXCEPTIONS: readonly Exception[] = [
  {
    linter: 'redocly',
    rule: 'operation-4xx-response',
    at: [
      '/paths/~1health/get/responses',
      '/paths/~1health~1live/get/responses',
      '/paths/~1auth~1csrf/get/responses',
      '/paths/~1auth~1terms/get/responses',
      '/paths/~1auth~1logout/post/responses',
    ],
    why: 'They take no input and need no session: there is nothing that a caller could do wrong. A status that never comes would be a lie.',
  },
  {
    linter: 'redocly',
    rule: 'no-path-trailing-slash',
    at: ['/paths/~1mensajes~1'],
    why: 'The predecessor has this path, and the frontends call it.',
  },
  {
    linter: 'spectral',
    rule: 'path-keys-no-trailing-slash',
    at: ['/paths/~1mensajes~1'],
    why: 'The same path.',
  },
];
