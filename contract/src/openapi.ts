import type { AppRoute } from '@ts-rest/core';
import type { oas31 } from 'openapi3-ts';
import { z } from 'zod';
import { contract, MAX_PAGE, PROBLEM_TYPE, Problem, ROLES_OF, routesOf, statusesOf, type NamedRoute } from './index.ts';

type Schema = oas31.SchemaObject | oas31.ReferenceObject;
type Direction = 'input' | 'output';

const TITLES: Record<number, string> = {
  200: 'Correcto',
  201: 'Creado',
  204: 'Sin contenido',
  206: 'Contenido parcial',
  304: 'No modificado',
  400: 'Solicitud malformada',
  401: 'Falta una sesión válida',
  402: 'Se requiere una suscripción activa',
  403: 'Sin permiso',
  404: 'No existe',
  409: 'Conflicto',
  413: 'Demasiado grande',
  415: 'Tipo de contenido no admitido',
  416: 'Rango no satisfacible',
  422: 'Datos no válidos',
  429: 'Demasiados intentos',
  500: 'Error interno',
  502: 'La pasarela no respondió',
  503: 'Servicio no disponible',
};

function isSchema(value: unknown): value is z.ZodType {
  return value instanceof z.ZodType;
}

/** Collects named schemas into `components.schemas`, one for each name and direction. */
class Components {
  readonly schemas: Record<string, oas31.SchemaObject> = {};

  schemaOf(type: z.ZodType, io: Direction): Schema {
    // A root schema with an id becomes a bare $ref. Inside an object its definition appears too.
    const wrapped = z.toJSONSchema(z.object({ it: type }), {
      io,
      unrepresentable: 'any',
      target: 'draft-2020-12',
      override: ({ jsonSchema }) => {
        if (io === 'output') delete jsonSchema.additionalProperties;
        // A pattern of JSON Schema is a JavaScript regular expression with the u flag.
        delete jsonSchema['~standard'];
      },
    }) as unknown as { properties: { it: Schema }; $defs?: Record<string, oas31.SchemaObject> };
    const renamed = JSON.parse(
      JSON.stringify(wrapped).replaceAll('"#/$defs/', '"#/components/schemas/'),
    ) as typeof wrapped;
    for (const [name, schema] of Object.entries(renamed.$defs ?? {})) {
      const { id: _id, ...rest } = schema as oas31.SchemaObject & { id?: string };
      this.schemas[name] ??= rest;
    }
    return renamed.properties.it;
  }
}

/** Fields of a path, a query (zod objects) or of headers (a plain record of schemas). */
function objectShape(type: unknown): Record<string, z.ZodType> {
  if (type instanceof z.ZodObject) return type.shape;
  return type && typeof type === 'object' ? (type as Record<string, z.ZodType>) : {};
}

function parametersOf(route: AppRoute, components: Components): oas31.ParameterObject[] {
  return (
    [
      ['path', route.pathParams],
      ['query', 'query' in route ? route.query : undefined],
      ['header', route.headers],
    ] as const
  ).flatMap(([place, type]) =>
    Object.entries(objectShape(type)).map(([name, field]) => {
      const { description, ...schema } = components.schemaOf(field, 'input') as oas31.SchemaObject;
      return {
        name,
        in: place,
        required: place === 'path' || !field.safeParse(undefined).success,
        ...(description ? { description } : {}),
        schema,
      };
    }),
  );
}

const RAW_FIELD_TYPES = ['application/x-www-form-urlencoded', 'multipart/form-data', 'application/json'];

function bodyOf({ route }: NamedRoute, components: Components): oas31.RequestBodyObject | undefined {
  if (!('body' in route)) return undefined;
  const type = route.metadata.form ?? route.body;
  if (!isSchema(type)) return undefined;
  const contentType = ('contentType' in route && route.contentType) || 'application/json';
  const contentTypes = route.metadata.rawFields ? RAW_FIELD_TYPES : [contentType];
  const schema = components.schemaOf(type, 'input');
  return { required: true, content: Object.fromEntries(contentTypes.map((name) => [name, { schema }])) };
}

const LIST_HEADERS: oas31.HeadersObject = {
  'X-Total-Count': { description: 'Filas antes de paginar', schema: { type: 'integer' } },
  Link: { description: `Páginas vecinas (RFC 8288); ${MAX_PAGE} filas como máximo`, schema: { type: 'string' } },
};

function responseOf(named: NamedRoute, status: number, components: Components): oas31.ResponseObject {
  const declared = named.route.responses[status] as unknown;
  const description = TITLES[status] ?? String(status);
  const headers = { 'x-request-id': { schema: { type: 'string' as const } } };
  if (isSchema(declared)) {
    const list = declared instanceof z.ZodArray ? LIST_HEADERS : {};
    return {
      description,
      headers: { ...headers, ...list },
      content: { 'application/json': { schema: components.schemaOf(declared, 'output') } },
    };
  }
  if (typeof declared === 'symbol') return { description, headers };
  if (status >= 400) {
    return {
      description,
      headers,
      content: { [PROBLEM_TYPE]: { schema: components.schemaOf(Problem, 'output') } },
    };
  }
  const { contentType } = declared as { contentType: string };
  return { description, headers, content: { [contentType]: { schema: { type: 'string', format: 'binary' } } } };
}

function operationOf(named: NamedRoute, components: Components): oas31.OperationObject {
  const { route } = named;
  const roles = ROLES_OF[route.metadata.access];
  const requestBody = bodyOf(named, components);
  const parameters = parametersOf(route, components);
  return {
    operationId: named.name.replace('.', '_'),
    tags: [named.domain],
    ...(route.summary ? { summary: route.summary } : {}),
    ...(route.description ? { description: route.description } : {}),
    'x-access': route.metadata.access,
    security: roles ? [{ bearer: [] }] : [],
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(requestBody ? { requestBody } : {}),
    responses: Object.fromEntries(
      statusesOf(route).map((status) => [String(status), responseOf(named, status, components)]),
    ),
  };
}

/**
 * The OpenAPI 3.1 document of the contract.
 *
 * @param serverUrl base address that goes into `servers`
 */
export function buildOpenApi(serverUrl = '/'): oas31.OpenAPIObject {
  const components = new Components();
  const paths: oas31.PathsObject = {};
  for (const named of routesOf(contract)) {
    const path = named.route.path.replace(/:(\w+)/g, '{$1}');
    const item = (paths[path] ??= {}) as Record<string, oas31.OperationObject>;
    item[named.route.method.toLowerCase()] = operationOf(named, components);
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'SOM3D',
      version: '0.1.0',
      description: 'Tomografías (ZIP de DICOM) a modelos STL imprimibles, con pacientes, estudios y planes.',
    },
    servers: [{ url: serverUrl }],
    tags: Object.keys(contract).map((name) => ({ name })),
    paths,
    components: {
      schemas: Object.fromEntries(Object.entries(components.schemas).toSorted(([a], [b]) => (a < b ? -1 : 1))),
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
    },
  };
}
