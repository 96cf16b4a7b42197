/**
 * Rows before paging, from `X-Total-Count`.
 *
 * @returns `undefined` when the answer has no such header
 */
export function totalCount(answer: { readonly headers: Headers }): number | undefined {
  const value = answer.headers.get('x-total-count');
  return value !== null && /^\d+$/.test(value) ? Number(value) : undefined;
}

type ListArgs = { query?: { limit?: number | undefined; offset?: number | undefined } | undefined };
/** The rows of a list; those of jobs stand under `jobs`. */
type Rows<Row> = Row[] | { jobs: Row[] };
type List<Args extends ListArgs | undefined, Row> = (args: Args) => Promise<{ body: Rows<Row>; headers: Headers }>;

/**
 * Yields every row of a list; it reads the next page when the loop needs it:
 * `for await (const patient of paginate(client.patients.list, { query: { estado: 'ACTIVO' } })) …`
 *
 * A row that is added or removed meanwhile can shift the pages: then a row can appear twice or be missing.
 *
 * @param list a route of the client that takes `limit` and `offset`
 * @param args its arguments; `query.offset` is the start
 * @param options pageSize: rows of one request, 1 to 500 (100)
 */
export async function* paginate<Args extends ListArgs | undefined, Row>(
  list: List<Args, Row>,
  args?: NoInfer<Args>,
  options: { readonly pageSize?: number } = {},
): AsyncGenerator<Row, void, undefined> {
  const limit = options.pageSize ?? 100;
  for (let offset = args?.query?.offset ?? 0; ;) {
    const page = await list({ ...args, query: { ...args?.query, limit, offset } } as Args);
    const rows = Array.isArray(page.body) ? page.body : page.body.jobs;
    yield* rows;
    offset += rows.length;
    const total = totalCount(page);
    // A page of large rows can end before its limit: the total decides.
    if (rows.length === 0 || (total === undefined ? rows.length < limit : offset >= total)) return;
  }
}
