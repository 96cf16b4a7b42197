import http from 'node:http';
import { createPool, type RowDataPacket } from 'mysql2/promise';

/**
 * The least that could answer the patients list: node:http and mysql2 with the same two statements that the service
 * sends, no validation, no token, no headers beyond the body's. Prints its port.
 */
const pool = createPool({
  uri: process.env['MYSQL_URL'] ?? '',
  connectionLimit: 10,
  timezone: 'Z',
  dateStrings: ['DATE'],
});
const USER = Number(process.env['BENCH_USER']);

const ACTOR =
  'select u.id_usuario, u.rol, u.activo, u.correo, m.id_medico from Usuario as u left join Medico as m on m.id_usuario = u.id_usuario where u.id_usuario = ?';
const LIST =
  'select id_paciente, id_medico, doc_tipo, doc_numero, nombres, apellidos, fecha_nacimiento, sexo, telefono, correo, direccion, ciudad, estado from Paciente where id_medico = ? order by id_paciente desc limit ? offset ?';

const server = http.createServer((_request, response) => {
  void (async () => {
    const [actors] = await pool.query<RowDataPacket[]>(ACTOR, [USER]);
    const [patients] = await pool.query<RowDataPacket[]>(LIST, [actors[0]?.['id_medico'], 500, 0]);
    const body = JSON.stringify(patients);
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) });
    response.end(body);
  })();
});
server.listen(0, '127.0.0.1', () => console.log((server.address() as { port: number }).port));
