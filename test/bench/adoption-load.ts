import type { Connection } from 'mysql2/promise';
import { BCRYPT_HASH, PREDECESSOR_REFRESH_SESSIONS, PREDECESSOR_SCHEMA } from '../migrations/predecessor.sql.ts';

/** 1 January 2025: two loads hold the same rows. */
const THEN_S = 1_735_689_600;

/** The predecessor's database with `patients` patients and, in proportion, everything that belongs to them. */
export async function loadPredecessor(database: Connection, patients: number): Promise<void> {
  for (const statement of [...PREDECESSOR_SCHEMA, PREDECESSOR_REFRESH_SESSIONS]) await database.query(statement);
  await database.query(
    `set session cte_max_recursion_depth = ${patients * 4}, unique_checks = 0, foreign_key_checks = 0, timestamp = ${THEN_S}`,
  );
  for (const statement of fillStatements(patients)) await database.query(statement);
  await database.query('set session unique_checks = 1, foreign_key_checks = 1, timestamp = default');
}

/** `n.i` counts from 1 to `count`. */
function numbers(count: number): string {
  return `with recursive n (i) as (select 1 union all select i + 1 from n where i < ${Math.max(1, count)})`;
}

function fillStatements(patients: number): string[] {
  const doctors = Math.ceil(patients / 50);
  const hospitals = Math.ceil(patients / 500);
  const jobs = Math.ceil(patients / 2);
  const months = 12;
  const doctor = `1 + i % ${doctors}`;
  const patient = `1 + i % ${patients}`;
  return [
    `insert into Plan (nombre, precio, periodo, duracion_meses) values ('Basico Mensual', 39900, 'MENSUAL', 1),
      ('Profesional Trimestral', 179900, 'TRIMESTRAL', 3), ('Empresarial Anual', 599900, 'ANUAL', 12)`,
    `insert into Usuario (id_usuario, nombre, apellido, correo, contrasena, ciudad, rol, activo) ${numbers(doctors + 20)}
      select i, elt(1 + i % 4, 'Íngrid', 'Luz', 'José', 'Iván'), elt(1 + i % 3, 'Ñáñez', 'Gómez', 'Peña'),
        concat('u', i, '@hospital.co'), '${BCRYPT_HASH}', 'Cali', if(i > ${doctors}, 'ADMINISTRADOR', 'MEDICO'), i % 2 from n`,
    `insert into Hospital (id_hospital, nombre, codigo, ciudad) ${numbers(hospitals)}
      select i, concat('Hospital ', i), concat('H', i), 'Bogotá' from n`,
    `insert into Medico (id_medico, id_usuario, id_hospital) ${numbers(doctors)}
      select i, i, if(i % 3 = 0, null, 1 + i % ${hospitals}) from n`,
    `insert into HospitalCode (id_hospital, codigo, used_at) ${numbers(hospitals)}
      select i, concat('H', i), null from n union all select i, concat('OLD', i), current_timestamp from n`,
    `insert into Suscripcion (id_suscripcion, id_medico, id_plan, fecha_inicio, fecha_expiracion, estado) ${numbers(2 * doctors)}
      select i, ${doctor}, 1, if(i > ${doctors}, '2025-01-01', '2024-01-01'), if(i > ${doctors}, '2025-02-01', '2024-02-01'),
        if(i > ${doctors}, 'ACTIVA', 'PAUSADA') from n`,
    `insert into Suscripcion (id_hospital, id_plan, fecha_inicio, fecha_expiracion, estado) ${numbers(hospitals)}
      select i, 3, '2025-01-01', '2026-01-01', 'ACTIVA' from n`,
    `insert into Pago (id_suscripcion, referencia_epayco, monto) ${numbers(months * doctors)}
      select 1 + i % ${2 * doctors}, concat('ref-', i), 39900 from n`,
    `insert into payment_webhook_event (ref_payco, transaction_id, estado, firma_valida, payload_json, processed)
      ${numbers(months * doctors)}
      select concat('ref-', i), concat('t-', i), 'APROBADO', 1, concat('{"x_ref_payco":"', i, '","x":"', repeat('z', 600), '"}'), 1 from n`,
    `insert into Paciente (id_paciente, id_medico, doc_tipo, doc_numero, nombres, apellidos, fecha_nacimiento, ciudad)
      ${numbers(patients)}
      select i, ${doctor}, if(i % 10 = 0, null, elt(1 + i % 3, 'CC', 'TI', 'CE')), if(i % 10 = 0, null, 1000000 + i),
        elt(1 + i % 4, 'María', 'José', 'Ana', 'Iván'), elt(1 + i % 3, 'Gómez', 'Rey', 'Peña'),
        date_add('1940-01-01', interval i % 30000 day), 'Cali' from n`,
    `insert into Estudio (id_paciente, id_medico, modalidad, descripcion) ${numbers(2 * patients)}
      select ${patient}, 1 + (${patient}) % ${doctors}, 'CT', 'Tomografía de rodilla' from n`,
    `insert into clinical_note (id_paciente, id_medico, texto) ${numbers(patients)}
      select ${patient}, ${doctor}, repeat('Nota clínica. ', 20) from n`,
    `insert into JobConv (job_id, id_usuario, status, extra_tasks_json, started_at, finished_at, updated_at) ${numbers(jobs)}
      select concat('job-', i), ${doctor}, if(i % 20 = 0, 'ERROR', 'DONE'), '[]', '2024-06-01 10:00:00',
        if(i % 20 = 0, null, '2024-06-01 10:30:00'), '2024-06-01 10:30:00' from n`,
    `insert into JobSTL (job_id, id_paciente, stl_size, num_stl_archivos) ${numbers(jobs)}
      select concat('job-', i), ${patient}, 100000000 + i, 3 from n where i % 20 > 0`,
    `insert into VisorEstado (id_medico, id_paciente, titulo, ui_json, modelos_json, notas_json, i18n_json)
      ${numbers(Math.ceil(patients / 10))}
      select ${doctor}, ${patient}, 'Vista', concat('{"a":"', repeat('u', 2000), '"}'), '[]', '[]', '{}' from n`,
    `insert into mensaje (id_medico, id_paciente, tipo, titulo, descripcion, severidad) ${numbers(Math.ceil(patients / 20))}
      select ${doctor}, ${patient}, 'error', 'No carga', repeat('El visor no carga. ', 10), 'alta' from n`,
    `insert into ClinicalAudit (entity_type, entity_id, action, actor_id_usuario, before_json, after_json) ${numbers(3 * patients)}
      select 'PATIENT', ${patient}, 'UPDATE', ${doctor}, concat('{"x":"', repeat('b', 200), '"}'),
        concat('{"x":"', repeat('a', 200), '"}') from n`,
    `insert into auth_login_attempt (correo, ip_address, success) ${numbers(patients)}
      select concat('u', ${doctor}, '@hospital.co'), '10.0.0.1', i % 2 from n`,
    `insert into auth_refresh_session (id_usuario, jti, expires_at) ${numbers(10 * doctors)}
      select ${doctor}, concat('jti-', i), '2027-01-01' from n`,
  ];
}

/** A number of every table's rows by their present columns: the same number, the same rows. */
export async function checksums(
  database: Connection,
  columns: ReadonlyMap<string, readonly string[]>,
): Promise<Map<string, string>> {
  const sums = new Map<string, string>();
  for (const [table, names] of columns) {
    const values = names.map((name) => `quote(\`${name}\`)`).join(', ');
    const [rows] = await database.query(
      `select concat(count(*), ' rows ', coalesce(bit_xor(cast(conv(left(sha2(concat_ws(',', ${values}), 256), 16), 16, 10) as unsigned)), 0)) as sum
       from \`${table}\``,
    );
    sums.set(table, (rows as { sum: string }[])[0]?.sum ?? '');
  }
  return sums;
}
