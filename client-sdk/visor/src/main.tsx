import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import './ui/tokens.css';
import { ClientContext } from './client-context.ts';
import { router } from './routes.tsx';
import { client, queries } from './service.ts';
import { language } from './settings.ts';
import { useStore } from './store.ts';
import { LanguageContext } from './texts.ts';
import { Toasts } from './ui/Toast.tsx';

function App() {
  return (
    <LanguageContext value={useStore(language)}>
      <QueryClientProvider client={queries}>
        <ClientContext value={client}>
          <RouterProvider router={router} />
        </ClientContext>
        <Toasts />
      </QueryClientProvider>
    </LanguageContext>
  );
}

const container = document.querySelector('#app');
if (!container) throw new Error('index.html has no #app');
createRoot(container).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
