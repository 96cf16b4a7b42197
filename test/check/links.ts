import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';

/**
 * No document and no comment cites a file, a heading, a section, an npm script or a command that does not exist.
 * Prints each fault as `file:line: what is missing`.
 */
const root = path.resolve(import.meta.dirname, '../..');
const files = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: root })
  .toString()
  .split('\0')
  .filter((file) => file !== '' && !file.includes('/fixtures/'));

function read(file: string): string {
  return readFileSync(path.join(root, file), 'utf8');
}

interface Line {
  readonly text: string;
  readonly number: number;
}

function linesOf(text: string): Line[] {
  return text.split('\n').map((line, index) => ({ text: line, number: index + 1 }));
}

/** Lines of comments: `//` and JSDoc of TypeScript, `#` of shell, YAML and Docker. Other lines come back empty. */
function commentsOf(file: string): Line[] {
  const hash = !/\.[jt]s$/.test(file);
  let inBlock = false;
  return linesOf(read(file)).map(({ text, number }) => {
    if (hash) return { text: /(?:^|\s)#(.*)$/.exec(text)?.[1] ?? '', number };
    const opens = /^\s*\/\*\*?/.test(text);
    const comment = inBlock || opens ? text : (/(?:^|\s)\/\/\s(.*)$/.exec(text)?.[1] ?? '');
    inBlock = (inBlock || opens) && !text.includes('*/');
    return { text: comment, number };
  });
}

/** The anchor that GitHub gives to a heading. */
function anchorOf(heading: string): string {
  return heading
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(' ', '-');
}

function headingsOf(file: string): string[] {
  const text = read(file).replace(/^```[\s\S]*?^```/gm, '');
  return [...text.matchAll(/^#{1,6} (.+)$/gm)].map(([, heading = '']) => heading);
}

/** Whether some file has this path, or ends with it. `<name>`, `NAME` and `*` stand for any part; a final `/` names a folder. */
function exists(cited: string): boolean {
  const escaped = cited
    .replace(/^(?:\.{1,2}\/)+/, '')
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replace(/<[^>]*>|\bNAME\b|\*/g, '[^/]+');
  const pattern = new RegExp(`(?:^|/)${escaped}${cited.endsWith('/') ? '' : '$'}`);
  return files.some((file) => pattern.test(file));
}

/** `[text](path#heading)` of a document. */
function brokenLink(document: string, target: string): string | null {
  if (/^[a-z]+:/.test(target)) return null;
  const [name = '', anchor] = target.split('#');
  const file = name === '' ? document : path.join(path.dirname(document), name);
  const known = files.some((other) => other === file || other.startsWith(`${file.replace(/\/$/, '')}/`));
  if (!known) return `no file ${file}`;
  if (anchor === undefined || headingsOf(file).some((heading) => anchorOf(heading) === anchor)) return null;
  return `no heading #${anchor} in ${file}`;
}

const scripts = new Set(Object.keys((JSON.parse(read('package.json')) as { scripts: object }).scripts));
const benches = new Set(
  files.filter((file) => /^test\/bench\/[\w-]+\.ts$/.test(file) && /^export default/m.test(read(file))),
);

/** Names of a program's commands, from the sources that declare them. */
function commandsOf(folder: RegExp): Set<string> {
  const sources = files.filter((file) => folder.test(file)).map(read);
  const declared = /(?:\.command|new Command|documentCommand)\(\s*'([\w-]+)/g;
  return new Set([...sources.flatMap((text) => [...text.matchAll(declared)].map(([, name = '']) => name)), 'help']);
}
const programs: Readonly<Record<string, Set<string>>> = {
  'som3d-server': commandsOf(/^server\/src\/(commands\/.*|main)\.ts$/),
  som3d: commandsOf(/^client-sdk\/src\/bin\//),
};

function missingScripts(text: string): string[] {
  const run = [...text.matchAll(/\bnpm (?:run (?:--silent )?)?([a-z][\w:-]*)/g)]
    .filter(([whole, name = '']) => whole.includes(' run ') || name === 'test' || name === 'start')
    .map(([, name = '']) => name);
  const bench = [...text.matchAll(/\bnpm run bench -- ([a-z]+)/g)].map(([, name = '']) => name);
  return [
    ...run.filter((name) => !scripts.has(name)).map((name) => `no npm script ${name}`),
    ...bench.filter((name) => !benches.has(`test/bench/${name}.ts`)).map((name) => `no bench ${name}`),
  ];
}

function missingCommands(text: string): string[] {
  return [...text.matchAll(/(?:npx |`|^\s*(?:\$ )?)(som3d(?:-server)?) ([a-z][\w-]*)/gm)]
    .filter(([, program = '', command = '']) => !programs[program]?.has(command))
    .map(([, program = '', command = '']) => `no command ${program} ${command}`);
}

const sections = new Set(headingsOf('docs/behaviour.md').map((heading) => /^(\d+)\. /.exec(heading)?.[1]));
const PATH = /(?<![\w/.:@<>-])(?:[\w.@*-]|<[\w-]+>)+(?:\/(?:[\w.@*-]|<[\w-]+>)+)*\.(?:ts|md|sh|yml|py|tsv)(?![\w/])/g;
const FOLDER = /`((?:[\w.-]|<[\w-]+>)+(?:\/(?:[\w.-]|<[\w-]+>)+)*\/)`/g;
/** Names that only look like files of this repository. */
const ELSEWHERE = /(?:^|\/)(?:dist|node_modules)\/|^\*|\.d\.ts$/;
/** Folders of a running service's data. */
const DATA = new Set(['.som3d/', 'uploads/', 'results/', 'mail/']);

function missingFiles(text: string): string[] {
  const cited = [...text.matchAll(PATH)].map(([name]) => name);
  return cited.filter((name) => !ELSEWHERE.test(name) && !exists(name)).map((name) => `no file ${name}`);
}

function missingSections(text: string): string[] {
  return [...text.matchAll(/behaviour\.md,? section (\d+)/g)]
    .filter(([, number]) => !sections.has(number))
    .map(([, number = '']) => `no section ${number} in docs/behaviour.md`);
}

function faultsOfLine(text: string): string[] {
  return [...missingScripts(text), ...missingCommands(text), ...missingFiles(text), ...missingSections(text)];
}

function faultsOfDocument(document: string): string[] {
  let fenced = false;
  return linesOf(read(document)).flatMap(({ text, number }) => {
    if (text.startsWith('```')) fenced = !fenced;
    const links = fenced ? [] : [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
    const prose = fenced ? text : text.replace(/\]\([^)]*\)/g, ']');
    const folders = fenced ? [] : [...prose.matchAll(FOLDER)].map(([, name = '']) => name);
    return [
      ...links.map((target) => brokenLink(document, target)).filter((fault) => fault !== null),
      ...folders.filter((name) => !DATA.has(name) && !exists(name)).map((name) => `no folder ${name}`),
      ...faultsOfLine(prose),
    ].map((fault) => `${document}:${number}: ${fault}`);
  });
}

function faultsOfComments(file: string): string[] {
  return commentsOf(file).flatMap(({ text, number }) =>
    faultsOfLine(text).map((fault) => `${file}:${number}: ${fault}`),
  );
}

const documents = files.filter((file) => file.endsWith('.md'));
const sources = files.filter((file) =>
  /\.(?:[jt]s|sh|ya?ml)$|(?:^|\/)Dockerfile$|^\.ci\/run$|^\.githooks\//.test(file),
);
const faults = [
  ...documents.flatMap(faultsOfDocument),
  ...sources.filter((file) => file !== 'pnpm-lock.yaml').flatMap(faultsOfComments),
];
for (const fault of faults) console.log(fault);
process.exitCode = faults.length === 0 ? 0 : 1;
