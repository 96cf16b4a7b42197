import { contract, routesOf, type NamedRoute } from '@som3d/contract';
import * as fc from 'fast-check';
import { z } from 'zod';
import { anyText, anyValue, inputOf, key, mutated, type RefKind } from './values.ts';

/** Who sends a request. `forged` has a token that the service did not sign. */
export const CALLERS = ['nobody', 'forged', 'alfa', 'beta', 'admin'] as const;
export type Caller = (typeof CALLERS)[number];
export type Encoding = 'json' | 'form' | 'multipart' | 'text' | 'broken';

/** A request before its references are resolved: the same for the same seed, whatever the database holds. */
export interface Planned {
  readonly caller: Caller;
  readonly route: NamedRoute;
  readonly path: Readonly<Record<string, unknown>>;
  readonly query: unknown;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
  readonly encoding: Encoding;
  readonly file: 'scan' | 'empty' | 'text' | 'none';
}

/** Kinds of the keys in paths, by what stands before them. */
const PATH_KEYS: ReadonlyArray<readonly [RegExp, RefKind]> = [
  [/^\/patients\//, 'patient'],
  [/^\/studies\//, 'study'],
  [/^\/visor\/states\//, 'state'],
  [/^\/som3d\/jobstl\//, 'result'],
  [/^\/som3d\/jobs\//, 'job'],
  [/^\/mensajes\//, 'message'],
  [/^\/auth\/sessions\//, 'session'],
  [/^\/admin\/users\//, 'user'],
  [/^\/admin\/doctors\//, 'doctor'],
  [/^\/admin\/epayco\/checkouts\//, 'checkout'],
  [/^\/admin\/epayco\/events\//, 'event'],
  [/^\/subscriptions\//, 'subscription'],
  [/^\/plans\//, 'plan'],
  [/^\/hospitals\/|^\/admin\/hospitals\//, 'hospital'],
];

/** What the key of a path belongs to: `/patients/:id` has a patient's. */
export function keyOfPath({ route }: NamedRoute, parameter: string): RefKind | undefined {
  if (parameter === 'note_id') return 'note';
  if (parameter === 'codigo') return 'code';
  return parameter === 'id' ? PATH_KEYS.find(([prefix]) => prefix.test(route.path))?.[1] : undefined;
}

/** A URL drops these from its path. */
const pathText = anyText.filter((text) => !['', '.', '..'].includes(text));
const FILE_NAMES = ['hueso.stl', 'manifest.json', '...', '%2e%2e%2fx', 'a b.png'];

function pathOf(named: NamedRoute): fc.Arbitrary<Record<string, unknown>> {
  const names = [...named.route.path.matchAll(/:(\w+)/g)].map(([, name = '']) => name);
  const fields = names.map((name) => {
    const kind = keyOfPath(named, name);
    const good = kind ? key(kind) : fc.constantFrom(...FILE_NAMES);
    const choices = fc.oneof({ arbitrary: good, weight: 9 }, { arbitrary: pathText, weight: 1 });
    return [name, choices] as const;
  });
  return fc.record(Object.fromEntries(fields)) as fc.Arbitrary<Record<string, unknown>>;
}

/** Mostly what the schema takes, sometimes a mutation of it, sometimes nothing. */
function around(schema: z.ZodType | undefined): fc.Arbitrary<unknown> {
  if (!schema) return fc.constant(undefined);
  const input = inputOf(schema);
  return fc.oneof(
    { arbitrary: input, weight: 6 },
    { arbitrary: input.chain(mutated), weight: 3 },
    { arbitrary: anyValue, weight: 1 },
  );
}

function bodyOf({ route }: NamedRoute): fc.Arbitrary<unknown> {
  const declared = route.metadata.form ?? ('body' in route ? route.body : undefined);
  if (declared instanceof z.ZodType) return around(declared);
  return fc.oneof({ arbitrary: fc.constant(undefined), weight: 3 }, { arbitrary: anyValue, weight: 1 });
}

function encodingOf({ route }: NamedRoute): fc.Arbitrary<Encoding> {
  const usual: Encoding = route.metadata.form ? 'multipart' : 'json';
  const others = fc.constantFrom<Encoding>('json', 'form', 'multipart', 'text', 'broken');
  return fc.oneof(
    { arbitrary: fc.constant(usual), weight: 9 },
    { arbitrary: others, weight: route.metadata.rawFields ? 9 : 1 },
  );
}

const HEADER_VALUES = ['', 'a', 'bytes=0-', 'bytes=-1', 'bytes=9-1', 'W/"x"', '*', 'x'.repeat(300), 'ñ', '1'];

function headersOf({ route }: NamedRoute): fc.Arbitrary<Record<string, string>> {
  const names = [
    ...Object.keys((route.headers ?? {}) as object),
    'if-none-match',
    'range',
    'origin',
    'traceparent',
    'cookie',
  ];
  const pairs = fc.tuple(fc.constantFrom(...names), fc.constantFrom(...HEADER_VALUES));
  const source = fc.tuple(fc.nat(250), fc.nat(250)).map(([a, b]) => `203.0.${a}.${b}`);
  return fc
    .tuple(fc.array(pairs, { maxLength: 2 }), source)
    .map(([some, address]) => ({ ...Object.fromEntries(some), 'x-forwarded-for': address }));
}

function requestTo(route: NamedRoute): fc.Arbitrary<Planned> {
  const query = 'query' in route.route && route.route.query instanceof z.ZodType ? route.route.query : undefined;
  return fc.record({
    caller: fc.constantFrom<Caller>(...CALLERS, 'alfa', 'alfa', 'beta', 'admin', 'admin'),
    route: fc.constant(route),
    path: pathOf(route),
    query: fc.oneof({ arbitrary: around(query), weight: 9 }, { arbitrary: anyValue, weight: 1 }),
    headers: headersOf(route),
    body: bodyOf(route),
    encoding: encodingOf(route),
    file: fc.constantFrom('scan' as const, 'empty' as const, 'text' as const, 'none' as const),
  });
}

/**
 * Routes that hash a password, or that answer a refusal after a fixed time, take as long as fifty others: they get a
 * quarter of their requests.
 */
function weightOf({ route }: NamedRoute): number {
  const body = 'body' in route && route.body instanceof z.ZodObject ? Object.keys(route.body.shape) : [];
  const isSlow = route.path.startsWith('/auth/') && route.method === 'POST';
  return isSlow || body.some((name) => name.includes('password')) ? 1 : 4;
}

/** Requests to all routes of the contract, from callers of all roles. */
export const requests: fc.Arbitrary<Planned> = fc.oneof(
  ...routesOf(contract).map((route) => ({ arbitrary: requestTo(route), weight: weightOf(route) })),
);
