import http from 'node:http';
import jwt from 'jsonwebtoken';
import { createPool, type RowDataPacket } from 'mysql2/promise';
import type { BaselineRoute } from './http.ts';

/**
 * The least that could answer a request: node:http and mysql2 with the statements that the service sends, and with the
 * check of the token's signature where that is asked for. No validation, no headers beyond the body's. Prints its port.
 */
const pool = createPool({
  uri: process.env['MYSQL_URL'] ?? '',
  connectionLimit: 10,
  timezone: 'Z',
  dateStrings: ['DATE'],
});
const routes = new Map(JSON.parse(process.env['BENCH_ROUTES'] ?? '[]') as [string, BaselineRoute][]);
const secret = process.env['JWT_SECRET'] ?? '';

async function answer({ url, headers }: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
  const route = routes.get(url ?? '');
  if (!route) throw new Error(`no route ${url}`);
  if (route.checksToken) jwt.verify(headers.authorization?.slice('Bearer '.length) ?? '', secret);
  let rows: RowDataPacket[] = [];
  for (const statement of route.statements) [rows] = await pool.query<RowDataPacket[]>(statement);
  const body = JSON.stringify(rows);
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) });
  response.end(body);
}

const server = http.createServer((request, response) => {
  void answer(request, response);
});
server.listen(0, '127.0.0.1', () => console.log((server.address() as { port: number }).port));
