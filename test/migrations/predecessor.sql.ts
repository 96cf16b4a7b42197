/**
 * The predecessor's database as its dump leaves it, but for `auth_refresh_session`, which it makes when it runs: tables,
 * check, triggers, procedures, event, and a few rows. One element is one statement.
 */
export const PREDECESSOR_SCHEMA: readonly string[] = [
  `create table Usuario (
    id_usuario int not null auto_increment,
    nombre varchar(100) not null,
    apellido varchar(100) not null,
    correo varchar(100) not null,
    contrasena varchar(255) not null,
    telefono varchar(20) null,
    direccion varchar(255) null,
    ciudad varchar(100) null,
    rol enum('ADMINISTRADOR','MEDICO') not null,
    activo tinyint(1) not null default 1,
    creado_en timestamp not null default current_timestamp,
    actualizado_en timestamp not null default current_timestamp on update current_timestamp,
    primary key (id_usuario),
    unique key uq_usuario_correo (correo)
  ) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_general_ci`,
  `create table Hospital (
    id_hospital int not null auto_increment,
    nombre varchar(150) not null,
    direccion varchar(255) null,
    ciudad varchar(100) null,
    telefono varchar(30) null,
    correo varchar(100) null,
    codigo varchar(12) not null,
    estado enum('ACTIVO','INACTIVO') not null default 'ACTIVO',
    creado_en timestamp not null default current_timestamp,
    actualizado_en timestamp not null default current_timestamp on update current_timestamp,
    primary key (id_hospital),
    unique key uq_hospital_codigo (codigo)
  ) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_general_ci`,
  `create table Medico (
    id_medico int not null auto_increment,
    id_usuario int not null,
    id_hospital int null,
    referenciado tinyint(1) not null default 0,
    estado enum('ACTIVO','INACTIVO') not null default 'ACTIVO',
    creado_en timestamp not null default current_timestamp,
    actualizado_en timestamp not null default current_timestamp on update current_timestamp,
    primary key (id_medico),
    foreign key (id_usuario) references Usuario (id_usuario),
    foreign key (id_hospital) references Hospital (id_hospital),
    unique key uq_medico_id_usuario (id_usuario),
    key idx_medico_id_hospital (id_hospital)
  ) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_general_ci`,
  `create table HospitalCode (
    id_hospital_code int not null auto_increment,
    id_hospital int not null,
    codigo varchar(32) not null,
    creado_por_id_usuario int null,
    usado_por_id_medico int null,
    expires_at datetime null,
    used_at datetime null,
    revoked_at datetime null,
    created_at datetime not null default current_timestamp,
    updated_at datetime not null default current_timestamp on update current_timestamp,
    primary key (id_hospital_code),
    foreign key (id_hospital) references Hospital (id_hospital),
    foreign key (creado_por_id_usuario) references Usuario (id_usuario),
    foreign key (usado_por_id_medico) references Medico (id_medico),
    unique key uq_hospitalcode_codigo (codigo),
    key idx_hospitalcode_creado_por (creado_por_id_usuario),
    key idx_hospitalcode_id_hospital (id_hospital),
    key idx_hospitalcode_usado_por (usado_por_id_medico)
  ) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_general_ci`,
  `create table Plan (
    id_plan int not null auto_increment,
    nombre varchar(80) not null,
    precio decimal(12,2) not null,
    periodo enum('MENSUAL','TRIMESTRAL','ANUAL') not null,
    duracion_meses int not null,
    creado_en timestamp not null default current_timestamp,
    actualizado_en timestamp not null default current_timestamp on update current_timestamp,
    primary key (id_plan),
    unique key uq_plan_nombre (nombre)
  ) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_general_ci`,
  `create table Suscripcion (
    id_suscripcion int not null auto_increment,
    id_medico int null,
    id_hospital int null,
    id_plan int not null,
    fecha_inicio datetime not null default current_timestamp,
    fecha_expiracion datetime null,
    estado enum('ACTIVA','PAUSADA') not null default 'ACTIVA',
    creado_en timestamp not null default current_timestamp,
    actualizado_en timestamp not null default current_timestamp on update current_timestamp,
    primary key (id_suscripcion),
    foreign key (id_medico) references Medico (id_medico),
    foreign key (id_hospital) references Hospital (id_hospital),
    foreign key (id_plan) references Plan (id_plan),
    key idx_suscripcion_estado_exp (estado,fecha_expiracion),
    key idx_suscripcion_id_hospital (id_hospital),
    key idx_suscripcion_id_medico (id_medico),
    key idx_suscripcion_id_plan (id_plan),
    constraint chk_suscripcion_payer check ((id_medico is not null and id_hospital is null) or (id_medico is null and id_hospital is not null))
  ) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_general_ci`,
  `create table Pago (
    id_pago int not null auto_increment,
    id_suscripcion int not null,
    referencia_epayco varchar(100) not null,
    monto decimal(12,2) not null,
    fecha_pago datetime not null default current_timestamp,
    creado_en timestamp not null default current_timestamp,
    actualizado_en timestamp not null default current_timestamp on update current_timestamp,
    primary key (id_pago),
    foreign key (id_suscripcion) references Suscripcion (id_suscripcion),
    unique key uq_pago_referencia_epayco (referencia_epayco),
    key idx_pago_id_suscripcion (id_suscripcion)
  ) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_general_ci`,
  `create table Paciente (
    id_paciente int not null auto_increment,
    id_medico int not null,
    doc_tipo varchar(20) null,
    doc_numero varchar(40) null,
    nombres varchar(100) not null,
    apellidos varchar(100) not null,
    fecha_nacimiento date null,
    sexo varchar(20) null,
    telefono varchar(30) null,
    correo varchar(120) null,
    direccion varchar(200) null,
    ciudad varchar(80) null,
    estado enum('ACTIVO','INACTIVO') not null default 'ACTIVO',
    creado_en timestamp not null default current_timestamp,
    actualizado_en timestamp not null default current_timestamp on update current_timestamp,
    primary key (id_paciente),
    foreign key (id_medico) references Medico (id_medico),
    key idx_paciente_id_medico (id_medico)
  ) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_general_ci`,
  `create table Estudio (
    id_estudio int not null auto_increment,
    id_paciente int not null,
    id_medico int not null,
    modalidad varchar(20) null,
    fecha_estudio datetime not null default current_timestamp,
    descripcion varchar(200) null,
    notas text null,
    creado_en timestamp not null default current_timestamp,
    actualizado_en timestamp not null default current_timestamp on update current_timestamp,
    primary key (id_estudio),
    foreign key (id_paciente) references Paciente (id_paciente),
    foreign key (id_medico) references Medico (id_medico),
    key idx_estudio_id_medico (id_medico),
    key idx_estudio_id_paciente (id_paciente)
  ) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_general_ci`,
  `create table clinical_note (
    id_note int not null auto_increment,
    id_paciente int not null,
    id_medico int not null,
    segmento varchar(60) not null default 'GENERAL',
    texto text not null,
    anchor_json text null,
    created_at datetime not null default current_timestamp,
    updated_at datetime not null default current_timestamp on update current_timestamp,
    primary key (id_note),
    foreign key (id_paciente) references Paciente (id_paciente),
    foreign key (id_medico) references Medico (id_medico),
    key idx_clinicalnote_medico (id_medico),
    key idx_clinicalnote_paciente (id_paciente),
    key idx_clinicalnote_segmento (segmento)
  ) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_general_ci`,
  `create table ClinicalAudit (
    id_audit int not null auto_increment,
    entity_type varchar(32) not null,
    entity_id int not null,
    action varchar(20) not null,
    actor_id_usuario int null,
    before_json text null,
    after_json text null,
    meta_json text null,
    created_at datetime not null default current_timestamp,
    primary key (id_audit),
    foreign key (actor_id_usuario) references Usuario (id_usuario),
    key idx_clinicalaudit_actor (actor_id_usuario),
    key idx_clinicalaudit_entity (entity_type,entity_id)
  ) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_general_ci`,
  `create table JobConv (
    job_id varchar(64) not null,
    id_usuario int not null,
    status enum('QUEUED','RUNNING','DONE','ERROR','CANCELED') not null default 'QUEUED',
    enable_ortopedia tinyint(1) not null default 1,
    enable_appendicular tinyint(1) not null default 0,
    enable_muscles tinyint(1) not null default 0,
    enable_skull tinyint(1) not null default 0,
    enable_teeth tinyint(1) not null default 0,
    enable_hip_implant tinyint(1) not null default 0,
    extra_tasks_json text null,
    queue_name varchar(80) null,
    started_at datetime null,
    finished_at datetime null,
    updated_at timestamp not null default current_timestamp on update current_timestamp,
    primary key (job_id),
    foreign key (id_usuario) references Usuario (id_usuario),
    key idx_jobconv_id_usuario (id_usuario)
  ) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_general_ci`,
  `create table JobSTL (
    id_jobstl int not null auto_increment,
    job_id varchar(64) not null,
    id_paciente int null,
    stl_size bigint null,
    num_stl_archivos int null,
    notas text null,
    created_at timestamp not null default current_timestamp,
    updated_at timestamp not null default current_timestamp on update current_timestamp,
    primary key (id_jobstl),
    foreign key (job_id) references JobConv (job_id),
    foreign key (id_paciente) references Paciente (id_paciente),
    key idx_jobstl_id_paciente (id_paciente),
    key idx_jobstl_job_id (job_id)
  ) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_general_ci`,
  `create table VisorEstado (
    id_visor_estado int not null auto_increment,
    id_medico int not null,
    id_paciente int null,
    id_jobstl int null,
    titulo varchar(200) not null,
    descripcion varchar(400) null,
    ui_json text not null,
    modelos_json text not null,
    notas_json text not null,
    i18n_json text not null,
    creado_en timestamp not null default current_timestamp,
    actualizado_en timestamp not null default current_timestamp on update current_timestamp,
    primary key (id_visor_estado),
    foreign key (id_medico) references Medico (id_medico),
    foreign key (id_paciente) references Paciente (id_paciente),
    foreign key (id_jobstl) references JobSTL (id_jobstl),
    key idx_visor_id_jobstl (id_jobstl),
    key idx_visor_id_medico (id_medico),
    key idx_visor_id_paciente (id_paciente)
  ) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_general_ci`,
  `create table auth_login_attempt (
    id_attempt int not null auto_increment,
    correo varchar(100) not null,
    ip_address varchar(64) null,
    user_agent varchar(300) null,
    success tinyint(1) not null default 0,
    reason varchar(120) null,
    created_at datetime not null default current_timestamp,
    primary key (id_attempt),
    key idx_authlogin_correo_created (correo,created_at),
    key idx_authlogin_ip_created (ip_address,created_at)
  ) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_general_ci`,
  `create table mensaje (
    id_mensaje int not null auto_increment,
    id_medico int not null,
    id_paciente int null,
    tipo varchar(30) not null,
    titulo varchar(200) not null,
    descripcion text not null,
    severidad varchar(20) not null,
    adjunto_url varchar(500) null,
    estado varchar(30) not null default 'nuevo',
    respuesta_admin text null,
    leido_admin tinyint(1) not null default 0,
    leido_medico tinyint(1) not null default 0,
    creado_en datetime not null default current_timestamp,
    actualizado_en datetime not null default current_timestamp on update current_timestamp,
    primary key (id_mensaje),
    foreign key (id_medico) references Medico (id_medico),
    foreign key (id_paciente) references Paciente (id_paciente),
    key idx_mensaje_id_medico (id_medico),
    key idx_mensaje_id_paciente (id_paciente)
  ) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_general_ci`,
  `create table mensaje_evento (
    id_evento int not null auto_increment,
    id_mensaje int not null,
    id_actor_usuario int null,
    accion varchar(40) not null,
    detalle_json text null,
    creado_en datetime not null default current_timestamp,
    primary key (id_evento),
    foreign key (id_mensaje) references mensaje (id_mensaje),
    foreign key (id_actor_usuario) references Usuario (id_usuario),
    key idx_mensajeevento_actor (id_actor_usuario),
    key idx_mensajeevento_id_mensaje (id_mensaje)
  ) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_general_ci`,
  `create table mensaje_gestion (
    id_mensaje int not null,
    asignado_admin_id_usuario int null,
    creado_en datetime not null default current_timestamp,
    actualizado_en datetime not null default current_timestamp on update current_timestamp,
    primary key (id_mensaje),
    foreign key (id_mensaje) references mensaje (id_mensaje),
    foreign key (asignado_admin_id_usuario) references Usuario (id_usuario),
    key idx_mensajegestion_admin (asignado_admin_id_usuario)
  ) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_general_ci`,
  `create table payment_webhook_event (
    id_event int not null auto_increment,
    ref_payco varchar(120) not null,
    transaction_id varchar(120) null,
    estado varchar(40) null,
    firma_valida tinyint(1) not null default 0,
    payload_json text null,
    processed tinyint(1) not null default 0,
    attempts int not null default 0,
    last_error varchar(255) null,
    created_at datetime not null default current_timestamp,
    updated_at datetime not null default current_timestamp on update current_timestamp,
    primary key (id_event),
    unique key uq_webhook_ref_payco (ref_payco),
    key idx_webhook_processed_estado (processed,estado)
  ) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_general_ci`,
  `create trigger trg_suscripcion_bi before insert on Suscripcion for each row
  begin
    if (new.id_medico is null) = (new.id_hospital is null) then
      signal sqlstate '45000' set message_text = 'Suscripcion: exactamente un pagador';
    end if;
    if new.fecha_expiracion is not null and new.fecha_expiracion <= new.fecha_inicio then
      signal sqlstate '45000' set message_text = 'Suscripcion: fecha_expiracion debe ser mayor a fecha_inicio';
    end if;
  end`,
  `create trigger trg_suscripcion_bu before update on Suscripcion for each row
  begin
    if (new.id_medico is null) = (new.id_hospital is null) then
      signal sqlstate '45000' set message_text = 'Suscripcion: exactamente un pagador';
    end if;
    if new.fecha_expiracion is not null and new.fecha_expiracion <= new.fecha_inicio then
      signal sqlstate '45000' set message_text = 'Suscripcion: fecha_expiracion debe ser mayor a fecha_inicio';
    end if;
  end`,
  `create trigger trg_pago_bi before insert on Pago for each row
  begin
    declare v_precio decimal(12,2);
    select p.precio into v_precio from Suscripcion s join Plan p on p.id_plan = s.id_plan
      where s.id_suscripcion = new.id_suscripcion;
    if new.monto < v_precio then
      signal sqlstate '45000' set message_text = 'Pago: monto menor al precio del plan';
    end if;
  end`,
  `create procedure sp_activate_subscription(in p_id int, in p_now datetime)
  begin
    declare v_meses int;
    declare v_medico int;
    declare v_hospital int;
    select p.duracion_meses, s.id_medico, s.id_hospital into v_meses, v_medico, v_hospital
      from Suscripcion s join Plan p on p.id_plan = s.id_plan where s.id_suscripcion = p_id;
    update Suscripcion set estado = 'ACTIVA',
      fecha_expiracion = date_add(greatest(coalesce(fecha_expiracion, p_now), p_now), interval v_meses month)
      where id_suscripcion = p_id;
    update Medico set estado = 'ACTIVO' where id_medico = v_medico;
    update Hospital set estado = 'ACTIVO' where id_hospital = v_hospital;
    update Usuario u join Medico m on m.id_usuario = u.id_usuario set u.activo = 1
      where m.id_medico = v_medico or m.id_hospital = v_hospital;
  end`,
  `create procedure sp_reconcile_expired_subscriptions(in p_now datetime)
  begin
    update Hospital h join Suscripcion s on s.id_hospital = h.id_hospital set h.estado = 'INACTIVO'
      where s.estado = 'ACTIVA' and s.fecha_expiracion < p_now;
    update Suscripcion set estado = 'PAUSADA' where estado = 'ACTIVA' and fecha_expiracion < p_now;
  end`,
  `create event ev_reconcile_subscriptions on schedule every 1 day starts '2025-01-01 23:00:00'
    do call sp_reconcile_expired_subscriptions(utc_timestamp())`,
];

/** What the predecessor creates when it first runs. */
export const PREDECESSOR_REFRESH_SESSIONS = `create table auth_refresh_session (
  id_session int not null auto_increment,
  id_usuario int not null,
  jti varchar(96) not null,
  fp varchar(32) null,
  ip_address varchar(64) null,
  user_agent varchar(300) null,
  expires_at datetime not null,
  revoked_at datetime null,
  replaced_by_jti varchar(96) null,
  last_used_at datetime null,
  created_at datetime not null default current_timestamp,
  updated_at datetime not null default current_timestamp on update current_timestamp,
  primary key (id_session),
  unique key jti (jti),
  key ix_auth_refresh_session_id_usuario (id_usuario),
  constraint auth_refresh_session_ibfk_1 foreign key (id_usuario) references Usuario (id_usuario)
) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_general_ci`;

/** Of the password `Clave-Antigua-1`. */
export const BCRYPT_HASH = '$2b$12$5F7CX1Jpf24mU2d04Plmjubh/HBoDlwHclIWRxZX4BKI8nsEtkBw6';

export const PREDECESSOR_ROWS: readonly string[] = [
  `insert into Plan (nombre, precio, periodo, duracion_meses) values
    ('Basico Mensual', 39900, 'MENSUAL', 1), ('Profesional Mensual', 69900, 'MENSUAL', 1),
    ('Profesional Trimestral', 179900, 'TRIMESTRAL', 3), ('Empresarial Anual', 599900, 'ANUAL', 12)`,
  `insert into Usuario (nombre, apellido, correo, contrasena, rol, activo) values
    ('Admin', 'Principal', 'admin@hospital.co', '${BCRYPT_HASH}', 'ADMINISTRADOR', 1),
    ('Íngrid', 'Ñáñez', 'ingrid@hospital.co', '${BCRYPT_HASH}', 'MEDICO', 1),
    ('Luis', 'Peña', 'luis@hospital.co', '${BCRYPT_HASH}', 'MEDICO', 0)`,
  `insert into Hospital (nombre, codigo, ciudad) values ('Hospital San José', 'HSJ-2024', 'Bogotá')`,
  `insert into Medico (id_usuario, id_hospital) values (2, 1), (3, null)`,
  `insert into HospitalCode (id_hospital, codigo, creado_por_id_usuario) values (1, 'HSJ-2024', 1)`,
  `insert into Suscripcion (id_medico, id_plan, fecha_inicio, fecha_expiracion, estado) values
    (1, 1, '2025-01-31 10:00:00', '2026-01-31 10:00:00', 'ACTIVA'),
    (1, 2, '2024-01-01 00:00:00', '2024-02-01 00:00:00', 'PAUSADA')`,
  `insert into Suscripcion (id_hospital, id_plan, fecha_inicio, fecha_expiracion, estado) values
    (1, 4, '2025-03-01 00:00:00', '2026-03-01 00:00:00', 'ACTIVA')`,
  `insert into Pago (id_suscripcion, referencia_epayco, monto) values (1, 'ref-1', 39900), (3, 'ref-2', 599900)`,
  `insert into Paciente (id_medico, doc_tipo, doc_numero, nombres, apellidos, fecha_nacimiento) values
    (1, 'CC', '1001', 'María', 'Gómez', '1980-02-29'), (1, 'CC', '1002', 'José', 'Díaz', null),
    (1, null, null, 'Sin', 'Documento', null), (1, null, null, 'Otro', 'Sin', null)`,
  `insert into Estudio (id_paciente, id_medico, modalidad) values (1, 1, 'CT')`,
  `insert into clinical_note (id_paciente, id_medico, texto) values (1, 1, 'Nota')`,
  `insert into JobConv (job_id, id_usuario, status, started_at, finished_at, updated_at) values
    ('job-1', 2, 'DONE', '2025-05-01 10:00:00', '2025-05-01 10:30:00', '2025-05-01 10:30:00'),
    ('job-2', 2, 'ERROR', '2025-05-02 10:00:00', null, '2025-05-02 10:01:00')`,
  `insert into JobSTL (job_id, id_paciente, stl_size, num_stl_archivos) values ('job-1', 1, 5000000000, 3)`,
  `insert into VisorEstado (id_medico, id_paciente, id_jobstl, titulo, ui_json, modelos_json, notas_json, i18n_json)
    values (1, 1, 1, 'Vista', '{}', '[]', '[]', '{}')`,
  `insert into mensaje (id_medico, tipo, titulo, descripcion, severidad) values (1, 'error', 'No carga', 'El visor no carga', 'alta')`,
  `insert into mensaje_evento (id_mensaje, id_actor_usuario, accion) values (1, 2, 'creado')`,
  `insert into mensaje_gestion (id_mensaje, asignado_admin_id_usuario) values (1, 1)`,
  `insert into payment_webhook_event (ref_payco, transaction_id, estado, firma_valida, processed) values ('ref-1', 't-1', 'APROBADO', 1, 1)`,
  `insert into ClinicalAudit (entity_type, entity_id, action, actor_id_usuario, after_json) values ('PATIENT', 1, 'CREATE', 2, '{}')`,
  `insert into auth_login_attempt (correo, ip_address, success) values ('ingrid@hospital.co', '10.0.0.1', 1)`,
];

/** Statements that the predecessor goes on to send: they must work on an adopted database as they are. */
export const PREDECESSOR_STATEMENTS: readonly string[] = [
  `insert into Usuario (nombre, apellido, correo, contrasena, telefono, direccion, ciudad, rol, activo)
    values ('Nuevo', 'Médico', 'nuevo@hospital.co', '${BCRYPT_HASH}', null, null, null, 'MEDICO', 0)`,
  `insert into Medico (id_usuario, id_hospital, referenciado, estado) values (4, null, 0, 'ACTIVO')`,
  `insert into Suscripcion (id_medico, id_hospital, id_plan, fecha_inicio, fecha_expiracion, estado)
    values (3, null, 1, '2025-06-01 00:00:00', null, 'PAUSADA')`,
  `call sp_activate_subscription(4, '2025-06-01 00:00:00')`,
  `insert into Pago (id_suscripcion, referencia_epayco, monto, fecha_pago) values (4, 'ref-9', 39900.00, '2025-06-01 00:00:00')`,
  `update Suscripcion set estado = 'PAUSADA' where id_suscripcion = 4`,
  `update Suscripcion set estado = 'ACTIVA' where id_suscripcion = 4`,
  `call sp_reconcile_expired_subscriptions('2025-12-01 00:00:00')`,
  `insert into JobConv (job_id, id_usuario, status, enable_ortopedia, enable_appendicular, enable_muscles, enable_skull,
    enable_teeth, enable_hip_implant, extra_tasks_json, queue_name) values ('job-3', 2, 'QUEUED', 1, 0, 0, 0, 0, 0, null, 'som3d')`,
  `update JobConv set status = 'RUNNING', started_at = '2025-06-01 00:00:00' where job_id = 'job-3'`,
  `insert into JobSTL (job_id, id_paciente, stl_size, num_stl_archivos, notas) values ('job-3', 2, 10, 1, null)`,
  `insert into VisorEstado (id_medico, id_paciente, id_jobstl, titulo, descripcion, ui_json, modelos_json, notas_json, i18n_json)
    values (1, 2, 2, 'Otra', null, '{}', '[]', '[]', '{}')`,
  `insert into Paciente (id_medico, doc_tipo, doc_numero, nombres, apellidos, estado) values (1, 'CC', '1003', 'Ana', 'Ruiz', 'ACTIVO')`,
  `insert into payment_webhook_event (ref_payco, transaction_id, estado, firma_valida, payload_json, processed, attempts)
    values ('ref-9', 't-9', 'APROBADO', 1, '{}', 0, 1)`,
  `update payment_webhook_event set processed = 1, attempts = attempts + 1 where ref_payco = 'ref-9'`,
  `insert into auth_refresh_session (id_usuario, jti, fp, expires_at, created_at, updated_at)
    values (2, 'jti-9', 'fp', '2027-01-01 00:00:00', '2025-06-01 00:00:00', '2025-06-01 00:00:00')`,
  `insert into ClinicalAudit (entity_type, entity_id, action, actor_id_usuario, before_json, after_json, meta_json)
    values ('PATIENT', 5, 'CREATE', 2, null, '{}', null)`,
  `insert into HospitalCode (id_hospital, codigo, creado_por_id_usuario, expires_at) values (1, 'HSJ-2025', 1, '2027-01-01 00:00:00')`,
  `select s.*, p.* from Suscripcion s join Plan p on p.id_plan = s.id_plan where s.estado = 'ACTIVA'`,
  `delete from VisorEstado where id_jobstl = 2`,
  `delete from JobSTL where job_id = 'job-3'`,
  `delete from JobConv where job_id = 'job-3'`,
  `delete from Paciente where id_paciente = 2`,
  `delete from Pago where id_suscripcion = 4`,
  `delete from Suscripcion where id_suscripcion = 4`,
];
