import { createRequire } from 'node:module';
import path from 'node:path';
import { buildOpenApi } from '@som3d/contract/openapi';
import express, { type Router } from 'express';

const assets = path.dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));

/** The files of the package that the page needs; the others are not served. */
const ASSETS = new Set(['favicon-32x32.png', 'swagger-ui.css', 'swagger-ui-bundle.js']);

const PAGE = `<!doctype html>
<html lang="es">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>SOM3D · API</title>
  <link rel="icon" href="docs/assets/favicon-32x32.png">
  <link rel="stylesheet" href="docs/assets/swagger-ui.css">
  <style>.swagger-ui .topbar { display: none } body { margin: 0 }</style>
</head>
<body>
  <div id="reference"></div>
  <script src="docs/assets/swagger-ui-bundle.js"></script>
  <script src="docs/start.js"></script>
</body>
</html>
`;

const START = `window.onload = () => {
  SwaggerUIBundle({
    url: new URL('openapi.json', document.baseURI).href,
    dom_id: '#reference',
    deepLinking: true,
    docExpansion: 'list',
    defaultModelsExpandDepth: 0,
    persistAuthorization: true,
    displayRequestDuration: true,
    tryItOutEnabled: true,
    validatorUrl: null,
  });
};
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

let openApi: string | undefined;

/** The document as JSON. It takes 0.15 s to build, so whoever asks first builds it, and not every start. */
function openApiJson(): string {
  return (openApi ??= JSON.stringify(buildOpenApi()));
}

/** `/docs`, an interactive reference of the contract that needs no other server, `/openapi.json`, and `/`. */
export function docsRouter(): Router {
  const router = express.Router();
  router.get('/', (_req, res) => res.redirect('docs'));
  router.get('/openapi.json', (_req, res) => {
    res.type('json').send(openApiJson());
  });
  router.get('/docs', (req, res) => {
    // The page's addresses are relative to /docs, not to /docs/.
    if (req.path.endsWith('/')) res.redirect('../docs');
    else res.set('content-security-policy', POLICY).type('html').send(PAGE);
  });
  router.get('/docs/start.js', (_req, res) => {
    res.type('js').send(START);
  });
  router.get('/docs/assets/:name', ({ params: { name } }, res, next) => {
    if (ASSETS.has(name)) res.sendFile(name, { root: assets, maxAge: '1h' });
    else next();
  });
  return router;
}
