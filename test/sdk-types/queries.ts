/** A React application's code on `@som3d/client/query`, compiled against the packed package. */
import { createClient, type Patient } from '@som3d/client';
import { createQueries, type ListPage, type Queries } from '@som3d/client/query';
import {
  skipToken,
  useInfiniteQuery,
  useMutation,
  useQueries,
  useQuery,
  useQueryClient,
  useSuspenseQuery,
} from '@tanstack/react-query';

type IsAny<T> = 0 extends 1 & T ? true : false;
type Equal<A, B> = [IsAny<A> | IsAny<B>, A, B] extends [false, B, A] ? true : false;
/** Takes `true` alone where both types are the same. */
declare function same<A, B>(equal: Equal<A, B>): void;

const q: Queries = createQueries(createClient({ baseUrl: '/api' }));

export function usePatients(id: number | undefined) {
  const cache = useQueryClient();
  const list = useQuery({ ...q.patients.list({ query: { estado: 'ACTIVO', limit: 20 } }), staleTime: 30_000 });
  same<NonNullable<typeof list.data>, ListPage<Patient>>(true);
  const names = useQuery({ ...q.patients.list(), select: ({ rows }) => rows.map(({ nombres }) => nombres) });
  same<NonNullable<typeof names.data>, string[]>(true);
  const one = useQuery(q.patients.get(id === undefined ? skipToken : { params: { id } }));
  same<NonNullable<typeof one.data>, Patient>(true);
  const shown = useSuspenseQuery(q.patients.get({ params: { id: 1 } }));
  same<typeof shown.data, Patient>(true);
  const job = useQuery({
    ...q.som3d.progress({ params: { id: 'a' } }),
    refetchInterval: ({ state }) => (state.data?.status === 'running' ? 1000 : false),
  });
  const notes = useInfiniteQuery(q.patients.listNotes.infinite({ params: { id: 1 }, query: { limit: 20 } }));
  const texts = notes.data?.pages.flatMap(({ rows }) => rows.map(({ texto }) => texto));
  same<NonNullable<typeof texts>, string[]>(true);
  const both = useQueries({ queries: [q.plans.list(), q.auth.me()] });
  same<NonNullable<(typeof both)[1]['data']>['correo'], string>(true);
  const create = useMutation({ ...q.patients.create, onSuccess: ({ id_paciente }) => id_paciente.toFixed() });
  same<typeof create.variables, Parameters<typeof create.mutate>[0] | undefined>(true);
  same<typeof create.error, Error | null>(true);
  const remove = useMutation(q.patients.remove);
  const logout = useMutation(q.auth.logout);

  const cached = cache.getQueryData(q.patients.get({ params: { id: 1 } }).queryKey);
  same<typeof cached, Patient | undefined>(true);
  return {
    texts: [...(texts ?? []), names.data?.[0], shown.data.nombres, job.data?.phase, both[0].data?.total, one.data],
    create: () => create.mutate({ body: { nombres: 'Luz', apellidos: 'Díaz' } }),
    remove: () => remove.mutateAsync({ params: { id: 1 } }),
    logout: () => logout.mutate(),
    forget: () => cache.invalidateQueries({ queryKey: q.patients.all }),
  };
}

export function useMistakes() {
  // @ts-expect-error a query that is none
  useQuery(q.patients.list({ query: { colour: 'red' } }));
  // @ts-expect-error a route without arguments
  useQuery(q.auth.me({ query: {} }));
  // @ts-expect-error the arguments are missing
  useQuery(q.patients.get());
  // @ts-expect-error a query has its own signal
  useQuery(q.patients.list({ signal: AbortSignal.timeout(1) }));
  // @ts-expect-error suspense cannot wait for nothing
  useSuspenseQuery(q.patients.get(skipToken));
  // @ts-expect-error no list
  useInfiniteQuery(q.patients.get.infinite({}));
  // @ts-expect-error a file has no query
  useQuery(q.som3d.resultBytes({ params: { id: 'a' } }));
  // @ts-expect-error a field of the body is missing
  useMutation(q.patients.create).mutate({ body: { nombres: 'Luz' } });
}
