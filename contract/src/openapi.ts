import type { oas31 } from 'openapi3-ts';
import { contract, DOMAINS, routesOf, statusesOf, type NamedRoute } from './index.ts';
import { bodyOf, HEADERS, operationOf } from './openapi/operations.ts';
import { problemResponses } from './openapi/problems.ts';
import { Components } from './openapi/schemas.ts';

const DESCRIPTION = `Tomografías (ZIP de archivos DICOM) a modelos 3D imprimibles, con pacientes, estudios, estados del visor y planes.

Los ejemplos de este documento se pueden enviar tal como están. Un error es siempre un documento de problema
(RFC 9457) con una frase en español en \`detail\`. La guía está en [/docs/guia](docs/guia).`;

const SECURITY_SCHEMES: Record<string, oas31.SecuritySchemeObject> = {
  bearer: {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description: 'El `access_token` de POST /auth/login o de POST /auth/refresh',
  },
  refreshCookie: {
    type: 'apiKey',
    in: 'cookie',
    name: 'refresh_token',
    description: 'La deja POST /auth/login; cada renovación la cambia',
  },
  csrfCookie: {
    type: 'apiKey',
    in: 'cookie',
    name: 'csrf_token',
    description: 'La dejan POST /auth/login y GET /auth/csrf',
  },
  csrfHeader: {
    type: 'apiKey',
    in: 'header',
    name: 'X-CSRF-Token',
    description: 'Igual a la cookie csrf_token',
  },
  metricsToken: {
    type: 'http',
    scheme: 'bearer',
    description: 'El valor de SOM3D_METRICS_TOKEN',
  },
};

/** What the service asks of others: the routes that another service calls. */
function webhooksOf(routes: readonly NamedRoute[], components: Components): Record<string, oas31.PathItemObject> {
  return Object.fromEntries(
    routes.flatMap((named) => {
      const { webhook } = named.route.metadata;
      const requestBody = bodyOf(named, components);
      if (!webhook || !requestBody) return [];
      const { summary, description, tags, responses } = operationOf(named, components);
      const operation = { operationId: webhook, summary, description, tags, security: [], requestBody, responses };
      return [[webhook, { post: operation }]];
    }),
  );
}

/**
 * The OpenAPI 3.1 document of the contract.
 *
 * @param serverUrl base address that goes into `servers`
 */
export function buildOpenApi(serverUrl = '/'): oas31.OpenAPIObject {
  const components = new Components();
  const routes = routesOf(contract);
  const paths: oas31.PathsObject = {};
  for (const named of routes) {
    const path = named.route.path.replace(/:(\w+)/g, '{$1}');
    const item = (paths[path] ??= {}) as Record<string, oas31.OperationObject>;
    item[named.route.method.toLowerCase()] = operationOf(named, components);
  }
  const responses = problemResponses(components, new Set(routes.flatMap(({ route }) => statusesOf(route))));
  const webhooks = webhooksOf(routes, components);
  return {
    openapi: '3.1.0',
    info: {
      title: 'SOM3D',
      version: '0.1.0',
      description: DESCRIPTION,
      contact: { name: 'SOM3D' },
      license: { name: 'Propietaria: todos los derechos reservados', identifier: 'LicenseRef-SOM3D' },
    },
    servers: [{ url: serverUrl, description: 'El servicio que entrega este documento' }],
    tags: Object.entries(DOMAINS).map(([name, { title, description }]) => ({
      name,
      description,
      'x-displayName': title,
    })),
    paths,
    webhooks,
    components: {
      schemas: Object.fromEntries(Object.entries(components.schemas).toSorted(([a], [b]) => (a < b ? -1 : 1))),
      responses,
      headers: HEADERS,
      securitySchemes: SECURITY_SCHEMES,
    },
  };
}
