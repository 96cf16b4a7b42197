import { contract, DOMAINS, PROBLEMS, routesOf } from '@som3d/contract';
import { buildOpenApi } from '@som3d/contract/openapi';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { describeApi } from '../support/server.ts';

type Json = { readonly [key: string]: unknown };

const document = buildOpenApi() as unknown as Json;
const routes = routesOf(contract);

/** Every object of the document with the way to it. */
function* walk(node: unknown, way: string[] = []): Generator<[way: string[], node: Json]> {
  if (typeof node !== 'object' || node === null) return;
  if (!Array.isArray(node)) yield [way, node as Json];
  for (const [key, child] of Object.entries(node)) yield* walk(child, [...way, key]);
}
const nodes = [...walk(document)];

interface Operation extends Json {
  readonly operationId: string;
  readonly description: string;
  readonly parameters?: {
    name: string;
    in: string;
    required: boolean;
    description: string;
    example: unknown;
    schema: Json;
  }[];
  readonly requestBody?: { content: Record<string, { examples: { ejemplo: { value: unknown } } }> };
}
const operations = Object.values(document['paths'] as Record<string, Record<string, Operation>>).flatMap((item) =>
  Object.values(item),
);

function operationOf(name: string): Operation {
  const found = operations.find(({ operationId }) => operationId === name.replace('.', '_'));
  if (!found) throw new Error(`${name} is not in the document`);
  return found;
}

/** The prefilled body of an operation. */
function bodyOf(name: string): unknown {
  const [content] = Object.values(operationOf(name).requestBody?.content ?? {});
  return content?.examples.ejemplo.value;
}

describe('the OpenAPI document', () => {
  test('has only patterns that every language reads', () => {
    const patterns = nodes.flatMap(([, { pattern }]) => (typeof pattern === 'string' ? [pattern] : []));
    expect(patterns.length).toBeGreaterThan(10);
    expect(patterns.filter((pattern) => /\\[pP]\{|\(\?</.test(pattern))).toEqual([]);
  });

  test('has no list of types but a type and null', () => {
    const mixed = nodes.flatMap(([way, { type }]) =>
      Array.isArray(type) && (type.length !== 2 || type[1] !== 'null') ? [way.join('/')] : [],
    );
    expect(mixed).toEqual([]);
  });

  test('names no operation like another with Raw, and each once', () => {
    const ids = operations.map(({ operationId }) => operationId);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.filter((id) => ids.includes(id.replace(/Raw$/, '')) && id.endsWith('Raw'))).toEqual([]);
  });

  test('describes every operation, tag, parameter and schema', () => {
    const { schemas } = document['components'] as { schemas: Record<string, Json> };
    const things: [string, unknown][] = [
      ...operations.map(({ operationId, description }) => [operationId, description] as [string, unknown]),
      ...Object.entries(DOMAINS).map(([name, domain]) => [name, domain.description] as [string, unknown]),
      ...Object.entries(schemas).map(([name, { description }]) => [name, description] as [string, unknown]),
      ...operations.flatMap(({ operationId, parameters = [] }) =>
        parameters.map(({ name, description }): [string, unknown] => [`${operationId} ${name}`, description]),
      ),
    ];
    const silent = things.filter(
      ([name, text]) => typeof text !== 'string' || text.length < 4 || name.endsWith(` ${text}`),
    );
    expect(silent.map(([name]) => name)).toEqual([]);
  });

  test('has an example of every body and parameter that its schema and the service take', () => {
    const ajv = new Ajv2020({ strict: false, validateFormats: false });
    ajv.addSchema({ ...document, $id: 'urn:som3d:openapi' });
    const refused: string[] = [];
    for (const { name, route } of routes) {
      const { parameters = [], requestBody } = operationOf(name);
      for (const { name: field, in: place, required, example, schema } of parameters) {
        // A reference would send the example of an optional header, e.g. one idempotency key with every upload.
        if (place === 'header' && !required) {
          if (example !== undefined || 'examples' in schema) refused.push(`${name} ${field} is sent unasked`);
          continue;
        }
        if (example === undefined || !ajv.validate(schema, example)) refused.push(`${name} ${field}`);
      }
      // Plain bytes have no example.
      if (!requestBody || route.metadata.bytes) continue;
      const schema = (route.metadata.form ?? ('body' in route ? route.body : undefined)) as z.ZodType;
      const result = schema.safeParse(bodyOf(name));
      if (!result.success) refused.push(`${name}: ${result.error.message}`);
    }
    expect(refused).toEqual([]);
  });

  test('has in every example of an answer what the contract allows', () => {
    const refused: string[] = [];
    let seen = 0;
    for (const { name, route } of routes) {
      const { responses } = operationOf(name) as unknown as {
        responses: Record<string, { content?: Record<string, Json> }>;
      };
      for (const [status, schema] of Object.entries(route.responses)) {
        if (!(schema instanceof z.ZodType)) continue;
        seen += 1;
        const result = schema.safeParse(responses[status]?.content?.['application/json']?.['example']);
        if (!result.success) refused.push(`${name} ${status}: ${result.error.message}`);
      }
    }
    expect(refused).toEqual([]);
    expect(seen).toBeGreaterThan(80);
  });

  test('closes the list of problems', () => {
    const { schemas } = document['components'] as { schemas: { Problem: { properties: { type: Json } } } };
    expect(schemas.Problem.properties.type['enum']).toEqual(Object.values(PROBLEMS).map(({ type }) => type));
  });

  test('says what is no JSON', () => {
    const mediaOf = (name: string, status: string) =>
      Object.keys(
        (operationOf(name) as unknown as { responses: Record<string, { content: Json }> }).responses[status]!.content,
      );
    expect(mediaOf('auth.resetForm', '400')).toEqual(['text/html']);
    expect(mediaOf('som3d.jobFile', '200')).toContain('model/stl');
    const binary = nodes.filter(([way, { format }]) => format === 'binary' && /text\//.test(way.join(' ')));
    expect(binary).toEqual([]);
    expect(Object.keys(document['webhooks'] as Json)).toEqual(['epayco_pagoConfirmado']);
  });
});

describeApi('the prefilled forms of the reference', (api) => {
  test('work as they stand: register, login, patient', async () => {
    const send = (path: string, body: unknown, token?: string) =>
      fetch(`${api().url}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) },
        body: JSON.stringify(body),
      });
    expect((await send('/auth/register', bodyOf('auth.register'))).status).toBe(201);
    const login = await send('/auth/login', bodyOf('auth.login'));
    expect(login.status).toBe(200);
    const { access_token: token } = (await login.json()) as { access_token: string };
    expect((await send('/patients', bodyOf('patients.create'), token)).status).toBe(201);
  });

  test('work as they stand: an upload needs its file alone', async () => {
    const { token } = await api().doctor();
    const form = new FormData();
    for (const [name, value] of Object.entries(bodyOf('som3d.create') as Record<string, string>)) {
      // An empty ZIP: its job ends at once.
      const zip = new File([Uint8Array.from([80, 75, 5, 6, ...Array.from({ length: 18 }, () => 0)])], value);
      form.append(name, name === 'file' ? zip : value);
    }
    const headers = { authorization: `Bearer ${token}` };
    const answer = await fetch(`${api().url}/som3d/jobs`, { method: 'POST', headers, body: form });
    expect(answer.status).toBe(201);
  });
});
