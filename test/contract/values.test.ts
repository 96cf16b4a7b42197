import { contract, routesOf, scalars } from '@som3d/contract';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { describeApi } from '../support/server.ts';

/** Fields of a zod object, or of nothing. */
function fieldsOf(schema: unknown): string[] {
  return Object.keys((schema as { shape?: Record<string, unknown> } | undefined)?.shape ?? {});
}

describe('an instant', () => {
  test.each([
    ['2026-01-05', '2026-01-05T00:00:00Z'],
    ['2026-01-09T10:00', '2026-01-09T10:00:00Z'],
    ['2026-01-06 10:00:00', '2026-01-06T10:00:00Z'],
    ['2026-01-06t10:00:00z', '2026-01-06T10:00:00Z'],
    ['2026-01-08T10:00:00.123456789Z', '2026-01-08T10:00:00.123456789Z'],
    ['2026-01-08T10:00-0500', '2026-01-08T10:00:00-05:00'],
    ['2026-01-08 10:00:30+05:00', '2026-01-08T10:00:30+05:00'],
  ])('is taken as %s', (given, stored) => {
    expect(scalars.instant.required.parse(given)).toBe(stored);
  });

  test.each(['', 'ayer', '2026-13-01', '2026-01-05T', '2026-01-05T25:00', '1776-07-04', '2026-02-30T10:00Z'])(
    'is not taken as "%s"',
    (given) => {
      expect(scalars.instant.required.safeParse(given).success).toBe(false);
    },
  );
});

test('a telephone keeps its plus, a day its day, a city its letters', () => {
  expect(scalars.telefono.required.parse('(+57) 300 123 4567')).toBe('+573001234567');
  expect(scalars.telefono.required.parse(3_001_234_567)).toBe('3001234567');
  expect(scalars.fechaNacimiento.optional.parse('1990-02-03T00:00:00.000Z')).toBe('1990-02-03');
  expect(scalars.fechaNacimiento.optional.safeParse('1990-02-03T10:00:00Z').success).toBe(false);
  expect(scalars.ciudad.required.parse('Bogotá, D.C. (Chapinero)')).toBe('Bogotá D.C. Chapinero');
  expect(scalars.docTipo.required.parse('C.C.')).toBe('CC');
});

test('blank is nothing at creation, clears in a change, and is refused where something must be', () => {
  expect(scalars.telefono.optional.parse(' ')).toBeUndefined();
  expect(scalars.telefono.clearable.parse(' ')).toBeNull();
  expect(scalars.telefono.clearable.parse(undefined)).toBeUndefined();
  expect(scalars.personName.patch.safeParse(' ').success).toBe(false);
  expect(scalars.instant.clearable.parse('')).toBeNull();
});

/** Fields of the bodies and queries of all routes, with what the OpenAPI document says of each. */
function inputs(): { name: string; schema: z.ZodType; document: string }[] {
  return routesOf(contract).flatMap(({ name, route }) =>
    ['body', 'query'].flatMap((part) => {
      const { shape } = ((route as Record<string, unknown>)[part] ?? {}) as { shape?: Record<string, z.ZodType> };
      return Object.entries(shape ?? {}).map(([field, schema]) => ({
        name: `${name} ${part}.${field}`,
        schema,
        document: JSON.stringify(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })),
      }));
    }),
  );
}

test('a flag and a number are taken as text, and a flag as a number, on every route', () => {
  const refused: string[] = [];
  let seen = 0;
  for (const { name, schema, document } of inputs()) {
    const [, type = ''] = /"type":"(\w+)"/.exec(document) ?? [];
    const texts = { boolean: ['true', 'on', '0', 1, 0], integer: ['60'], number: ['0.5', ' 0.25 '] };
    for (const value of texts[type as keyof typeof texts] ?? []) {
      seen += 1;
      if (!schema.safeParse(value).success) refused.push(`${name}: ${JSON.stringify(value)}`);
    }
  }
  expect(refused).toEqual([]);
  expect(seen).toBeGreaterThan(50);
});

test('a filter by a state takes todos for all of them', () => {
  const states = inputs().filter(({ name }) => name.endsWith('query.estado'));
  expect(states.length).toBeGreaterThan(5);
  for (const { name, schema } of states) {
    expect([name, schema.parse('todos')]).toEqual([name, undefined]);
    expect([name, schema.safeParse('otro').success]).toEqual([name, false]);
  }
});

describeApi('empty values of a query', (api) => {
  test('count as absent on every route', async () => {
    const admin = await api().admin();
    const doctor = await api().doctor();
    const refused: string[] = [];
    for (const { name, route } of routesOf(contract)) {
      const query = fieldsOf('query' in route ? route.query : undefined);
      if (route.method !== 'GET' || query.length === 0 || route.path.endsWith('/events')) continue;
      const path = `${route.path.replace(/:[a-z_]+/g, '1')}?${query.map((field) => `${field}=`).join('&')}`;
      const bare = route.path.replace(/:[a-z_]+/g, '1');
      for (const { token } of [admin, doctor]) {
        const headers = { authorization: `Bearer ${token}` };
        const blank = await fetch(`${api().url}${path}`, { headers });
        const absent = await fetch(`${api().url}${bare}`, { headers });
        await Promise.all([blank.arrayBuffer(), absent.arrayBuffer()]);
        if (blank.status !== absent.status) refused.push(`${name}: ${absent.status} is ${blank.status} with blanks`);
      }
    }
    expect(refused).toEqual([]);
  });
});
