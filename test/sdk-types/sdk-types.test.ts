// @module-tag heavy
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, readdir, realpath, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import ts from 'typescript-5.9';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const run = promisify(execFile);
const ROOT = join(import.meta.dirname, '../..');
const SOURCE = join(ROOT, 'client-sdk');
const TYPESCRIPT = join(ROOT, 'node_modules/typescript/bin/tsc');
/** The oldest compiler that is supported, with the oldest resolution of modules, and the present one. */
const COMPILERS = [
  ['TypeScript 5.9', join(ROOT, 'test/node_modules/typescript-5.9/bin/tsc'), 'node16'],
  ['TypeScript 7', TYPESCRIPT, 'nodenext'],
] as const;

/** Callers' code, for the whole client and for its queries in React. */
const CONSUMERS = ['consumer.ts', 'queries.ts'] as const;

let project = '';
let installed = '';

/** Packs a package as it would be published. @returns the tarball's path */
async function pack(source: string): Promise<string> {
  const args = ['pack', '--offline', '--ignore-scripts', '--silent', '--pack-destination', project, source];
  const { stdout } = await run('npm', args, { cwd: project });
  return join(project, stdout.trim());
}

/** The folders of a package's dependencies, and of theirs. */
async function dependenciesOf(source: string): Promise<string[]> {
  const manifest = JSON.parse(await readFile(join(source, 'package.json'), 'utf8')) as {
    dependencies?: Record<string, string>;
  };
  const found: string[] = [];
  for (const name of Object.keys(manifest.dependencies ?? {})) {
    // A package's dependencies stand beside it, those of the workspace below it.
    const beside = join(source, '..', name);
    const folder = await realpath(source === SOURCE ? join(source, 'node_modules', name) : beside);
    found.push(folder, ...(await dependenciesOf(folder)));
  }
  return found;
}

/** Installs the packed package with npm alone, as a user does; the registry's packages come from this machine. */
async function install(): Promise<void> {
  const tarballs = [];
  for (const source of [SOURCE, ...(await dependenciesOf(SOURCE))]) tarballs.push(await pack(source));
  await run('npm', ['install', '--offline', '--no-audit', '--no-fund', ...tarballs], { cwd: project });
}

async function dependencies(): Promise<Record<string, string>> {
  const manifest = JSON.parse(await readFile(join(installed, 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>;
  };
  return manifest.dependencies;
}

async function link(name: string, source: string): Promise<void> {
  const target = join(project, 'node_modules', name);
  await mkdir(dirname(target), { recursive: true });
  await symlink(await realpath(source), target);
}

/** Compiles files of the project. @returns what the compiler has to say: nothing, when all is well */
async function compile(options: object, files: readonly string[], compiler = TYPESCRIPT) {
  const compilerOptions = { noEmit: true, strict: true, skipLibCheck: false, target: 'es2022', ...options };
  await writeFile(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }));
  return run(process.execPath, [compiler, '-p', project]).then(
    () => '',
    (error: { stdout?: string; message: string }) => error.stdout || error.message,
  );
}

const node = { module: 'nodenext', lib: ['es2024'], types: ['node'] };
const browser = { module: 'esnext', moduleResolution: 'bundler', lib: ['es2024', 'dom', 'dom.iterable'], types: [] };

beforeAll(async () => {
  // Outside the workspace, so that nothing is found in it by chance.
  project = await realpath(await mkdtemp(join(tmpdir(), 'som3d-consumer-')));
  installed = join(project, 'node_modules/@som3d/client');
  await writeFile(join(project, 'package.json'), JSON.stringify({ type: 'module' }));
  await install();
  await link('@types/node', join(SOURCE, 'node_modules/@types/node'));
  for (const name of ['@tanstack/query-core', '@tanstack/react-query', '@types/react', 'msw']) {
    await link(name, join(ROOT, 'test/node_modules', name));
  }
  for (const file of CONSUMERS) await cp(join(import.meta.dirname, file), join(project, file));
  // CommonJS has no await outside of functions.
  await writeFile(
    join(project, 'consumer.cts'),
    "import { createClient, type Patient } from '@som3d/client';\nimport { createQueries } from '@som3d/client/query';\nexport const q = createQueries(createClient({ baseUrl: '' }));\nexport const list = (): Promise<Patient[]> =>\n  createClient({ baseUrl: '' }).patients.list().then(({ body }) => body);\n",
  );
});
afterAll(() => rm(project, { recursive: true }));

describe.each(COMPILERS)('the packed client compiles in an empty project with %s', (_name, compiler, module) => {
  test('of Node, as ES module and CommonJS, without the types of a browser', async () => {
    expect(await compile({ ...node, module }, [...CONSUMERS, 'consumer.cts'], compiler)).toBe('');
  });

  test('of a browser, without the types of Node', async () => {
    expect(await compile(browser, CONSUMERS, compiler)).toBe('');
  });
});

describe('the packed client compiles in an empty project', () => {
  test('with the strictest options', async () => {
    const options = { exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true, verbatimModuleSyntax: true };
    expect(await compile({ ...browser, ...options }, CONSUMERS)).toBe('');
  });

  test('and a mistake does not', async () => {
    await writeFile(
      join(project, 'mistake.ts'),
      "import { createClient } from '@som3d/client';\nawait createClient({ baseUrl: '' }).patients.get({ params: { id: 'x' } });\n",
    );
    expect(await compile(node, ['mistake.ts'])).toContain("Type 'string' is not assignable to type 'number'");
  });

  test('and so does every example of the README', async () => {
    const readme = await readFile(join(ROOT, 'client-sdk/README.md'), 'utf8');
    const examples = [...readme.matchAll(/```ts\n(.*?)```/gs)].map(([, code = '']) => code);
    expect(examples).toHaveLength(9);
    const files = examples.map((_code, at) => `readme-${at}.ts`);
    for (const [at, code] of examples.entries()) await writeFile(join(project, `readme-${at}.ts`), code);
    // The types of MSW need those of a browser.
    expect(await compile({ ...node, lib: browser.lib }, files)).toBe('');
  });
});

/** What an editor shows where the marks `/*1*\/`, `/*2*\/` … stand in some code. */
function hovers(code: string): string[] {
  const file = join(project, 'hover.ts');
  const options: ts.CompilerOptions = { strict: true, module: ts.ModuleKind.NodeNext, target: ts.ScriptTarget.ES2022 };
  const service = ts.createLanguageService({
    getCompilationSettings: () => options,
    getScriptFileNames: () => [file],
    getScriptVersion: () => '1',
    getScriptSnapshot: (name) => {
      const text = name === file ? code : ts.sys.readFile(name);
      return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text);
    },
    getCurrentDirectory: () => project,
    getDefaultLibFileName: ts.getDefaultLibFilePath,
    fileExists: (name) => ts.sys.fileExists(name),
    readFile: (name) => ts.sys.readFile(name),
    directoryExists: (name) => ts.sys.directoryExists(name),
  });
  return [...code.matchAll(/\/\*\d\*\//g)].map(({ index }) => {
    const info = service.getQuickInfoAtPosition(file, index + '/*1*/'.length);
    return ts.displayPartsToString(info?.displayParts);
  });
}

describe('the packed client shows an editor', () => {
  test('names of types and not their fields', () => {
    const code = `import { createClient } from '@som3d/client';
import { createQueries } from '@som3d/client/query';
const client = createClient({ baseUrl: '' });
const { body: /*1*/patient } = await client.patients./*2*/get({ params: { id: 1 } });
const /*3*/list = await client.patients.list();
const q = createQueries(client);
q.patients./*4*/get;
q.patients./*5*/list;
q.patients./*6*/create;`;
    expect(hovers(code)).toEqual([
      'const patient: Patient',
      '(property) PatientsRoutes.get: (args: PatientsGetArgs) => Promise<Answer<200, Patient>>',
      'const list: Answer<200, Patient[]>',
      '(property) PatientsQueries.get: Query<Call<PatientsGetArgs>, Patient>',
      '(property) PatientsQueries.list: ListQuery<void | Call<PatientsListArgs>, Patient>',
      '(property) PatientsQueries.create: Mutation<PatientsCreateArgs, Patient>',
    ]);
  });
});

function evaluate(code: string) {
  return run(process.execPath, ['--input-type=module', '--eval', code], { cwd: project }).then(({ stdout }) => stdout);
}

describe('the packed client runs', () => {
  test('with every function it exports', async () => {
    const names = "console.log(Object.keys(await import('@som3d/client')).join())";
    const exported = (await evaluate(names)).trim().split(',');
    for (const name of ['createClient', 'uploadJob', 'waitForJob', 'downloadResult', 'paginate', 'ApiError']) {
      expect(exported).toContain(name);
    }
    expect(await evaluate("console.log(typeof (await import('@som3d/client/sample')).writeSampleZip)")).toBe(
      'function\n',
    );
  });

  test('with its command', async () => {
    const { version } = JSON.parse(await readFile(join(SOURCE, 'package.json'), 'utf8')) as { version: string };
    const { stdout } = await run(join(project, 'node_modules/.bin/som3d'), ['--version']);
    expect(stdout).toBe(`${version}\n`);
  });

  test('with require as with import', async () => {
    const code =
      "console.log(require('@som3d/client').createClient({ baseUrl: '/x' }).patients.list.name !== undefined)";
    const { stdout } = await run(process.execPath, ['--input-type=commonjs', '--eval', code], { cwd: project });
    expect(stdout).toBe('true\n');
  });
});

/** What a browser loads for some code, in bytes: minified and compressed. */
async function gzipped(code: string): Promise<number> {
  const stdin = { contents: code, resolveDir: project };
  // The platform refuses modules of Node.
  const bundle = { bundle: true, minify: true, write: false, format: 'esm', platform: 'browser' } as const;
  const { outputFiles } = await build({ stdin, ...bundle, absWorkingDir: project, logLevel: 'silent' });
  return gzipSync(outputFiles[0]?.contents ?? '', { level: 9 }).length;
}

describe('the packed client is small', () => {
  test('in a browser: client, upload and waiting in 25 kB, an error alone in 1 kB', async () => {
    const everything = "import { createClient, uploadJob, waitForJob } from '@som3d/client';\n";
    expect(await gzipped(`${everything}console.log(createClient, uploadJob, waitForJob);`)).toBeLessThan(25_000);
    const queries = "import { createQueries } from '@som3d/client/query'; console.log(createQueries);";
    expect(await gzipped(`${everything}${queries}console.log(createClient, uploadJob, waitForJob);`)).toBeLessThan(
      25_000,
    );
    expect(await gzipped(queries)).toBeLessThan(3_000);
    expect(await gzipped("import { ApiError } from '@som3d/client'; console.log(ApiError);")).toBeLessThan(1_000);
  });

  test('and an installation finds all it names: no workspace, sources for the maps, no state of a build', async () => {
    for (const version of Object.values(await dependencies())) expect(version).toMatch(/^\d/);
    const files = await readdir(installed, { recursive: true });
    expect(files.filter((name) => name.endsWith('.tsbuildinfo') || name.includes('codegen'))).toEqual([]);
    const map = JSON.parse(await readFile(join(installed, 'dist/index.d.ts.map'), 'utf8')) as { sources: string[] };
    for (const source of map.sources) expect((await stat(join(installed, 'dist', source))).isFile()).toBe(true);
    expect(map.sources).not.toEqual([]);
  });
});
