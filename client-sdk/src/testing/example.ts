/** A successful answer: a JSON body, or a text with its media type, or a file of that media type. */
export interface Example {
  readonly status: number;
  readonly body?: unknown;
  readonly type?: string;
  readonly text?: string;
}

/** Examples by domain and route. */
export type ExampleTable = Readonly<Record<string, Readonly<Record<string, Example>>>>;

/** An error of the service, without the id of its request. */
export interface ExampleProblem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
}

/** Errors by status. */
export type ProblemTable = Readonly<Record<number, ExampleProblem>>;
