import { z } from 'zod';
import { flag, integer, text, variable } from './variable.ts';

export const HTTP = {
  PORT: variable(integer(0, 65_535, 8000), 'TCP port; 0 takes a free one.'),
  HOST: variable(text.default('127.0.0.1'), 'Address to listen on; 0.0.0.0 opens it to the network.'),
  BASE_URL: variable(
    z.url().optional(),
    'Public address of the API; without it, http://HOST:PORT.',
    'https://api.example.com',
  ),
  FRONTEND_ORIGINS: variable(
    text.default('http://localhost:3000,http://localhost:5173'),
    'Origins that browsers may call from, separated by commas; * for any.',
  ),
  TRUST_PROXY_HEADERS: variable(
    flag(false),
    'Believe what the proxy in front adds to X-Forwarded-For and sets as X-Forwarded-Proto.',
  ),
  SOM3D_SHUTDOWN_SECONDS: variable(integer(1, 600, 20), 'Seconds that running requests get after SIGTERM.'),
  SOM3D_EVENT_STREAMS: variable(
    integer(1, 100_000, 1000),
    'Event streams (GET /som3d/jobs/{id}/events) open at once in one process; beyond it 503.',
  ),
  SOM3D_EVENT_STREAMS_PER_USER: variable(
    integer(1, 1000, 20),
    'Event streams of one user open at once in one process; beyond it 429.',
  ),
  SOM3D_DRAIN_DELAY_SECONDS: variable(
    integer(0, 300, 0),
    'Seconds after SIGTERM in which requests are still taken while /health says 503: time for a balancer to notice.',
  ),
  SOM3D_LOG_LEVEL: variable(
    z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
    'Least severe log line written.',
  ),
};
