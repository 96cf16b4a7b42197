import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import express, { type Router } from 'express';
import type { Storage } from '../gateways/storage/storage.ts';
import { StaticBody } from './static-body.ts';

const dist = path.dirname(fileURLToPath(import.meta.resolve('@som3d/visor/dist/index.html')));

/** The name of a file of the build holds the hash of its content, so a browser keeps it for a year. */
const HASHED = 'public, max-age=31536000, immutable';

/** Deepest address of a page, in slashes after `/app/`. */
const DEEPEST = 5;

/** Where signed links lead, when that is not this service: a browser loads models from there. */
async function foreignOrigin(storage: Storage): Promise<string | undefined> {
  const here = 'https://here.invalid';
  const terms = { filename: 'model.glb', type: 'model/gltf-binary', expiresSeconds: 60, baseUrl: here };
  const { origin } = new URL(await storage.signedUrl('results/model.glb', terms));
  return origin === here ? undefined : origin;
}

async function policy(storage: Storage): Promise<string> {
  const origin = await foreignOrigin(storage);
  const files = origin ? ` ${origin}` : '';
  return [
    "default-src 'none'",
    // The decoder of models is WebAssembly.
    "script-src 'self' 'wasm-unsafe-eval'",
    "worker-src 'self'",
    "style-src 'self'",
    `img-src 'self' blob: data:${files}`,
    `connect-src 'self' blob:${files}`,
    "form-action 'self'",
    "frame-ancestors 'none'",
    "base-uri 'self'",
  ].join('; ');
}

/** The page of a payment, alone in letting the gateway's script run. It holds no session and shows nothing of a patient. */
const PAYMENT_PAGE = 'pago.html';
const EPAYCO = 'https://*.epayco.co https://*.payco.co';
const PAYMENT_POLICY = [
  "default-src 'none'",
  `script-src 'self' ${EPAYCO}`,
  // The gateway's script styles its form inline.
  `style-src 'self' 'unsafe-inline' ${EPAYCO}`,
  `img-src 'self' data: ${EPAYCO}`,
  `font-src ${EPAYCO}`,
  `connect-src 'self' ${EPAYCO}`,
  `frame-src ${EPAYCO}`,
  `form-action ${EPAYCO}`,
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join('; ');

/** The files of the build, by their path. The page itself is not among them: it depends on the address. */
function readBuild(): Map<string, StaticBody> {
  const entries = readdirSync(dist, { recursive: true, withFileTypes: true });
  const files = entries.filter(({ name }) => !name.startsWith('.') && name !== 'index.html' && path.extname(name));
  return new Map(
    files.map(({ parentPath, name }) => {
      const file = path.join(parentPath, name);
      return [path.relative(dist, file), new StaticBody(() => readFile(file))];
    }),
  );
}

/** `<base>` leads from an address below `/app/` back to it, whatever path a proxy puts in front. */
async function pageAt(depth: number): Promise<Buffer> {
  const html = await readFile(path.join(dist, 'index.html'), 'utf8');
  return Buffer.from(html.replace('<head>', `<head>\n    <base href="${'../'.repeat(depth) || './'}" />`));
}

/** The web application, to be mounted at `/app`. An address without a file gets the same page, whose router reads the address. */
export function visorRouter(storage: Storage): Router {
  const build = readBuild();
  let csp: Promise<string> | undefined;
  const pages = Array.from({ length: DEEPEST + 1 }, (_, depth) => new StaticBody(() => pageAt(depth)));
  const router = express.Router();
  router.get('/{*file}', async (req, res, next) => {
    // Addresses of the page are relative to /app/.
    if (req.originalUrl.replace(/\?.*/s, '').endsWith('/app')) {
      res.redirect('app/');
      return;
    }
    const name = req.path.slice(1);
    const asset = build.get(name);
    const page = path.extname(name) ? undefined : pages[name.split('/').length - 1];
    if (asset && name === PAYMENT_PAGE) {
      res.set({ 'cache-control': 'no-cache', 'content-security-policy': PAYMENT_POLICY });
      await asset.send(req, res.type('html'));
    } else if (asset) {
      res.set('cache-control', name.startsWith('assets/') ? HASHED : 'public, max-age=3600');
      await asset.send(req, res.type(path.extname(name)));
    } else if (page) {
      res.set({ 'cache-control': 'no-cache', 'content-security-policy': await (csp ??= policy(storage)) }).type('html');
      await page.send(req, res);
    } else {
      next();
    }
  });
  return router;
}
