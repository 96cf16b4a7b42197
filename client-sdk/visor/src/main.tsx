import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import './ui/tokens.css';

const container = document.querySelector('#app');
if (!container) throw new Error('index.html has no #app');
createRoot(container).render(
  <StrictMode>
    <h1>SOM3D</h1>
  </StrictMode>,
);
