import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';

export const ROOT = path.join(import.meta.dirname, '../..');

/** What the tests look at of a service; its values are still to be interpolated. */
export interface Service {
  readonly image: string;
  readonly build?: object;
  readonly command?: string | readonly string[];
  readonly environment?: Readonly<Record<string, string | number>>;
  readonly profiles?: readonly string[];
  readonly ports?: readonly string[];
  readonly networks: readonly string[];
  readonly restart?: string;
  readonly healthcheck?: object;
  readonly read_only?: boolean;
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
}

export interface ComposeFile {
  readonly services: Readonly<Record<string, Service>>;
  readonly networks: Readonly<Record<string, { readonly internal?: boolean }>>;
}

export const composeText = readFileSync(path.join(ROOT, 'docker-compose.yml'), 'utf8');

export const composeFile = parse(composeText, { merge: true }) as ComposeFile;

/** The services that run this repository's image. */
export const ownServices = Object.entries(composeFile.services).filter(([, { build }]) => build);

/** A variable of the file: `${NAME:-fallback}` or `${NAME:?message}`. */
export interface Reference {
  readonly name: string;
  readonly operator: string;
  readonly fallback: string;
}

const REFERENCE = /(?<!\$)\$\{(\w+)(:[-?])?([^}]*)\}/g;

export function references(text: string): Reference[] {
  return [...text.matchAll(REFERENCE)].map(([, name = '', operator = '', fallback = '']) => ({
    name,
    operator,
    fallback,
  }));
}

/** What `docs/compose-env.sh` prints, as variables. */
export function generatedEnvironment(): Record<string, string> {
  const text = execFileSync('sh', [path.join(ROOT, 'docs/compose-env.sh')], { encoding: 'utf8' });
  return Object.fromEntries([...text.matchAll(/^(\w+)=(.*)$/gm)].map(([, name = '', value = '']) => [name, value]));
}

/** The environment of a service's container. @throws when a variable that must be given is not */
export function environmentOf(service: Service, variables: Readonly<Record<string, string>>): Record<string, string> {
  const value = (template: string | number): string =>
    String(template).replaceAll(REFERENCE, (_, name: string, operator = '', fallback = '') => {
      const given = variables[name];
      if (given) return given;
      if (operator !== ':-') throw new Error(`${name}: ${fallback}`);
      return String(fallback);
    });
  return Object.fromEntries(
    Object.entries(service.environment ?? {}).map(([name, template]) => [name, value(template)]),
  );
}
