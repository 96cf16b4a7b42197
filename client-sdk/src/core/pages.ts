/**
 * Rows before paging, from `X-Total-Count`.
 *
 * @returns `undefined` when the answer does not say, e.g. because no `limit` was asked for
 */
export function totalCount(answer: { readonly headers: Headers }): number | undefined {
  const value = answer.headers.get('x-total-count');
  return value !== null && /^\d+$/.test(value) ? Number(value) : undefined;
}

type ListArgs = { query?: { limit?: number | undefined; offset?: number | undefined } | undefined };
type List<Args extends ListArgs | undefined, Row> = (args: Args) => Promise<{ body: Row[]; headers: Headers }>;

/**
 * Every row of a list, page by page, as the loop asks for them:
 * `for await (const patient of paginate(client.patients.list, { query: { estado: 'ACTIVO' } })) …`
 *
 * A row that is added or removed meanwhile may shift the pages: a row can then come twice or be left out.
 *
 * @param list a route of the client that takes `limit` and `offset`
 * @param args its arguments; `query.offset` is where to begin
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
    yield* page.body;
    offset += page.body.length;
    const total = totalCount(page);
    // A page of large rows may end before its limit: the total tells.
    if (page.body.length === 0 || (total === undefined ? page.body.length < limit : offset >= total)) return;
  }
}
