import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { databaseKinds } from '../support/database.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { ROOT } from './compose-file.ts';

interface Rules {
  readonly groups: readonly { readonly rules: readonly { readonly alert: string; readonly expr: string }[] }[];
}

const text = readFileSync(path.join(ROOT, 'docs/alerts.yml'), 'utf8');
const rules = (parse(text) as Rules).groups.flatMap(({ rules: inGroup }) => inGroup);
const TOKEN = 'token-of-the-tests-alone';

describe.runIf(databaseKinds().includes('mysql'))('docs/alerts.yml', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer('mysql', { SOM3D_METRICS_TOKEN: TOKEN });
  });
  afterAll(() => server.stop());

  test('asks for metrics that the service has', async () => {
    const answer = await fetch(`${server.url}/metrics`, {
      headers: { authorization: `Bearer ${TOKEN}` },
    });
    const known = new Set([...(await answer.text()).matchAll(/^# TYPE (\w+)/gm)].map(([, name]) => name));
    const asked = rules.flatMap(({ expr }) => [...expr.matchAll(/som3d_\w+/g)].map(([name]) => name));
    expect(asked.length).toBeGreaterThan(10);
    expect(asked.filter((name) => !known.has(name.replace(/_(bucket|count|sum)$/, '')))).toEqual([]);
  });

  test('is explained, alarm by alarm, in docs/operations.md', () => {
    const pages = readFileSync(path.join(ROOT, 'docs/operations.md'), 'utf8');
    const explained = [...pages.matchAll(/^\| `(Som3d\w+)`/gm)].map(([, name]) => name);
    expect(explained).toEqual(rules.map(({ alert }) => alert));
  });
});
