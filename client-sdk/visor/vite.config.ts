import react from '@vitejs/plugin-react';
import { defaultClientConditions, defineConfig } from 'vite';

/** `vite` alone serves the sources for work on them, beside a service on port 8000 or at `SOM3D_API`. */
const api = process.env.SOM3D_API ?? 'http://127.0.0.1:8000';

export default defineConfig({
  // The server writes where it stands into `<base>`, so one build works under any path.
  base: './',
  plugins: [react()],
  resolve: { conditions: ['som3d:source', ...defaultClientConditions] },
  build: {
    target: 'es2023',
    // The page of a payment is a document of its own, with a policy of its own.
    rolldownOptions: { input: ['index.html', 'pago.html'] },
    // The content security policy refuses data: addresses of scripts and workers.
    assetsInlineLimit: 0,
    // The preload helper of Vite is not needed: each page is one chunk.
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1024,
  },
  worker: { format: 'es' },
  server: { proxy: { '^/(?!src/|@|node_modules/|icon.svg|app/)': api } },
});
