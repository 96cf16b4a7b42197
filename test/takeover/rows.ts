/**
 * Rows of an installation of the predecessor's before its adoption. One element is one statement. Everybody's password is
 * `Administrador.1`.
 */
const HASH = '$2b$10$DDdUGPMsggdszLhwtqX89.g3Bj6ErJ.o.5se31jg3GWHWtgsHD1ze';

/** An administrator, a doctor with 120 patients and a paid subscription, and the plans. */
export const FIRST_ROWS: readonly string[] = [
  `insert into Usuario (id_usuario, nombre, apellido, correo, contrasena, telefono, ciudad, rol, activo) values
    (1, 'Admin', 'Root', 'admin@root.com', '${HASH}', null, null, 'ADMINISTRADOR', 1),
    (2, 'Medico', 'Pruebas', 'medico.pruebas@som3d.local', '${HASH}', '3000000000', 'Bogota', 'MEDICO', 1)`,
  `insert into Plan (nombre, precio, periodo, duracion_meses) values
    ('Basico Mensual', 39900, 'MENSUAL', 1), ('Profesional Mensual', 69900, 'MENSUAL', 1),
    ('Profesional Trimestral', 179900, 'TRIMESTRAL', 3), ('Empresarial Anual', 599900, 'ANUAL', 12)`,
  `insert into Medico (id_medico, id_usuario, id_hospital, referenciado, estado) values (1, 2, null, 0, 'ACTIVO')`,
  `insert into Paciente (id_medico, doc_tipo, doc_numero, nombres, apellidos, fecha_nacimiento, sexo, telefono, correo,
      direccion, ciudad, estado)
    with recursive n as (select 1 as i union all select i + 1 from n where i < 120)
    select 1, 'CC', concat('PRUEBA-', lpad(i, 5, '0')), concat('Paciente ', lpad(i, 3, '0')), 'Carga',
      curdate() - interval (18 + i % 50) year, if(i % 2 = 0, 'M', 'F'), concat('300', lpad(i, 7, '0')),
      concat('p', i, '@example.test'), concat('Direccion ', i), 'Bogota', 'ACTIVO' from n`,
  `insert into Suscripcion (id_medico, id_hospital, id_plan, fecha_inicio, fecha_expiracion, estado)
    values (1, null, 2, now(), now() + interval 1 month, 'ACTIVA')`,
  `insert into Pago (id_suscripcion, referencia_epayco, monto, fecha_pago) values (1, 'SEED-PAGO-1', 69900, now())`,
];

/**
 * What years of use leave: an address in mixed case, hospitals whose code has no history, jobs without a name, one that
 * was running, a result that was finalized twice and one of nobody's, viewer states that are no JSON, messages in every
 * state, and a confirmation that was never worked off.
 */
export const AWKWARD_ROWS: readonly string[] = [
  `insert into Usuario (id_usuario, nombre, apellido, correo, contrasena, rol, activo)
    values (3, 'Juan', 'Mayus', 'Juan.Mayus@example.com', '${HASH}', 'MEDICO', 0)`,
  `insert into Medico (id_medico, id_usuario, id_hospital, referenciado, estado) values (2, 3, null, 0, 'INACTIVO')`,
  `insert into Hospital (id_hospital, nombre, ciudad, codigo, estado) values
    (1, 'Hospital Legado', 'Bogota', 'LEGADO1', 'ACTIVO'), (2, 'Hospital Dos', 'Cali', 'LEGADO2', 'ACTIVO')`,
  `insert into JobConv (job_id, id_usuario, status, enable_ortopedia, enable_skull, enable_teeth, extra_tasks_json,
      queue_name, started_at, finished_at) values
    ('pjob1', 2, 'DONE', 1, 0, 1, '["teeth"]', 'Femur viejo', '2026-05-01 10:00:00', '2026-05-01 10:20:00'),
    ('pjob2', 2, 'ERROR', 1, 0, 0, null, null, '2026-05-02 10:00:00', '2026-05-02 10:20:00'),
    ('pjob3', 2, 'RUNNING', 1, 0, 0, null, 'Quedo a medias', '2026-05-03 10:00:00', null),
    ('pjob4', 2, 'DONE', 1, 0, 0, null, 'Terminado', '2026-05-04 10:00:00', '2026-05-04 10:20:00')`,
  `insert into JobSTL (id_jobstl, job_id, id_paciente, stl_size, num_stl_archivos, notas) values
    (1, 'pjob1', 1, 900, 3, null), (2, 'pjob1', null, 1000, 3, null), (3, 'pjob1', 1, 1000, 3, 'nota vieja')`,
  `insert into VisorEstado (id_medico, id_paciente, id_jobstl, titulo, ui_json, modelos_json, notas_json, i18n_json) values
    (1, null, 3, 'Sin JSON', '{''camara'': 1}', '[]', 'dos lineas', ''),
    (1, 1, 1, 'Vista vieja', '{"z":1}', '[]', '', 'null')`,
  `insert into mensaje (id_mensaje, id_medico, id_paciente, tipo, titulo, descripcion, severidad, estado,
      respuesta_admin, leido_admin, leido_medico) values
    (1, 1, 1, 'error', 'Viejo resuelto', 'Una descripcion vieja', 'alta', 'resuelto', 'Listo', 1, 0),
    (2, 1, null, 'sugerencia', 'Viejo en analisis', 'Otra descripcion vieja', 'baja', 'analisis', null, 0, 0),
    (3, 1, null, 'error', 'Viejo en curso', 'Otra descripcion vieja', 'media', 'en_curso', null, 1, 0)`,
  `insert into mensaje_gestion (id_mensaje, asignado_admin_id_usuario) values (1, 1)`,
  `insert into mensaje_evento (id_mensaje, id_actor_usuario, accion, detalle_json) values
    (1, 2, 'CREADO', '{"tipo": "error", "severidad": "alta"}'),
    (1, 1, 'ACTUALIZADO_ADMIN', '{"changes": {"estado": {"old": "nuevo", "new": "resuelto"}}}')`,
  `insert into ClinicalAudit (entity_type, entity_id, action, actor_id_usuario, before_json, after_json, meta_json) values
    ('PACIENTE', 1, 'UPDATE', 2, '{"id_paciente": 1}', '{"id_paciente": 1, "ciudad": "Cali"}',
      '{"changed_fields": ["ciudad"]}')`,
  `insert into payment_webhook_event (ref_payco, transaction_id, estado, firma_valida, payload_json, processed, attempts)
    values ('OLD1', 'TOLD1', 'PENDIENTE', 1, '{"x_ref_payco": "OLD1", "x_extra1": "1"}', 0, 1)`,
  `insert into clinical_note (id_paciente, id_medico, segmento, texto) values (1, 1, 'GENERAL', 'nota vieja')`,
  `insert into Estudio (id_paciente, id_medico, modalidad, fecha_estudio, descripcion)
    values (1, 1, 'CT', '2026-04-01 15:30:00', 'Viejo')`,
];

/** Statements that the predecessor goes on to send after the stories were told. */
export const FURTHER_STATEMENTS: readonly string[] = [
  `insert into Usuario (nombre, apellido, correo, contrasena, telefono, direccion, ciudad, rol, activo)
    values ('Nuevo', 'Médico', 'nuevo@hospital.co', '${HASH}', null, null, null, 'MEDICO', 0)`,
  `insert into Medico (id_usuario, id_hospital, referenciado, estado)
    select id_usuario, null, 0, 'ACTIVO' from Usuario where correo = 'nuevo@hospital.co'`,
  `insert into Suscripcion (id_medico, id_hospital, id_plan, fecha_inicio, fecha_expiracion, estado)
    select max(id_medico), null, 1, '2027-06-01 00:00:00', null, 'PAUSADA' from Medico`,
  `insert into Pago (id_suscripcion, referencia_epayco, monto, fecha_pago)
    select max(id_suscripcion), 'ref-further', 39900.00, '2027-06-01 00:00:00' from Suscripcion`,
  `insert into JobConv (job_id, id_usuario, status, enable_ortopedia, enable_appendicular, enable_muscles, enable_skull,
    enable_teeth, enable_hip_implant, extra_tasks_json, queue_name) values ('pjob9', 2, 'QUEUED', 1, 0, 0, 0, 0, 0, null, 'Nuevo')`,
  `update JobConv set status = 'RUNNING', started_at = '2027-06-01 00:00:00' where job_id = 'pjob9'`,
  `update JobConv set status = 'DONE', finished_at = '2027-06-01 00:10:00' where job_id = 'pjob9'`,
  `insert into JobSTL (job_id, id_paciente, stl_size, num_stl_archivos, notas) values ('pjob9', null, 10, 1, null)`,
  `insert into JobSTL (job_id, id_paciente, stl_size, num_stl_archivos, notas) values ('pjob9', 2, 10, 1, 'Lista')`,
  `insert into VisorEstado (id_medico, id_paciente, id_jobstl, titulo, descripcion, ui_json, modelos_json, notas_json, i18n_json)
    select 1, 2, max(id_jobstl), 'Otra', null, '{}', '[]', '[]', '{}' from JobSTL`,
  `insert into Paciente (id_medico, doc_tipo, doc_numero, nombres, apellidos, estado) values (1, 'CC', 'F-1003', 'Ana', 'Ruiz', 'ACTIVO')`,
  `insert into mensaje (id_medico, tipo, titulo, descripcion, severidad, estado) values (1, 'error', 'Otro', 'Otra descripcion', 'alta', 'en_curso')`,
  `insert into payment_webhook_event (ref_payco, transaction_id, estado, firma_valida, payload_json, processed, attempts)
    values ('ref-further', 't-further', 'APROBADO', 1, '{}', 0, 1)`,
  `insert into ClinicalAudit (entity_type, entity_id, action, actor_id_usuario, before_json, after_json, meta_json)
    values ('PATIENT', 5, 'CREATE', 2, null, '{}', null)`,
  `insert into HospitalCode (id_hospital, codigo, creado_por_id_usuario, expires_at) values (1, 'OTRO-2027', 1, '2028-01-01 00:00:00')`,
  `select s.*, p.* from Suscripcion s join Plan p on p.id_plan = s.id_plan where s.estado = 'ACTIVA'`,
  `delete from VisorEstado where titulo = 'Otra'`,
  `delete from JobSTL where job_id = 'pjob9'`,
  `delete from JobConv where job_id = 'pjob9'`,
];
