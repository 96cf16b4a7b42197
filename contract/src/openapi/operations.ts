import type { AppRoute } from '@ts-rest/core';
import type { oas31 } from 'openapi3-ts';
import { z } from 'zod';
import { MAX_PAGE, PROBLEM_TYPE, ROLES_OF, statusesOf, type Access, type NamedRoute } from '../index.ts';
import { Examples } from './examples.ts';
import { problemName } from './problems.ts';
import { sdkSample } from './samples.ts';
import { isSchema, type Components } from './schemas.ts';
import { TITLES } from './titles.ts';

const WHO: Readonly<Record<Access, string>> = {
  public: 'No necesita sesión.',
  bearer: 'Para cualquier usuario con sesión.',
  medico: 'Para médicos.',
  'medico+admin': 'Para médicos y administradores.',
  admin: 'Para administradores.',
};

/** Fields of a path, a query (zod objects) or of headers (a plain record of schemas). */
function objectShape(type: unknown): Record<string, z.ZodType> {
  if (type instanceof z.ZodObject) return type.shape;
  return type && typeof type === 'object' ? (type as Record<string, z.ZodType>) : {};
}

function parameterOf(place: string, name: string, field: z.ZodType, components: Components) {
  const { description, ...schema } = components.schemaOf(field, 'input') as oas31.SchemaObject;
  const required = place === 'path' || !field.safeParse(undefined).success;
  const parameter = { name, in: place, required, description: description ?? name };
  // A reference sends what has an example: the same idempotency key with another file, or a range of a file.
  if (place === 'header' && !required) {
    const { examples: _left, ...plain } = schema;
    return { ...parameter, schema: plain } as oas31.ParameterObject;
  }
  return { ...parameter, schema, example: new Examples(components, 'input').of(schema) } as oas31.ParameterObject;
}

function parametersOf(route: AppRoute, components: Components): oas31.ParameterObject[] {
  return (
    [
      ['path', route.pathParams],
      ['query', 'query' in route ? route.query : undefined],
      ['header', route.headers],
    ] as const
  ).flatMap(([place, type]) =>
    Object.entries(objectShape(type)).map(([name, field]) => parameterOf(place, name, field, components)),
  );
}

const RAW_FIELD_TYPES = ['application/x-www-form-urlencoded', 'multipart/form-data', 'application/json'];

/** The media types of a form's files; the text fields of a form need none. */
function encodingOf({ route }: NamedRoute): oas31.MediaTypeObject {
  const { files = {} } = route.metadata;
  const encoding = Object.fromEntries(Object.entries(files).map(([name, contentType]) => [name, { contentType }]));
  return Object.keys(encoding).length > 0 ? { encoding } : {};
}

export function bodyOf(named: NamedRoute, components: Components): oas31.RequestBodyObject | undefined {
  const { route } = named;
  if (!('body' in route)) return undefined;
  const { bytes } = route.metadata;
  if (bytes) return { required: true, content: { [bytes]: { schema: { type: 'string', format: 'binary' } } } };
  const type = route.metadata.form ?? route.body;
  if (!isSchema(type)) return undefined;
  const contentType = ('contentType' in route && route.contentType) || 'application/json';
  const contentTypes = route.metadata.rawFields ? RAW_FIELD_TYPES : [contentType];
  const schema = components.schemaOf(type, 'input');
  const value = new Examples(components, 'input').of(schema);
  const content = { schema, examples: { ejemplo: { summary: 'Ejemplo', value } }, ...encodingOf(named) };
  return {
    // What has a default may be left out whole.
    required: !type.safeParse(undefined).success,
    content: Object.fromEntries(contentTypes.map((name) => [name, content])),
  };
}

const REQUEST_ID = { 'x-request-id': { $ref: '#/components/headers/RequestId' } };
const LIST_HEADERS = {
  'X-Total-Count': { $ref: '#/components/headers/TotalCount' },
  Link: { $ref: '#/components/headers/Link' },
};

/** Headers that answers have in common; each is named once in `components`. */
export const HEADERS: Readonly<Record<string, oas31.HeaderObject>> = {
  RequestId: { description: 'Identifica la solicitud en los registros', schema: { type: 'string' } },
  TotalCount: { description: 'Filas antes de paginar', schema: { type: 'integer' } },
  Link: { description: `Páginas vecinas (RFC 8288); ${MAX_PAGE} filas como máximo`, schema: { type: 'string' } },
  RetryAfter: { description: 'Segundos hasta que vale la pena intentarlo otra vez', schema: { type: 'integer' } },
  Authenticate: { description: 'Cómo se identifica quien llama: `Bearer`', schema: { type: 'string' } },
};

interface OtherResponse {
  readonly contentType: string;
  readonly body: unknown;
}

/** The content of an answer that is no JSON: text as text, a file as bytes in each of its media types. */
function otherContent({ route }: NamedRoute, { contentType, body }: OtherResponse, components: Components) {
  const { events, media = [contentType] } = route.metadata;
  if (events) {
    const schema = components.schemaOf(events.data, 'output');
    const data = JSON.stringify(new Examples(components, 'output').of(schema));
    const stream = { type: 'string', description: events.description, contentMediaType: contentType } as const;
    return {
      [contentType]: {
        schema: stream,
        example: `id: 1\nevent: ${events.name}\ndata: ${data}\n\n`,
        'x-events': {
          [events.name]: { description: events.description, contentMediaType: 'application/json', schema },
        },
      },
    };
  }
  if (isSchema(body)) {
    const example = new Examples(components, 'output').of(components.schemaOf(body, 'output'));
    return { [contentType]: { schema: { type: 'string' as const }, example } };
  }
  const schema: oas31.SchemaObject = { type: 'string', format: 'binary' };
  return Object.fromEntries(media.map((name) => [name, { schema }]));
}

function responseOf(
  named: NamedRoute,
  status: number,
  components: Components,
): oas31.ResponseObject | oas31.ReferenceObject {
  const declared = named.route.responses[status] as unknown;
  const description = TITLES[status] ?? String(status);
  if (isSchema(declared)) {
    const list = declared.type === 'array' ? LIST_HEADERS : {};
    const schema = components.schemaOf(declared, 'output');
    const example = new Examples(components, 'output').of(schema);
    return { description, headers: { ...REQUEST_ID, ...list }, content: { 'application/json': { schema, example } } };
  }
  if (typeof declared === 'symbol') return { description, headers: REQUEST_ID };
  const other = declared as OtherResponse | undefined;
  if (!other || other.contentType === PROBLEM_TYPE) return { $ref: `#/components/responses/${problemName(status)}` };
  return { description, headers: REQUEST_ID, content: otherContent(named, other, components) };
}

function securityOf({ route: { metadata } }: NamedRoute): oas31.SecurityRequirementObject[] {
  if (metadata.credentials) {
    return metadata.credentials.map((names) => Object.fromEntries(names.map((name) => [name, []])));
  }
  return ROLES_OF[metadata.access] ? [{ bearer: [] }] : [];
}

/** The description of a route, or its summary, and who may call it. */
function descriptionOf({ route }: NamedRoute): string {
  return `${route.description ?? `${route.summary}.`}\n\n${WHO[route.metadata.access]}`;
}

/** One operation of the document, from one route of the contract. */
export function operationOf(named: NamedRoute, components: Components): oas31.OperationObject {
  const { route } = named;
  const requestBody = bodyOf(named, components);
  const parameters = parametersOf(route, components);
  return {
    operationId: named.name.replace('.', '_'),
    tags: [named.domain],
    ...(route.summary ? { summary: route.summary } : {}),
    description: descriptionOf(named),
    'x-access': route.metadata.access,
    'x-codeSamples': [
      { lang: 'TypeScript', label: 'SDK (@som3d/client)', source: sdkSample(named, parameters, requestBody) },
    ],
    security: securityOf(named),
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(requestBody ? { requestBody } : {}),
    responses: Object.fromEntries(
      statusesOf(route).map((status) => [String(status), responseOf(named, status, components)]),
    ),
  };
}
