import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type Connection } from 'mysql2/promise';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createEmptyDatabase, databaseKinds, type TestDatabase } from '../support/database.ts';
import { connect, lostOrChanged, readCatalog, readRows } from './catalog.ts';
import { HOSTILE, mysqldump, phpMyAdmin, quoted } from './dump.ts';
import { PREDECESSOR_ROWS, PREDECESSOR_SCHEMA, PREDECESSOR_STATEMENTS } from './predecessor.sql.ts';

const MYSQL = databaseKinds().includes('mysql');

describe.runIf(MYSQL)('the command import', { timeout: 120_000 }, () => {
  test.each([
    ['mysqldump', mysqldump({ rows: [noteOf(HOSTILE)] })],
    ['phpMyAdmin, on Windows', `\uFEFF${phpMyAdmin([noteOf(HOSTILE)]).replaceAll('\n', '\r\n')}`],
  ])('takes over what %s wrote, and adopts it', async (_program, dump) => {
    const { database, connection } = await emptyDatabase();
    const { code, output } = await runImport(database, dump);
    expect(output).toContain('The database is up to date.');
    expect(code).toBe(0);

    const original = await predecessor(noteOf(HOSTILE));
    const before = await readCatalog(original);
    const after = await readCatalog(connection);
    const kept = (name: string) => /^(?:trigger|routine|event|foreign key|check) /.test(name);
    expect(lostOrChanged(before, after).map(unixLines).filter(kept)).toEqual([]);
    expect(after).toHaveProperty(['column JobConv.lease_token']);
    expect(after).not.toHaveProperty(['table som3d_import']);
    expect(await rowsOf(connection, before)).toEqual(await rowsOf(original, before));
    const [notes] = await connection.query('select texto from clinical_note where id_note = 2');
    expect(notes).toEqual([{ texto: HOSTILE }]);
  });

  test('makes the importing account the definer, so that procedures, triggers and the event work', async () => {
    const { database, connection } = await emptyDatabase();
    const account = await ordinaryAccount(database, connection);
    const { code, output } = await runImport(account, mysqldump());
    expect(output).toContain('Left out: ');
    expect(code).toBe(0);
    const [definers] = await connection.query(`
      select distinct definer as account from information_schema.routines where routine_schema = database()
      union select definer from information_schema.triggers where trigger_schema = database()
      union select definer from information_schema.events where event_schema = database()`);
    expect(definers).toEqual([{ account: `${account.name}@%` }]);
    for (const statement of PREDECESSOR_STATEMENTS) await connection.query(statement);
    await expect(
      connection.query("insert into Pago (id_suscripcion, referencia_epayco, monto) values (1, 'low', 1)"),
    ).rejects.toThrow('monto menor al precio del plan');
  });

  test('passes bytes through that are no text, and large rows', async () => {
    const { database, connection } = await emptyDatabase();
    const raw = [
      'CREATE TABLE scans (id int primary key, bytes longblob);',
      "INSERT INTO scans VALUES (1, 0xDEADBEEF),(2, _binary '\\\\\u0001\\0\\Z\\';\u0080'),(3, repeat('x', 3));",
      `INSERT INTO scans VALUES (4, '${'ab;'.repeat(7 * 2 ** 20)}');\n`,
    ].join('\n');
    const dump = Buffer.from(mysqldump({ raw }));
    // what is two bytes in UTF-8 was one in a blob
    const bytes = Buffer.from(dump.toString('latin1').replace('\xc2\x80', '\x80'), 'latin1');
    const { code, output } = await runImport(database, bytes);
    expect(code).toBe(0);
    expect(output).toMatch(/^ {0,2}\d+ % {2}\d+\.\d MiB of 2\d\.\d MiB, line \d+/m);
    const [rows] = await connection.query('select hex(left(bytes, 9)) as start, length(bytes) as bytes from scans');
    expect(rows).toEqual([
      { start: 'DEADBEEF', bytes: 4 },
      { start: '5C01001A273B80', bytes: 7 },
      { start: '787878', bytes: 3 },
      { start: '61623B61623B61623B', bytes: 21 * 2 ** 20 },
    ]);
  });

  test('refuses a database that is not empty, and leaves it as it is', async () => {
    const { database, connection } = await emptyDatabase();
    expect(await runImport(database, mysqldump())).toMatchObject({ code: 0 });
    const before = await readCatalog(connection);
    const { code, output } = await runImport(database, mysqldump(), '--discard-unfinished');
    expect(output).toMatch(/^som3d-server: The database is not empty \(event ev_reconcile_subscriptions, .* more\)/m);
    expect(code).toBe(1);
    expect(await readCatalog(connection)).toEqual(before);
  });

  test.each([
    ['in a statement', mysqldump().slice(0, mysqldump().indexOf("'Otro'")), /line \d+: .*inside the statement/],
    ['between two statements', mysqldump({ footer: '' }), /line \d+: .*Dump completed/],
    ['in a transaction', phpMyAdmin().replace('COMMIT;\n', ''), /line \d+: .*COMMIT of line 7's transaction/],
    ['by a second database', mysqldump({ raw: 'USE `otra`;\n' }), /line \d+: .*several databases \(casaos, otra\)/],
    ['by a name of another database', mysqldump({ raw: 'DROP TABLE `otra`.`x`;\n' }), /line \d+: DROP TABLE names/],
    ['by its character set', mysqldump({ raw: 'SET NAMES sjis;\n' }), /line \d+: .*written in sjis/],
    ['as it is packed', Buffer.from([0x1f, 0x8b, 8, 0]), /line 1: .*compressed/],
    ['as it is UTF-16', Buffer.from(`\uFEFF${mysqldump()}`, 'utf16le'), /line 1: .*UTF-16/],
    ['as it is something else', 'nombre;apellido;\n', /line 1: .*no table/],
  ])('sees what can not be imported before it begins: cut off or unfit %s', async (_where, dump, message) => {
    const { database, connection } = await emptyDatabase();
    const { code, output } = await runImport(database, dump);
    expect(output).toMatch(new RegExp(`^som3d-server: .*dump\\.sql, ${message.source}`, 'm'));
    expect(code).toBe(1);
    expect(await readCatalog(connection)).toEqual({});
  });

  const spoilt: [what: string, bad: string, lines: number, message: RegExp][] = [
    [
      'a syntax error',
      "insert into Paciente\n(id_medico) valuesx ('Secreta Persona')",
      1,
      /INSERT Paciente: ER_PARSE_ERROR/,
    ],
    [
      'a key that is there',
      "insert into Usuario select * from Usuario where correo = 'Secreta Persona' union all select * from Usuario limit 1",
      0,
      /INSERT Usuario: ER_DUP_ENTRY: for key '(?:Usuario\.)?PRIMARY'/,
    ],
    [
      'a value that does not fit',
      "SET sql_mode='STRICT_ALL_TABLES';insert into Paciente (id_medico,nombres,apellidos,fecha_nacimiento) values (1,'x','y','Secreta Persona')",
      0,
      /INSERT Paciente: ER_TRUNCATED_WRONG_VALUE: for column \S*['`]fecha_nacimiento['`] at row 1/,
    ],
    [
      'an unknown collation',
      'create table t (id int) collate nosuch',
      0,
      /CREATE TABLE t: ER_UNKNOWN_COLLATION: Unknown/,
    ],
  ];
  for (const [index, [what, bad, lines, message]] of spoilt.entries()) {
    const tags = index === 0 ? [] : ['long'];
    test(`drops everything again after ${what}, and names the line without the row`, { tags }, async () => {
      const { database, connection } = await emptyDatabase();
      const dump = mysqldump({ raw: `${bad};\n` });
      const line = dump.slice(0, dump.indexOf(bad)).split('\n').length + lines;
      const { code, output } = await runImport(database, dump);
      expect(output).toMatch(new RegExp(`dump\\.sql, line ${line}: ${message.source}`));
      expect(output).not.toContain('Secreta');
      expect(code).toBe(1);
      expect(await readCatalog(connection)).toEqual({});
      expect(await runImport(database, mysqldump())).toMatchObject({ code: 0 });
    });
  }

  test('drops everything again when it is stopped', async () => {
    const { database, connection } = await emptyDatabase();
    const importing = startImport(database, await fileOf(database, mysqldump({ raw: 'select sleep(600);\n' })));
    await expect.poll(() => running(connection, 'select sleep(600)'), { timeout: 30_000 }).toBe(true);
    importing.child.kill('SIGTERM');
    const { code, output } = await importing.ended;
    expect(output).toContain('som3d-server: Stopped. The import removed everything that it had created.');
    expect(code).toBe(1);
    expect(await readCatalog(connection)).toEqual({});
  });

  test('drops what a killed import has left when it is told to, and not before', async () => {
    const { database, connection } = await emptyDatabase();
    const file = await fileOf(database, mysqldump({ raw: 'select sleep(600);\n' }));
    const importing = startImport(database, file);
    await expect.poll(() => running(connection, 'select sleep(600)'), { timeout: 30_000 }).toBe(true);
    importing.child.kill('SIGKILL');
    await importing.ended;
    await endSleep(connection);
    const refused = await runImport(database, mysqldump());
    expect(refused.output).toContain('--discard-unfinished');
    expect(refused.code).toBe(1);
    expect(await readCatalog(connection)).toHaveProperty(['table Usuario']);
    expect(await runImport(database, mysqldump(), '--discard-unfinished')).toMatchObject({ code: 0 });
    expect(await readCatalog(connection)).not.toHaveProperty(['table som3d_import']);
  });

  test('keeps what it has imported when rows break a new rule, and reports them', async () => {
    const { database, connection } = await emptyDatabase();
    const twice = "update Suscripcion set estado = 'ACTIVA' where id_suscripcion = 2";
    const { code, output } = await runImport(database, mysqldump({ rows: [twice] }));
    expect(output).toContain('- Suscripcion 1, 2 of id_medico 1');
    expect(output).toContain('The dump itself is imported. Settle these rows');
    expect(code).toBe(1);
    await connection.query("update Suscripcion set estado = 'PAUSADA' where id_suscripcion = 2");
    expect(await run(database, ['migrate'])).toMatchObject({ code: 0 });
  });
});

describe('the command import without a MySQL', { tags: ['heavy'] }, () => {
  test('counts what a dump holds', async () => {
    await using database = await createEmptyDatabase('sqlite');
    const { code, output } = await runImport(database, mysqldump(), '--dry-run');
    expect(output).toContain('19 × CREATE TABLE');
    expect(output).toContain('3 × CREATE TRIGGER, 1 × CREATE EVENT, 2 × CREATE PROCEDURE');
    expect(output).toContain('Left out: 2 × settings of the server, 2 × names of databases, 2 × table locks');
    expect(code).toBe(0);
  });

  test.each([
    ['the embedded database', 'here', /not the embedded one: set MYSQL_URL/],
    ['a file that is not there', 'nowhere.sql', /nowhere\.sql cannot be read \(ENOENT\)/],
  ])('refuses %s', async (_name, file, message) => {
    await using database = await createEmptyDatabase('sqlite');
    const given = file === 'here' ? [await fileOf(database, mysqldump())] : [file, '--dry-run'];
    const { code, output } = await run(database, ['import', ...given]);
    expect(output).toMatch(message);
    expect(code).toBe(1);
  });
});

function noteOf(text: string): string {
  return `insert into clinical_note (id_paciente, id_medico, texto) values (1, 1, ${quoted(text)})`;
}

/** A routine's body has the line ends of the file that it came from. */
function unixLines(line: string): string {
  const [before, after] = line.replaceAll('\r', '').split(' => ');
  return before?.endsWith(`: ${after}`) ? '' : line;
}

async function emptyDatabase(): Promise<{ database: TestDatabase; connection: Connection }> {
  const database = await createEmptyDatabase('mysql');
  onTestFinished(() => database.drop());
  const connection = await connect(database.env['MYSQL_URL'] ?? '');
  onTestFinished(() => connection.end());
  return { database, connection };
}

async function predecessor(...more: string[]): Promise<Connection> {
  const { connection } = await emptyDatabase();
  for (const statement of [...PREDECESSOR_SCHEMA, ...PREDECESSOR_ROWS, ...more]) await connection.query(statement);
  return connection;
}

/** Without the instants of their insertion. */
async function rowsOf(connection: Connection, catalog: Record<string, string>): Promise<unknown> {
  const own = Object.entries(catalog).filter(([, definition]) => !/current_timestamp/i.test(definition));
  return readRows(connection, Object.fromEntries(own));
}

/** An account that has rights on this database alone. */
async function ordinaryAccount(database: TestDatabase, connection: Connection) {
  const url = new URL(database.env['MYSQL_URL'] ?? '');
  const name = `u${url.pathname.slice(-24)}`;
  await connection.query(`create user ${name}@'%' identified by 'secret'`);
  onTestFinished(async () => void (await connection.query(`drop user ${name}@'%'`)));
  await connection.query(`grant all on \`${url.pathname.slice(1)}\`.* to ${name}@'%'`);
  Object.assign(url, { username: name, password: 'secret' });
  return { ...database, name, env: { MYSQL_URL: url.href } };
}

const RUNNING = 'select id from information_schema.processlist where info = ? and db = database()';
async function running(connection: Connection, statement: string): Promise<boolean> {
  return ((await connection.query(RUNNING, [statement]))[0] as object[]).length > 0;
}

/** The server goes on with a statement whose client is gone. */
async function endSleep(connection: Connection): Promise<void> {
  const [rows] = await connection.query(RUNNING, ['select sleep(600)']);
  for (const { id } of rows as { id: number }[]) await connection.query(`kill ${id}`);
}

type Target = Pick<TestDatabase, 'dataDir' | 'env'>;

async function fileOf({ dataDir }: Target, dump: string | Buffer): Promise<string> {
  const file = path.join(dataDir, 'dump.sql');
  await writeFile(file, dump);
  return file;
}

async function runImport(target: Target, dump: string | Buffer, ...options: string[]) {
  return startImport(target, await fileOf(target, dump), ...options).ended;
}

function startImport(target: Target, file: string, ...options: string[]) {
  return start(target, ['import', file, ...options]);
}

function run(target: Target, args: readonly string[]) {
  return start(target, args).ended;
}

function start({ dataDir, env }: Target, args: readonly string[]) {
  const ended = Promise.withResolvers<{ code: number | string | null | undefined; output: string }>();
  const variables = { PATH: process.env['PATH'], SOM3D_DATA_DIR: dataDir, JWT_SECRET: 'a secret of the tests', ...env };
  const child = execFile(process.execPath, [MAIN, ...args], { cwd: dataDir, env: variables }, (error, out, err) =>
    ended.resolve({ code: error ? error.code : 0, output: out + err }),
  );
  return { child, ended: ended.promise };
}

const MAIN = path.join(import.meta.dirname, '../../server/dist/main.js');
