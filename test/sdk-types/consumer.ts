/** A caller's code. Compiled against the packed packages: what must not compile says so. */
import {
  createClient,
  isApiError,
  jobEvents,
  paginate,
  totalCount,
  uploadJob,
  waitForJob,
  type ApiError,
  type BinaryBody,
  type Client,
  type Job,
  type JobProgress,
  type Patient,
  type RouteAnswer,
  type RouteArgs,
} from '@som3d/client';

type IsAny<T> = 0 extends 1 & T ? true : false;
/** Both ways assignable, and not because one of them is `any`. */
type Equal<A, B> = [IsAny<A> | IsAny<B>, A, B] extends [false, B, A] ? true : false;
type Expect<T extends true> = T;

export const client: Client = createClient({ baseUrl: 'http://127.0.0.1:8000', token: async () => 'token' });

// What a success answers, and nothing else.
const list = await client.patients.list();
export type Proof1 = Expect<Equal<typeof list.body, Patient[]>>;
export type Proof2 = Expect<Equal<typeof list.status, 200>>;
export type Proof3 = Expect<Equal<typeof list.headers, Headers>>;
const created = await client.som3d.create({ body: new FormData(), headers: { 'idempotency-key': 'k' } });
export type Proof4 = Expect<Equal<typeof created.status, 200 | 201>>;
export type Proof5 = Expect<Equal<typeof created.body, Job>>;
const removed = await client.patients.remove({ params: { id: 1 } });
export type Proof6 = Expect<Equal<typeof removed.status, 204>>;
export type Proof7 = Expect<Equal<typeof removed.body, undefined>>;
const result = await client.som3d.resultBytes({ params: { id: 'a' }, headers: { range: 'bytes=0-1' } });
export type Proof8 = Expect<Equal<typeof result.body, BinaryBody>>;
export type Proof9 = Expect<Equal<typeof result.status, 200 | 206>>;
const health = await client.health.check();
export type Proof10 = Expect<Equal<typeof health.status, 200>>;
export type Proof11 = Expect<Equal<RouteAnswer<Client['auth']['me']>['status'], 200>>;

// What a route takes.
export type Proof12 = Expect<Equal<RouteArgs<Client['patients']['get']>['params'], { id: number }>>;
await client.patients.list({ query: { estado: 'ACTIVO', q: undefined, limit: 10 }, timeoutMs: 5, retry: false });
await client.patients.update({ params: { id: 1 }, body: { ciudad: null }, signal: AbortSignal.timeout(9) });
await client.som3d.create({ body: new FormData() });
const patients: AsyncIterable<Patient> = paginate(client.patients.list, { query: { q: 'a' } });
for await (const { apellidos } of patients) apellidos.trim();
const total: number | undefined = totalCount(list);
const job: Job = await uploadJob(client, { file: new Blob([]), fields: { teeth: true, extra_tasks: ['a'] } });
await waitForJob(client, job.job_id, { onProgress: ({ percent }) => percent.toFixed(total) });
for await (const { id, progress } of jobEvents(client, job.job_id, {
  signal: AbortSignal.timeout(9),
  lastEventId: '',
})) {
  const seen: { id: string; progress: JobProgress } = { id, progress };
  if (seen.progress.percent === total) break;
}
const events = await client.som3d.events({ params: { id: 'a' }, headers: { 'last-event-id': 'b' } });
export type Proof13 = Expect<Equal<typeof events.status, 200 | 204>>;
if (events.status === 200) await (events.body satisfies BinaryBody).cancel();
try {
  await client.auth.me();
} catch (error) {
  const refused: ApiError | undefined = isApiError(error, 403) ? error : undefined;
  if (refused?.retryAfter === 3) throw error;
}

export async function mistakes(): Promise<void> {
  // @ts-expect-error no such domain
  await client.dentists.list();
  // @ts-expect-error no such route
  await client.patients.burn();
  // @ts-expect-error the parameters are missing
  await client.patients.get();
  // @ts-expect-error a parameter is missing
  await client.patients.get({ params: {} });
  // @ts-expect-error a parameter of another type
  await client.patients.get({ params: { id: 'one' } });
  // @ts-expect-error the body is missing
  await client.auth.login({});
  // @ts-expect-error a field of the body is missing
  await client.auth.login({ body: { correo: 'a@b.co' } });
  // @ts-expect-error a field of another type
  await client.patients.create({ body: { nombres: 1, apellidos: 'B' } });
  // @ts-expect-error null where it is refused
  await client.patients.update({ params: { id: 1 }, body: { nombres: null } });
  // @ts-expect-error a body where there is none
  await client.auth.me({ body: {} });
  // @ts-expect-error a value that is none of the choices
  await client.patients.list({ query: { estado: 'PERDIDO' } });
  // @ts-expect-error a query that is none
  await client.patients.list({ query: { colour: 'red' } });
  // @ts-expect-error a header of another type
  await client.som3d.create({ body: new FormData(), headers: { 'idempotency-key': 5 } });
  // @ts-expect-error a status that is thrown
  if ((await client.patients.list()).status === 404) return;
  // @ts-expect-error a field that no answer has
  String((await client.auth.me()).body.hash_password);
  // @ts-expect-error no list
  paginate(client.patients.get);
  // @ts-expect-error a field that no upload has
  await uploadJob(client, { file: new Blob([]), fields: { knees: true } });
  // @ts-expect-error no address
  createClient({ token: 'x' });
}
