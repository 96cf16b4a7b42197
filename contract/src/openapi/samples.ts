import type { oas31 } from 'openapi3-ts';
import type { NamedRoute } from '../index.ts';

/** A value as TypeScript writes it: keys without quotes, texts in single ones. */
function literal(value: unknown): string {
  if (typeof value === 'string') return `'${value.replaceAll('\\', '\\\\').replaceAll("'", String.raw`\'`)}'`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`;
  const fields = Object.entries(value).map(
    ([name, field]) => `${/^\w+$/.test(name) ? name : `'${name}'`}: ${literal(field)}`,
  );
  return fields.length > 0 ? `{ ${fields.join(', ')} }` : '{}';
}

function exampleOfBody(body: oas31.RequestBodyObject | undefined): unknown {
  const [content] = Object.values(body?.content ?? {});
  const example = content?.examples?.['ejemplo'];
  return example && 'value' in example ? example.value : undefined;
}

/** How the SDK calls a route, with the examples of the document. */
export function sdkSample(
  { name, route }: NamedRoute,
  parameters: readonly oas31.ParameterObject[],
  body: oas31.RequestBodyObject | undefined,
): string {
  if (route.metadata.files) return "const job = await uploadJob(client, { file, filename: 'estudio.zip' });";
  const params = Object.fromEntries(
    parameters.filter(({ in: place }) => place === 'path').map((field) => [field.name, field.example as unknown]),
  );
  const sent = exampleOfBody(body);
  const parts = [
    ...(Object.keys(params).length > 0 ? [`  params: ${literal(params)},`] : []),
    ...(sent === undefined ? [] : [`  body: ${literal(sent)},`]),
  ];
  return `const { body } = await client.${name}(${parts.length > 0 ? `{\n${parts.join('\n')}\n}` : ''});`;
}
