import { readFileSync } from 'node:fs';
import path from 'node:path';
import { contract, routesOf } from '@som3d/contract';
import { describe, expect, test } from 'vitest';

/** The product's list of endpoints: method, path, and who may call it. */
const promised = readFileSync(path.join(import.meta.dirname, 'endpoints.tsv'), 'utf8')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'))
  .map((line) => {
    const [method = '', url = '', access = ''] = line.split('\t');
    return { method, path: url, access };
  });

const offered = routesOf(contract).map(({ name, route }) => ({
  name,
  method: route.method as string,
  path: route.path.replace(/:(\w+)/g, '{$1}'),
  access: route.metadata.access as string,
}));
// A parameter may have any name: /patients/{id} and /patients/{id_paciente} are one path.
function keyOf(route: { method: string; path: string }): string {
  return `${route.method} ${route.path.replace(/\{\w+\}/g, '{}').replace(/(.)\/$/, '$1')}`;
}

describe('the contract', () => {
  test('offers every endpoint of the list, with its access', () => {
    const byKey = new Map(offered.map((route) => [keyOf(route), route]));
    expect(promised.length).toBeGreaterThan(100);
    expect(promised.map((row) => [keyOf(row), byKey.get(keyOf(row))?.access])).toEqual(
      promised.map((row) => [keyOf(row), row.access]),
    );
  });

  test('says each path and method once', () => {
    const keys = offered.map(keyOf);
    expect(keys.filter((key, at) => keys.indexOf(key) !== at)).toEqual([]);
  });

  test('lets no literal path be taken by a parameter that was declared before it', () => {
    const shadowed = offered.flatMap((route, at) =>
      offered
        .slice(0, at)
        .filter((before) => before.method === route.method && before.path !== route.path)
        .filter((before) =>
          new RegExp(`^${before.path.replace(/\{\w+\}/g, '[^/]+')}$`).test(route.path.replace(/[{}]/g, '')),
        )
        .map((before) => `${before.path} takes ${route.path}`),
    );
    expect(shadowed).toEqual([]);
  });
});
