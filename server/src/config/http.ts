import { z } from 'zod';
import { flag, hostName, integer, text, variable, webAddress } from './variable.ts';

/** `https://app.example.com`: scheme, host and port, as browsers send it. */
function isOrigin(value: string): boolean {
  return webAddress.safeParse(value).success && new URL(value).origin === value.replace(/\/$/, '').toLowerCase();
}

function listed(value: string): string[] {
  return value.split(',').map((origin) => origin.trim());
}

export const HTTP = {
  PORT: variable(integer(0, 65_535, 8000), 'TCP port; 0 selects a free one.'),
  HOST: variable(hostName.default('127.0.0.1'), 'Address to listen on; 0.0.0.0 opens it to the network.'),
  BASE_URL: variable(
    webAddress.optional(),
    'Public address of the API. Without it, http://HOST:PORT.',
    'https://api.example.com',
  ),
  FRONTEND_ORIGINS: variable(
    text
      .refine((value) => listed(value).every((origin) => origin === '' || origin === '*' || isOrigin(origin)), {
        error: 'must be origins such as https://app.example.com, or *',
      })
      .default('http://localhost:3000,http://localhost:5173,http://127.0.0.1:3000,http://127.0.0.1:5173'),
    'Origins of browsers that may call the API, separated by commas; * for any.',
  ),
  TRUST_PROXY_HEADERS: variable(
    flag(false),
    'Trust the X-Forwarded-For and X-Forwarded-Proto that the proxy in front sets.',
  ),
  SOM3D_BODY_SECONDS: variable(
    integer(1, 600, 30),
    'Seconds for a body to arrive. Uploads are not limited by it, only by silence.',
  ),
  SOM3D_SHUTDOWN_SECONDS: variable(integer(0, 600, 20), 'Seconds for running requests to finish after SIGTERM.'),
  SOM3D_EVENT_STREAMS: variable(
    integer(1, 100_000, 1000),
    'Event streams (GET /som3d/jobs/{id}/events) open at once in one process; further ones get 503.',
  ),
  SOM3D_EVENT_STREAMS_PER_USER: variable(
    integer(1, 1000, 20),
    'Event streams of one user open at once in one process; further ones get 429.',
  ),
  SOM3D_DRAIN_DELAY_SECONDS: variable(
    integer(0, 300, 0),
    'Seconds after SIGTERM in which the process still accepts requests while /health answers 503: time for a balancer to notice.',
  ),
  SOM3D_LOG_LEVEL: variable(
    z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
    'Least severe level of log lines.',
  ),
};
