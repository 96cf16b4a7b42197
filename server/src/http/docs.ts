import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildOpenApi } from '@som3d/contract/openapi';
import type { RequestHandler } from 'express';
import { GUIDE } from './docs-guide.ts';
import { RouteTable } from './route-table.ts';
import { StaticBody } from './static-body.ts';

const assets = path.join(path.dirname(fileURLToPath(import.meta.resolve('@scalar/api-reference'))), 'browser');

/** Words of the bundle that no language of it translates. */
const UNTRANSLATED = [
  ['` Show Less`:`More`', '`Menos`:`Más`'],
  ['`Copy`,', '`Copiar`,'],
  ['`Copied`,', '`Copiado`,'],
] as const;

/** A file of the package, in Spanish. */
async function translated(name: string): Promise<Buffer> {
  const text = await readFile(path.join(assets, name), 'utf8');
  return Buffer.from(UNTRANSLATED.reduce((done, [word, spanish]) => done.replaceAll(word, spanish), text));
}

/** The files of the package that the page needs; the others are not served. */
const ASSETS = new Map(['standalone.js'].map((name) => [name, new StaticBody(() => translated(name))]));

const PAGE = `<!doctype html>
<html lang="es">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>SOM3D · API</title>
  <link rel="icon" href="docs/icon.svg" type="image/svg+xml">
</head>
<body>
  <noscript>Esta referencia necesita JavaScript. La guía se lee sin él: <a href="docs/guia">docs/guia</a>.</noscript>
  <div id="reference"></div>
  <script src="docs/assets/standalone.js"></script>
  <script src="docs/start.js"></script>
</body>
</html>
`;

const ICON = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="#0b6e6e"/>
<path d="M16 5 26 10.500v11L16 27 6 21.500v-11zM16 16v11M16 16 6 10.500M16 16l10-5.500" fill="none" stroke="#fff" stroke-width="2" stroke-linejoin="round"/></svg>
`;

// Nothing is asked of another host: no fonts, no proxy, no telemetry, no assistant.
const START = `Scalar.createApiReference('#reference', {
  url: new URL('openapi.json', document.baseURI).href,
  localization: { locale: 'es' },
  withDefaultFonts: false,
  telemetry: false,
  proxyUrl: '',
  agent: { disabled: true },
  mcp: { disabled: true },
  hideClientButton: true,
  showDeveloperTools: 'never',
  persistAuth: true,
  documentDownloadType: 'json',
  modelsSectionLabel: 'Esquemas',
  favicon: 'docs/icon.svg',
  authentication: { preferredSecurityScheme: 'bearer' },
  defaultHttpClient: { targetKey: 'shell', clientKey: 'curl' },
  hiddenClients: {
    ...Object.fromEntries(
      ['c', 'clojure', 'csharp', 'dart', 'fsharp', 'go', 'http', 'java', 'js', 'julia', 'kotlin', 'node', 'objc', 'ocaml',
        'php', 'powershell', 'r', 'ruby', 'rust', 'swift'].map((language) => [language, true]),
    ),
    shell: ['wget', 'httpie'],
    python: ['python3', 'aiohttp', 'httpx_sync', 'httpx_async'],
  },
});
`;

// The reference styles itself inline and draws its icons from data: addresses; everything else is its own origin.
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join('; ');

/** It takes 0.15 s to build, so whoever asks first builds it, and not every start. */
const openApi = new StaticBody(() => Buffer.from(JSON.stringify(buildOpenApi())));

/** `/docs`, an interactive reference of the contract, its guide, `/openapi.json`, and `/`. None needs another server. */
export function docsRoutes(): RequestHandler {
  const routes = new RouteTable();
  // A browser gets the application, a program the reference.
  routes.get('/', (req, res) => res.redirect(req.headers.accept?.includes('text/html') ? 'app/' : 'docs'));
  routes.get('/openapi.json', async (req, res) => {
    await openApi.send(req, res.type('json'));
  });
  routes.get('/docs', (req, res) => {
    // The page's addresses are relative to /docs, not to /docs/.
    if (req.path.endsWith('/')) res.redirect('../docs');
    else res.set('content-security-policy', POLICY).type('html').send(PAGE);
  });
  routes.get('/docs/start.js', (_req, res) => {
    res.type('js').send(START);
  });
  routes.get('/docs/icon.svg', (_req, res) => {
    res.type('svg').send(ICON);
  });
  routes.get('/docs/guia', (_req, res) => {
    res.set('content-security-policy', POLICY).type('html').send(GUIDE);
  });
  routes.get('/docs/assets/:name', async (req, res, next) => {
    const name = String(req.params['name']);
    const asset = ASSETS.get(name);
    if (asset) await asset.send(req, res.type(path.extname(name)).set('cache-control', 'public, max-age=3600'));
    else next();
  });
  return routes.handle;
}
