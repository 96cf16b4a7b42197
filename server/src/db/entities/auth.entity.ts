import { defineEntity, p, type InferEntity } from '@mikro-orm/core';
import {
  caselessString,
  exactString,
  identity,
  instant,
  instantOfInsert,
  instantOfUpdate,
  preciseInstant,
  preciseInstantOfInsert,
  stampOfInsert,
  stampOfUpdate,
} from '../columns.ts';

export const ROLES = ['ADMINISTRADOR', 'MEDICO'] as const;

/** A person who can log in. `contrasena` is an argon2id hash, or the predecessor's bcrypt hash until the next login. */
export const Usuario = defineEntity({
  name: 'Usuario',
  tableName: 'Usuario',
  indexes: [{ name: 'idx_usuario_rol_activo', properties: ['rol', 'activo'] }],
  properties: {
    id_usuario: identity(),
    nombre: p.string().length(100),
    apellido: p.string().length(100),
    correo: caselessString(100).unique('uq_usuario_correo'),
    contrasena: p.string().length(255).hidden(),
    telefono: p.string().length(20).nullable(),
    direccion: p.string().length(255).nullable(),
    ciudad: p.string().length(100).nullable(),
    rol: p.enum(ROLES),
    activo: p.boolean().default(true),
    /** Access tokens name the version they were issued under; a higher one ends them all. */
    token_version: p.integer().default(0),
    /** A suspended user cannot log in; null for all others. */
    suspended_at: instant().nullable(),
    creado_en: stampOfInsert(),
    actualizado_en: stampOfUpdate(),
    /** Set by a registration without a mailed code, cleared by the first code or link that came by mail. */
    unverified_since: instant().nullable(),
    /** The terms that the person has accepted, and when; null before the first time. */
    terms_version: p.string().length(40).nullable(),
    terms_accepted_at: preciseInstant().nullable(),
    /** The second factor's secret, sealed. It counts from `totp_confirmed_at` on. */
    totp_secret: exactString(255).nullable().hidden(),
    totp_confirmed_at: preciseInstant().nullable(),
    /** The time step of the last code that was taken: none up to it is taken again. */
    totp_step: p.bigint('number').nullable().hidden(),
    /** SHA-256 digests of the unused recovery codes, a JSON list. */
    totp_recovery: p.text().nullable().hidden(),
  },
});
export type Usuario = InferEntity<typeof Usuario>;

/**
 * One attempt to log in. The lock-out counts these rows by account, by network and by device. `subject` names the account
 * (`u:7`), or is the digest of an address that no account has. `device` is set when the account knows the device.
 */
export const LoginAttempt = defineEntity({
  name: 'LoginAttempt',
  tableName: 'auth_login_attempt',
  indexes: [
    { name: 'idx_authlogin_correo_created', properties: ['correo', 'created_at'] },
    { name: 'idx_authlogin_ip_created', properties: ['ip_address', 'created_at'] },
    { name: 'idx_authlogin_created', properties: ['created_at'] },
    { name: 'idx_authlogin_subject_created', properties: ['subject', 'created_at'] },
    { name: 'idx_authlogin_network_created', properties: ['network', 'created_at'] },
  ],
  properties: {
    id_attempt: identity(),
    correo: caselessString(100),
    ip_address: p.string().length(64).nullable(),
    user_agent: p.string().length(300).nullable(),
    success: p.boolean().default(false),
    reason: p.string().length(120).nullable(),
    subject: exactString(64).nullable(),
    network: exactString(64).nullable(),
    device: exactString(64).nullable(),
    created_at: instantOfInsert(),
  },
});
export type LoginAttempt = InferEntity<typeof LoginAttempt>;

/**
 * A refresh token. `family_id` names the session of one login and links its exchanges. `live_family` is the same in the
 * last row alone, so that a unique key finds the session of a request. `exchanged_at` is the instant of the exchange for
 * `replaced_by_jti`, `opened_at` the instant of the login.
 */
export const RefreshSession = defineEntity({
  name: 'RefreshSession',
  tableName: 'auth_refresh_session',
  indexes: [
    { name: 'idx_authrefresh_family', properties: ['family_id'] },
    { name: 'idx_authrefresh_expires', properties: ['expires_at'] },
  ],
  properties: {
    id_session: identity(),
    id_usuario: () =>
      p
        .manyToOne(Usuario)
        .mapToPk()
        .index('idx_authrefresh_usuario')
        .foreignKeyName('fk_authrefresh_usuario')
        .deleteRule('no action'),
    jti: p.string().length(96).unique('uq_authrefresh_jti'),
    fp: p.string().length(32).nullable(),
    ip_address: p.string().length(64).nullable(),
    user_agent: p.string().length(300).nullable(),
    expires_at: instant(),
    revoked_at: instant().nullable(),
    replaced_by_jti: p.string().length(96).nullable(),
    last_used_at: instant().nullable(),
    family_id: exactString(64).nullable(),
    opened_at: instant().nullable(),
    exchanged_at: preciseInstant().nullable(),
    live_family: exactString(64).nullable().unique('uq_authrefresh_live'),
    created_at: instantOfInsert(),
    updated_at: instantOfUpdate(),
  },
});
export type RefreshSession = InferEntity<typeof RefreshSession>;

/**
 * A single-use token or code that was mailed. The row holds digests only: of the token, of the code, and of the password
 * hash that it is bound to. `payload_json` holds the data of a pending registration.
 */
export const OneTimeToken = defineEntity({
  name: 'OneTimeToken',
  tableName: 'auth_one_time_token',
  indexes: [
    { name: 'idx_authtoken_correo_purpose', properties: ['correo', 'purpose', 'created_at'] },
    { name: 'idx_authtoken_expires', properties: ['expires_at'] },
  ],
  properties: {
    id_token: identity(),
    purpose: p.string().length(40),
    id_usuario: () =>
      p
        .manyToOne(Usuario)
        .mapToPk()
        .nullable()
        .index('idx_authtoken_usuario')
        .foreignKeyName('fk_authtoken_usuario')
        .deleteRule('cascade'),
    correo: caselessString(100),
    token_hash: exactString(128).unique('uq_authtoken_hash'),
    code_hash: exactString(255).nullable(),
    bound_to: exactString(128).nullable(),
    payload_json: p.text().nullable(),
    attempts: p.integer().default(0),
    ip_address: p.string().length(64).nullable(),
    expires_at: preciseInstant(),
    used_at: preciseInstant().nullable(),
    created_at: preciseInstantOfInsert(),
  },
});
export type OneTimeToken = InferEntity<typeof OneTimeToken>;
