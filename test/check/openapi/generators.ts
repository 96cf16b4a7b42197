import { copyFileSync, mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { GO_ENV, goBin, pythonBin, run, testBin, tsc, typescriptFolder } from './tools.ts';

const here = import.meta.dirname;

/** Makes and compiles a client; what it returns lets that client log in, create a patient, upload and download. */
type Generator = (document: string, folder: string) => (env: NodeJS.ProcessEnv) => void;

/** Types of the document, compiled with the program that uses them. It takes seconds, so that each check does it. */
export const typescript: Generator = (document) => {
  const cwd = typescriptFolder();
  run(path.join(testBin, 'openapi-typescript'), [document, '--default-non-nullable=false', '-o', 'som3d.ts'], cwd);
  copyFileSync(path.join(here, 'client.mts'), path.join(cwd, 'client.mts'));
  const strict = ['--strict', '--noEmit', '--target', 'esnext', '--module', 'nodenext', '--allowImportingTsExtensions'];
  run(tsc, ['--ignoreConfig', ...strict, '--skipLibCheck', 'false', '--types', 'node', 'client.mts'], cwd);
  return (env) => run(process.execPath, ['client.mts'], cwd, env);
};

const python: Generator = (document, folder) => {
  const config = ['--config', path.join(here, 'python-client.yaml'), '--fail-on-warning'];
  const target = ['--path', document, '--output-path', 'som3d', '--meta', 'none'];
  run(path.join(pythonBin, 'openapi-python-client'), ['generate', ...target, ...config], folder, {
    PATH: `${pythonBin}${path.delimiter}${process.env['PATH']}`,
  });
  run(path.join(pythonBin, 'python'), ['-m', 'compileall', '-q', 'som3d'], folder);
  const client = path.join(here, 'client.py');
  return (env) => run(path.join(pythonBin, 'python'), [client], folder, { ...env, PYTHONPATH: folder });
};

const go: Generator = (document, folder) => {
  const cwd = path.join(folder, 'go');
  mkdirSync(path.join(cwd, 'som3d'), { recursive: true });
  run(
    path.join(goBin, 'oapi-codegen'),
    ['-generate', 'types,client', '-package', 'som3d', '-o', 'som3d/som3d.go', document],
    cwd,
  );
  copyFileSync(path.join(here, 'client.go'), path.join(cwd, 'main.go'));
  rmSync(path.join(cwd, 'go.mod'), { force: true });
  run('go', ['mod', 'init', 'example.com/check'], cwd, GO_ENV);
  run('go', ['mod', 'tidy'], cwd, GO_ENV);
  run('go', ['build', '-o', 'client', '.'], cwd, GO_ENV);
  return (env) => run(path.join(cwd, 'client'), [], cwd, env);
};

export const GENERATORS: Readonly<Record<string, Generator>> = {
  'openapi-typescript (TypeScript)': typescript,
  'openapi-python-client (Python)': python,
  'oapi-codegen (Go)': go,
};
