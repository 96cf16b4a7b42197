/** How the client reads a successful body. */
export type AnswerKind = 'none' | 'json' | 'text' | 'binary';

/** A route as the client needs it to send a request. */
export interface Route {
  readonly method: string;
  /** e.g. `/patients/:id` */
  readonly path: string;
  /** Whether the access token goes with it. */
  readonly auth?: boolean;
  /** Content type of the body; JSON by default. */
  readonly type?: string;
  /** The successful statuses. */
  readonly answers: Readonly<Record<number, AnswerKind>>;
}

/** Routes by domain and name. */
export type RouteTable = Readonly<Record<string, Readonly<Record<string, Route>>>>;
