import { expect, test } from 'vitest';
import { describeApi, expectProblem } from '../support/server.ts';
import { call } from '../support/stranger.ts';

const TOKEN = 'a-token-of-the-scraper-alone';

/** The value of one series, as Prometheus would read it; undefined when it is not there. */
function valueOf(text: string, series: string): number | undefined {
  const line = text.split('\n').find((each) => each.startsWith(`${series} `));
  return line === undefined ? undefined : Number(line.slice(series.length + 1));
}

/** What the service tells those who watch over it. */
describeApi(
  'monitoring',
  (api) => {
    const as = async (token: string) =>
      await call(`${api().url}/metrics`, { headers: { authorization: `Bearer ${token}` } });
    const scrape = async (): Promise<string> => {
      const answer = await as(TOKEN);
      expect(answer.status).toBe(200);
      expect(answer.headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
      return answer.body;
    };

    test('lets in the scraper and administrators, nobody else', async () => {
      const [doctor, admin] = [await api().doctor(), await api().admin()];
      expect((await as(admin.token)).body).toContain('som3d_build_info');
      expect((await as(doctor.token)).status).toBe(403);
      await expectProblem(api().client.monitoring.metrics(), 401);
      for (const token of [TOKEN.slice(1), `${TOKEN}x`]) {
        const { status, headers } = await as(token);
        expect([status, headers['www-authenticate']]).toEqual([401, 'Bearer']);
      }
      await scrape();
    });

    test('counts requests by the template of their route, whatever their paths', async () => {
      const { client, user } = await api().doctor();
      const series = (status: number) =>
        `som3d_http_request_duration_seconds_count{method="GET",route="/patients/:id",status="${status}"}`;
      const before = valueOf(await scrape(), series(404)) ?? 0;
      for (const id of [987_654_321, 987_654_322]) await expectProblem(client.patients.get({ params: { id } }), 404);
      for (const path of ['/no/such/path-1', '/no/such/path-2']) await call(api().url + path);
      const text = await scrape();
      expect(valueOf(text, series(404))).toBe(before + 2);
      expect(text).toContain('route="unmatched",status="404"');
      expect(text).not.toMatch(/98765432|such|path-1/);
      expect(text).not.toContain(user.correo);
      expect(valueOf(text, 'som3d_http_requests_in_flight')).toBe(1);
    });

    test('tells what waits in the database', async () => {
      const text = await scrape();
      expect(valueOf(text, 'som3d_database_up')).toBe(1);
      expect(valueOf(text, 'som3d_jobs{state="queued"}')).toBe(0);
      expect(valueOf(text, 'som3d_job_queue_oldest_age_seconds')).toBe(0);
      expect(valueOf(text, 'som3d_payment_events{state="pendiente"}')).toBe(0);
      expect(valueOf(text, 'som3d_mails{state="fallido"}')).toBe(0);
      expect(valueOf(text, 'som3d_workers')).toBeGreaterThanOrEqual(0);
      expect(valueOf(text, 'som3d_db_statement_duration_seconds_count{operation="select"}')).toBeGreaterThan(0);
      expect(valueOf(text, 'process_resident_memory_bytes')).toBeGreaterThan(0);
      const pool = valueOf(text, 'som3d_db_pool_connections');
      expect((pool ?? 0) > 0).toBe(api().kind === 'mysql');
    });

    test('shows how many statements wait for a connection to MySQL', async ({ skip }) => {
      skip(api().kind !== 'mysql', 'SQLite has no pool');
      const { orm, config } = api().deps;
      const size = config.SOM3D_DB_POOL;
      const held = Promise.withResolvers<void>();
      const holders = Array.from({ length: size }, () => Promise.withResolvers<void>());
      const holding = holders.map(({ resolve }) =>
        orm.em.fork().transactional(async () => {
          resolve();
          await held.promise;
        }),
      );
      await Promise.all(holders.map(({ promise }) => promise));
      const waiting = orm.em.fork().getConnection().execute('select 1');
      const pool = async (name: string) => {
        const metrics = await api().deps.telemetry.instruments.registry.metrics();
        return valueOf(metrics, `som3d_db_pool_${name}`);
      };
      expect([await pool('connections'), await pool('free_connections')]).toEqual([size, 0]);
      expect(await pool('waiting')).toBeGreaterThanOrEqual(1);
      held.resolve();
      await Promise.all([...holding, waiting]);
      expect(await pool('free_connections')).toBe(size);
      expect(await pool('waiting')).toBe(0);
    });

    test('is text that Prometheus reads: each metric told once, with help and type', async () => {
      const lines = (await scrape()).split('\n').filter(Boolean);
      const types = lines.filter((line) => line.startsWith('# TYPE ')).map((line) => line.split(' ')[2] ?? '');
      expect(types.filter((name, at) => types.indexOf(name) !== at)).toEqual([]);
      for (const line of lines.filter((each) => !each.startsWith('#'))) {
        expect(line).toMatch(/^[a-z_]\w*(\{(\w+="[^"\n]*",?)+\})? -?(\d+(\.\d+)?(e[+-]?\d+)?|NaN|\+Inf)$/i);
        const name = line.split(/[{ ]/)[0] ?? '';
        expect(types.some((type) => [type, `${type}_sum`, `${type}_count`, `${type}_bucket`].includes(name))).toBe(
          true,
        );
      }
    });
  },
  { SOM3D_METRICS_TOKEN: TOKEN },
);
