/** Attributes of a span. They never hold a patient's data, a value of a statement or a token. */
export type Attributes = Readonly<Record<string, string | number | boolean>>;

export type SpanKind = 'internal' | 'server' | 'client' | 'producer' | 'consumer';

export interface SpanOptions {
  readonly kind?: SpanKind;
  readonly attributes?: Attributes;
  /** W3C `traceparent` of the parent, in place of the present span. */
  readonly parent?: string | null | undefined;
}

/** One timed step of a trace. */
export interface Span {
  /** For logs; undefined without tracing. */
  readonly traceId: string | undefined;
  /** W3C `traceparent`, with which another process continues the trace. */
  readonly traceparent: string | undefined;
  set(attributes: Attributes): void;
  rename(name: string): void;
  /** @param failed the kind of failure, one or two words of the service's own */
  end(failed?: string): void;
}

export interface Tracing {
  readonly enabled: boolean;
  /** Starts a span; the caller ends it. */
  begin(name: string, options?: SpanOptions): Span;
  /** Runs `work`; spans that start in it belong to this span. */
  within<T>(span: Span, work: () => T): T;
  /** Runs `work` in its own span. Without a present span and without a named parent it makes no span. */
  step<T>(name: string, options: SpanOptions, work: () => Promise<T>): Promise<T>;
  /** The present span. */
  current(): Pick<Span, 'traceId' | 'traceparent'> | undefined;
  /** Sends the remaining spans, within a short time limit. */
  close(): Promise<void>;
}

const NOTHING: Span = {
  traceId: undefined,
  traceparent: undefined,
  set: () => undefined,
  rename: () => undefined,
  end: () => undefined,
};

/** For a process without a collector: it makes and keeps no spans. */
export const NO_TRACING: Tracing = {
  enabled: false,
  begin: () => NOTHING,
  within: (_span, work) => work(),
  step: async (_name, _options, work) => await work(),
  current: () => undefined,
  close: async () => undefined,
};

/** The kind of an error for a span. The message could carry anything, so it stays out. */
export function kindOfError(error: unknown): string {
  const { kind, code, name } = error as { kind?: unknown; code?: unknown; name?: unknown };
  const word = [kind, code, name].find((each) => typeof each === 'string');
  return word ?? 'error';
}
