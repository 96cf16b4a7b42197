import http from 'node:http';
import { DatabaseSync } from 'node:sqlite';

/**
 * The least that could answer the patients list on the embedded database: node:http and node:sqlite with the statements
 * that the service sends, prepared once. No validation, no token, no headers beyond the body's. Prints its port.
 */
const db = new DatabaseSync(process.env['BENCH_FILE'] ?? '', { readOnly: true });
const user = Number(process.env['BENCH_USER']);
const actor = db.prepare(
  `select u.id_usuario, u.rol, u.activo, u.correo, m.id_medico from Usuario as u
   left join Medico as m on m.id_usuario = u.id_usuario
   inner join auth_refresh_session as s on s.live_family = (select live_family from auth_refresh_session where id_usuario = ? limit 1)
     and s.revoked_at is null and s.id_usuario = u.id_usuario and s.expires_at > ?
   where u.id_usuario = ? and u.token_version = 0 and u.suspended_at is null`,
);
const list = db.prepare(
  'select id_paciente, id_medico, doc_tipo, doc_numero, nombres, apellidos, fecha_nacimiento, sexo, telefono, correo, direccion, ciudad, estado from Paciente where id_medico = ? order by id_paciente desc limit ? offset ?',
);

const server = http.createServer((_request, response) => {
  const { id_medico } = actor.get(user, Date.now(), user) as { readonly id_medico: number };
  const body = JSON.stringify(list.all(id_medico, 500, 0));
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) });
  response.end(body);
});
server.listen(0, '127.0.0.1', () => console.log((server.address() as { port: number }).port));
