/** What may stand in a span: never a patient's data, a value of a statement, a token. */
export type Attributes = Readonly<Record<string, string | number | boolean>>;

export type SpanKind = 'internal' | 'server' | 'client' | 'producer' | 'consumer';

export interface SpanOptions {
  readonly kind?: SpanKind;
  readonly attributes?: Attributes;
  /** W3C `traceparent` of what this continues, in place of the span at hand. */
  readonly parent?: string | null | undefined;
}

/** One timed step of a trace. */
export interface Span {
  /** For logs; undefined where nothing is traced. */
  readonly traceId: string | undefined;
  /** W3C `traceparent`, by which another process continues the trace. */
  readonly traceparent: string | undefined;
  set(attributes: Attributes): void;
  rename(name: string): void;
  /** @param failed what went wrong, in a word or two that are the service's own */
  end(failed?: string): void;
}

export interface Tracing {
  readonly enabled: boolean;
  /** Begins a span; the caller ends it. */
  begin(name: string, options?: SpanOptions): Span;
  /** Runs `work` so that spans begun in it belong to this one. */
  within<T>(span: Span, work: () => T): T;
  /** Runs `work` in a span of its own; without a span at hand, unless a parent is named, there is none. */
  step<T>(name: string, options: SpanOptions, work: () => Promise<T>): Promise<T>;
  /** The span at hand. */
  current(): Pick<Span, 'traceId' | 'traceparent'> | undefined;
  /** Sends what is left, for a short while at most. */
  close(): Promise<void>;
}

const NOTHING: Span = {
  traceId: undefined,
  traceparent: undefined,
  set: () => undefined,
  rename: () => undefined,
  end: () => undefined,
};

/** Without a collector: nothing is made, nothing is kept. */
export const NO_TRACING: Tracing = {
  enabled: false,
  begin: () => NOTHING,
  within: (_span, work) => work(),
  step: async (_name, _options, work) => await work(),
  current: () => undefined,
  close: async () => undefined,
};

/** What a span tells of an error: its kind alone, since a message may carry anything. */
export function kindOfError(error: unknown): string {
  const { kind, code, name } = error as { kind?: unknown; code?: unknown; name?: unknown };
  const word = [kind, code, name].find((each) => typeof each === 'string');
  return word ?? 'error';
}
