import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { configuration } from '@som3d/server/testing';
import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import {
  composeFile,
  composeText,
  environmentOf,
  generatedEnvironment,
  ownServices,
  references,
  ROOT,
} from './compose-file.ts';

const KNOWN = new Set(Object.values(configuration.GROUPS).flatMap((group) => Object.keys(group)));
const SECRET = /PASS|SECRET|TOKEN|_KEY$/;
/** Names of keys, not keys. */
const NO_SECRETS = new Set(['AWS_ACCESS_KEY_ID']);

const withoutProfile = Object.entries(composeFile.services).filter(([, { profiles }]) => !profiles);

describe('docker-compose.yml', () => {
  test('is what the Compose Specification allows', () => {
    const { $schema: _, ...schema } = JSON.parse(
      readFileSync(path.join(import.meta.dirname, 'fixtures/compose-spec.json'), 'utf8'),
    ) as Record<string, unknown>;
    const validate = new Ajv({ strict: false, validateFormats: false, allErrors: true }).compile(schema);
    validate(composeFile);
    expect(validate.errors ?? []).toEqual([]);
  });

  test.each(ownServices)(
    'gives %s variables that the configuration knows, and a usable configuration',
    (_, service) => {
      expect(Object.keys(service.environment ?? {}).filter((name) => !KNOWN.has(name))).toEqual([]);
      const config = configuration.readConfig(environmentOf(service, generatedEnvironment()));
      expect(config.embedded).toBe(false);
      expect(config.REDIS_URL).toBeDefined();
      expect(config.S3_BUCKET).toBeDefined();
    },
  );

  test('gives each of ours a command that there is', { tags: ['heavy'] }, () => {
    const help = execFileSync(process.execPath, [path.join(ROOT, 'server/dist/main.js'), '--help'], {
      encoding: 'utf8',
    });
    for (const [, { command }] of ownServices) {
      const [name = '', ...options] = command ?? [];
      expect(help).toMatch(new RegExp(`^  ${name}\\b`, 'm'));
      expect(options).toEqual([]);
    }
  });

  test.each(ownServices)('runs %s on a file system that it can not write to', (_, service) => {
    expect(service.read_only).toBe(true);
  });

  test('has no secret of its own, and no default for one', () => {
    const secrets = references(composeText).filter(({ name }) => SECRET.test(name));
    expect(secrets.length).toBeGreaterThan(5);
    expect(secrets.filter(({ operator }) => operator !== ':?')).toEqual([]);
    const literal = Object.entries(composeFile.services).flatMap(([service, { environment = {} }]) =>
      Object.entries(environment)
        .filter(([name, value]) => SECRET.test(name) && !NO_SECRETS.has(name) && !String(value).startsWith('${'))
        .map(([name]) => `${service}: ${name}`),
    );
    expect(literal).toEqual([]);
  });

  test('gets everything that it must be given from docs/compose-env.sh, and secrets that differ', () => {
    const generated = generatedEnvironment();
    const required = references(composeText).filter(({ operator }) => operator === ':?');
    expect(required.filter(({ name }) => !generated[name])).toEqual([]);
    const secrets = Object.entries(generated).filter(([name]) => SECRET.test(name));
    expect(new Set(secrets.map(([, value]) => value)).size).toBe(secrets.length);
    for (const [, value] of secrets) expect(value).toMatch(/^[0-9a-f]{48}$/);
    expect(generatedEnvironment()['JWT_SECRET']).not.toBe(generated['JWT_SECRET']);
  });

  test('publishes the API alone, and keeps what holds data on a network without a way out', () => {
    expect(withoutProfile.filter(([, { ports }]) => ports).map(([name]) => name)).toEqual(['api']);
    expect(composeFile.networks['inside']?.internal).toBe(true);
    const closed = withoutProfile.filter(([, { networks }]) => !networks.includes('outside')).map(([name]) => name);
    expect(closed).toEqual(expect.arrayContaining(['mysql', 'redis', 'minio', 'migrate']));
  });

  test('waits for a healthy service, and for a finished step', () => {
    for (const [name, { depends_on = {} }] of withoutProfile) {
      for (const [other, { condition }] of Object.entries(depends_on)) {
        const once = composeFile.services[other]?.restart?.startsWith('on-failure');
        expect(`${name} on ${other}: ${condition}`).toBe(
          `${name} on ${other}: ${once ? 'service_completed_successfully' : 'service_healthy'}`,
        );
      }
    }
  });

  test('pins every image that is not its own', () => {
    const foreign = Object.values(composeFile.services).filter(({ build }) => !build);
    expect(foreign.map(({ image }) => image).filter((image) => !/:[^:]*\d+\.\d+|:RELEASE\.\d{4}/.test(image))).toEqual(
      [],
    );
  });
});

describe('Dockerfile', () => {
  const text = readFileSync(path.join(ROOT, 'Dockerfile'), 'utf8');
  const { scripts, devDependencies } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
    devDependencies: Record<string, string>;
  };

  test('builds with the versions of Node and pnpm of the repository', () => {
    expect(/^ARG NODE_IMAGE=node:([\d.]+)-/m.exec(text)?.[1]).toBe(devDependencies['node']);
    expect(/^ARG PNPM_VERSION=([\d.]+)$/m.exec(text)?.[1]).toBe(/pnpm@([\d.]+)/.exec(scripts['bootstrap'] ?? '')?.[1]);
  });

  test('runs as a user whose number is fixed', () => {
    expect([...text.matchAll(/^USER (.*)$/gm)].at(-1)?.[1]).toMatch(/^\d+:\d+$/);
  });

  test('has the target that docker-compose.yml names', () => {
    const target = references(composeText).find(({ name }) => name === 'SOM3D_TARGET')?.fallback ?? '';
    expect(text).toMatch(new RegExp(`^FROM \\w+ AS ${target}$`, 'm'));
  });
});
