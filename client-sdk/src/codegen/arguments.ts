import { z } from 'zod';
import { contentTypeOf, type Route } from './route-info.ts';
import { keyOf, type SchemaTypes } from './schemas.ts';

/** `name?: type` where an empty object or `undefined` is valid. */
function part(name: string, type: string, optional: boolean): string {
  return `${name}${optional ? '?' : ''}: ${type}${optional ? ' | undefined' : ''};\n`;
}

function accepts(schema: z.ZodType, value: unknown): boolean {
  return schema.safeParse(value).success;
}

function bodyPart(route: Route, types: SchemaTypes): string {
  if (!('body' in route) || route.body == null) return '';
  if (contentTypeOf(route) === 'multipart/form-data') return part('body', 'FormData', false);
  if (route.metadata.bytes) return part('body', 'Blob', false);
  if (!(route.body instanceof z.ZodType)) return '';
  const raw = contentTypeOf(route) === 'application/x-www-form-urlencoded' ? ' | URLSearchParams' : '';
  return part('body', types.typeOf(route.body, 'input') + raw, accepts(route.body, undefined));
}

/** Members of the type of a route's arguments. @returns also whether a call can leave all of them out */
export function argumentsOf(route: Route, types: SchemaTypes): { readonly text: string; readonly optional: boolean } {
  const { pathParams, headers } = route;
  const query = 'query' in route ? route.query : undefined;
  const fields = Object.entries((headers ?? {}) as Record<string, z.ZodType>).map(([name, type]) =>
    part(keyOf(name), types.typeOf(type, 'input'), accepts(type, undefined)),
  );
  const text = [
    pathParams instanceof z.ZodType ? part('params', types.typeOf(pathParams, 'input'), false) : '',
    query instanceof z.ZodType ? part('query', types.typeOf(query, 'input'), accepts(query, {})) : '',
    fields.length > 0 ? part('headers', `{\n${fields.join('')}}`, !fields.some((field) => /^[^?]+: /.test(field))) : '',
    bodyPart(route, types),
  ].join('');
  return { text, optional: !/^(?:params|query|headers|body): /m.test(text.replace(/\{[^{}]*\}/g, '{}')) };
}
