import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { EXCEPTIONS, type Exception } from './exceptions.ts';
import { nodeBin, pythonBin, run } from './tools.ts';

interface Finding {
  readonly linter: Exception['linter'];
  readonly rule: string;
  readonly at: string;
}

function pointer(way: readonly (string | number)[]): string {
  return way.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

/** A linter ends with a status of its own when it finds something; what it prints is JSON all the same. */
function findings(program: string, args: readonly string[], cwd: string): unknown {
  const { stdout, stderr } = spawnSync(path.join(nodeBin, program), args, {
    cwd,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    env: { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' },
  });
  try {
    return JSON.parse(stdout);
  } catch (error) {
    throw new Error(`${program}: ${stdout}${stderr}`, { cause: error });
  }
}

function byRedocly(document: string, cwd: string): Finding[] {
  writeFileSync(path.join(cwd, 'redocly.yaml'), 'extends: [recommended-strict]\n');
  const args = ['lint', document, '--config', 'redocly.yaml', '--format', 'json', '--max-problems', '1000'];
  const { problems } = findings('redocly', args, cwd) as {
    problems: { ruleId: string; location: { pointer?: string }[] }[];
  };
  return problems.map(({ ruleId, location }) => ({
    linter: 'redocly',
    rule: ruleId,
    at: (location[0]?.pointer ?? '').replace(/^#/, ''),
  }));
}

function bySpectral(document: string, cwd: string): Finding[] {
  writeFileSync(path.join(cwd, 'spectral.yaml'), 'extends: ["spectral:oas"]\n');
  const found = findings('spectral', ['lint', document, '-r', 'spectral.yaml', '-f', 'json'], cwd) as {
    code: string;
    path: (string | number)[];
  }[];
  return found.map(({ code, path: way }) => ({ linter: 'spectral', rule: code, at: pointer(way) }));
}

/**
 * Every finding of the linters must be an argued exception, and every exception a finding.
 *
 * @throws Error with what is not
 */
export function lint(document: string, cwd: string): void {
  run(path.join(pythonBin, 'openapi-spec-validator'), [document], cwd);
  const found = [...byRedocly(document, cwd), ...bySpectral(document, cwd)].map((finding) =>
    Object.values(finding).join(' '),
  );
  const excepted = EXCEPTIONS.flatMap(({ linter, rule, at }) => at.map((place) => `${linter} ${rule} ${place}`));
  const wrong = [
    ...found.filter((finding) => !excepted.includes(finding)),
    ...excepted.filter((exception) => !found.includes(exception)).map((exception) => `no more found: ${exception}`),
  ];
  if (wrong.length > 0) throw new Error(wrong.join('\n'));
}
