// Generated from the contract by `npm run generate`. Do not edit.
import type { BinaryBody } from '../core/binary.ts';
import type { Answer, CallOptions } from '../core/types.ts';

/** Los términos que la cuenta aceptó, y los vigentes */
export interface AcceptedTerms {
  /** La versión aceptada; null si no ha aceptado ninguna */
  version: string | null;
  aceptados_en: string | null;
  /** La versión vigente; null si el servicio no los pide */
  vigente: string | null;
  /** Dirección del texto vigente */
  url: string | null;
}

/** El token de la sesión; va en Authorization: Bearer */
export interface AccessToken {
  access_token: string;
  token_type: 'bearer';
}

/** Un médico con una suscripción vigente, propia o de su hospital */
export interface ActiveUserSubscription {
  id_usuario: number;
  id_medico: number;
  nombre: string;
  apellido: string;
  correo: string;
  activo: boolean;
  origen: 'PROPIA' | 'HOSPITAL';
  id_hospital: number | null;
  hospital: string | null;
  id_suscripcion: number;
  /** Lo mismo que id_suscripcion */
  suscripcion_id: number;
  id_plan: number;
  plan: string;
  periodo: string;
  fecha_inicio: string;
  fecha_expiracion: string | null;
}

/** Un hospital nuevo, con código propio o generado */
export interface AdminCreateHospitalBody {
  /** Letras, números, apóstrofo, guion, punto y espacio; de 2 a 120 */
  nombre: string;
  /** Sin él se genera uno de 8 caracteres */
  codigo?: string | null | undefined;
  direccion?: string | null | undefined;
  ciudad?: string | null | undefined;
  telefono?: string | null | undefined;
  correo?: string | null | undefined;
  /** ACTIVO o INACTIVO */
  estado?: 'ACTIVO' | 'INACTIVO' | undefined;
  /** Añade una suscripción PAUSADA de este plan */
  plan_id?: number | null | undefined;
}

/** Una cuenta como la ve un administrador */
export interface AdminUser {
  id_usuario: number;
  nombre: string;
  apellido: string;
  correo: string;
  telefono: string | null;
  direccion: string | null;
  ciudad: string | null;
  rol: 'ADMINISTRADOR' | 'MEDICO';
  activo: boolean;
  suspendido: boolean;
}

/** Un cambio en un registro: quién, cuándo, y el registro antes y después */
export interface AuditEntry {
  id_audit: number;
  entity_type: string;
  entity_id: number;
  action: string;
  actor_id_usuario: number | null;
  /** Correo de quien lo hizo, mientras la cuenta exista */
  actor: string | null;
  /** El registro antes; null si no lo había */
  before: unknown;
  /** El registro después */
  after: unknown;
  meta: unknown;
  /** before, como texto */
  before_json: string | null;
  /** after, como texto */
  after_json: string | null;
  /** meta, como texto */
  meta_json: string | null;
  created_at: string;
}

/** Los datos con los que el navegador abre el pago de ePayco */
export interface Checkout {
  /** Llave pública de la cuenta */
  key: string;
  /** COP con dos decimales */
  amount: string;
  name: string;
  description: string;
  currency: 'cop';
  country: 'co';
  lang: 'es';
  test: boolean;
  external: boolean;
  /** Página a la que vuelve quien paga */
  response: string;
  /** Dirección que recibe la confirmación */
  confirmation: string;
  /** Única para cada intento */
  invoice: string;
  /** Identificador de la suscripción */
  extra1: string;
  tax: string;
  tax_base: string;
  tax_ico: string;
  name_billing?: string | undefined;
  email_billing?: string | undefined;
  mobilephone_billing?: string | undefined;
  address_billing?: string | undefined;
  /** Sesión de Smart Checkout v2, cuyo monto no se puede cambiar; ausente si no se pudo crear */
  session_id?: string | undefined;
}

/** Una nota clínica sobre una región del cuerpo de un paciente */
export interface ClinicalNote {
  id_note: number;
  id_paciente: number;
  id_medico: number;
  segmento: string;
  texto: string;
  /** Lugar en un modelo 3D, JSON como texto */
  anchor_json: string | null;
  /** Instante ISO 8601 en UTC */
  created_at: string;
  /** Instante ISO 8601 en UTC */
  updated_at: string;
}

/** El código que llegó por correo */
export interface CodeBody {
  /** El código de 6 dígitos que llegó por correo */
  code: string;
}

/** El código que llegó por correo, con el token de su solicitud */
export interface ConfirmCodeBody {
  /** El `token` que acompaña al código o al enlace */
  token: string;
  /** El código de 6 dígitos que llegó por correo */
  code: string;
}

/** Lo que el servicio entendió de una confirmación */
export interface ConfirmationAnswer {
  ok: boolean;
  duplicado?: boolean | undefined;
  firma_valida: boolean;
  /** Lo que la llamada dice, o lo que el servicio ya decidió: un pago rechazado no sale APROBADO */
  estado:
    | 'APROBADO'
    | 'RECHAZADO'
    | 'PENDIENTE'
    | 'FALLIDO'
    | 'REVERSADO'
    | 'RETENIDO'
    | 'INICIADO'
    | 'EXPIRADO'
    | 'ABANDONADO'
    | 'CANCELADO'
    | 'ANTIFRAUDE'
    | 'DESCONOCIDO';
  ref: string;
  suscripcion: number | null;
  invoice: string | null;
}

/** Una confirmación como la envía ePayco; trae más campos, y todos se guardan */
export interface ConfirmationFields {
  /** Referencia de la redirección */
  ref_payco?: string | undefined;
  /** Referencia de ePayco */
  x_ref_payco?: string | undefined;
  /** Transacción */
  x_transaction_id?: string | undefined;
  /** Monto */
  x_amount?: string | undefined;
  /** Moneda */
  x_currency_code?: string | undefined;
  /** 1 aceptada, 2 rechazada, 3 pendiente, 4 fallida, 6 reversada… */
  x_cod_response?: string | undefined;
  /** El resultado en palabras */
  x_response?: string | undefined;
  /** El estado en palabras */
  x_transaction_state?: string | undefined;
  /** Factura del intento */
  x_id_invoice?: string | undefined;
  /** Identificador de la suscripción */
  x_extra1?: string | undefined;
  /** TRUE si es una prueba */
  x_test_request?: string | undefined;
  /** Código de aprobación del banco */
  x_approval_code?: string | undefined;
  /** SHA-256 de los datos y la llave de la cuenta, en hexadecimal */
  x_signature?: string | undefined;
  [name: string]: unknown;
}

/** El correo de una cuenta */
export interface CorreoBody {
  /** Correo electrónico; no distingue mayúsculas */
  correo: string;
}

/** Un administrador nuevo */
export interface CreateAdminBody {
  /** Letras, apóstrofo, guion, punto y espacio; de 2 a 100 */
  nombre: string;
  /** Letras, apóstrofo, guion, punto y espacio; de 2 a 100 */
  apellido: string;
  /** Correo electrónico; no distingue mayúsculas */
  correo: string;
  /** De 8 a 128 caracteres */
  password: string;
  telefono?: string | null | undefined;
  direccion?: string | null | undefined;
  ciudad?: string | null | undefined;
  /** true si falta */
  activo?: boolean | undefined;
}

/** Un médico nuevo, con su cuenta */
export interface CreateDoctorBody {
  /** Letras, apóstrofo, guion, punto y espacio; de 2 a 100 */
  nombre: string;
  /** Letras, apóstrofo, guion, punto y espacio; de 2 a 100 */
  apellido: string;
  /** Correo electrónico; no distingue mayúsculas */
  correo: string;
  /** De 8 a 128 caracteres */
  password: string;
  telefono?: string | null | undefined;
  direccion?: string | null | undefined;
  ciudad?: string | null | undefined;
  id_hospital?: number | null | undefined;
  referenciado?: boolean | undefined;
  /** ACTIVO o INACTIVO */
  estado?: 'ACTIVO' | 'INACTIVO' | undefined;
  activo?: boolean | undefined;
}

/** Un hospital nuevo, con su código */
export interface CreateHospitalBody {
  /** Letras, números, apóstrofo, guion, punto y espacio; de 2 a 120 */
  nombre: string;
  /** Código de un hospital: letras A-Z, números y guion; de 1 a 12 */
  codigo: string;
  direccion?: string | null | undefined;
  ciudad?: string | null | undefined;
  telefono?: string | null | undefined;
  correo?: string | null | undefined;
  /** ACTIVO o INACTIVO */
  estado?: 'ACTIVO' | 'INACTIVO' | undefined;
}

/** Un error o una sugerencia de un médico */
export interface CreateMessageBody {
  tipo: 'sugerencia' | 'error';
  /** Texto de una línea; de 5 a 200 caracteres */
  titulo: string;
  /** Texto de varias líneas; de 10 a 2000 caracteres */
  descripcion: string;
  severidad: 'baja' | 'media' | 'alta';
  id_paciente?: number | null | undefined;
}

/** Una nota clínica nueva */
export interface CreateNoteBody {
  /** Sin valor, GENERAL */
  segmento?: string | null | undefined;
  /** Texto de varias líneas; de 1 a 10000 caracteres */
  texto: string;
  /** JSON como texto, 65535 bytes como máximo; se devuelve tal como se envió */
  anchor_json?: string | null | undefined;
}

/** Un paciente nuevo; solo los nombres y los apellidos son obligatorios */
export interface CreatePatientBody {
  /** Letras, apóstrofo, guion, punto y espacio; de 2 a 100 */
  nombres: string;
  /** Letras, apóstrofo, guion, punto y espacio; de 2 a 100 */
  apellidos: string;
  doc_tipo?: string | null | undefined;
  doc_numero?: string | null | undefined;
  /** AAAA-MM-DD, entre 1900 y hoy */
  fecha_nacimiento?: string | null | undefined;
  sexo?: string | null | undefined;
  telefono?: string | null | undefined;
  correo?: string | null | undefined;
  direccion?: string | null | undefined;
  ciudad?: string | null | undefined;
  /** ACTIVO o INACTIVO */
  estado?: 'ACTIVO' | 'INACTIVO' | undefined;
}

/** Un plan nuevo */
export interface CreatePlanBody {
  /** Letras, números y ( ) _ - .; de 2 a 80 */
  nombre: string;
  /** COP, dos decimales como máximo */
  precio: number;
  /** MENSUAL, TRIMESTRAL, ANUAL */
  periodo: 'MENSUAL' | 'TRIMESTRAL' | 'ANUAL';
  /** Meses: 1, 3 o 12, según el periodo */
  duracion_meses: number;
}

/** Un estudio nuevo de un paciente */
export interface CreateStudyBody {
  /** Entero positivo de 32 bits */
  id_paciente: number;
  /** Instante ISO 8601: un día (AAAA-MM-DD, su primer instante UTC) o día y hora, con T o un espacio, con o sin segundos y zona; sin zona es UTC */
  fecha_estudio?: string | null | undefined;
  modalidad?: string | null | undefined;
  descripcion?: string | null | undefined;
  notas?: string | null | undefined;
}

/** Una suscripción sin pago; exactamente uno de id_medico e id_hospital */
export interface CreateSubscriptionBody {
  /** Médico que paga; exactamente uno de los dos */
  id_medico?: number | null | undefined;
  /** Hospital que paga; exactamente uno de los dos */
  id_hospital?: number | null | undefined;
  /** Entero positivo de 32 bits */
  id_plan: number;
  /** PAUSADA si falta */
  estado?: 'ACTIVA' | 'PAUSADA' | undefined;
  /** Instante ISO 8601: un día (AAAA-MM-DD, su primer instante UTC) o día y hora, con T o un espacio, con o sin segundos y zona; sin zona es UTC */
  fecha_inicio?: string | null | undefined;
  /** Si falta, una ACTIVA dura lo que su plan; null o vacío es sin vencimiento */
  fecha_expiracion?: string | null | undefined;
}

/** Un estado del visor nuevo, con sus cuatro documentos */
export interface CreateViewerStateBody {
  /** Texto de una línea; de 1 a 200 caracteres */
  titulo: string;
  descripcion?: string | null | undefined;
  /** JSON como texto, 1 MiB como máximo; se devuelve tal como se envió; vacío es {} */
  ui_json: string;
  /** JSON como texto, 1 MiB como máximo; se devuelve tal como se envió; vacío es [] */
  modelos_json: string;
  /** JSON como texto, 1 MiB como máximo; se devuelve tal como se envió; vacío es [] */
  notas_json: string;
  /** JSON como texto, 1 MiB como máximo; se devuelve tal como se envió; vacío es {} */
  i18n_json: string;
  id_paciente?: number | null | undefined;
  id_jobstl?: number | null | undefined;
}

/** El valor de la cookie csrf_token, bajo los dos nombres que se usan */
export interface CsrfToken {
  ok: true;
  csrf: string;
  csrf_token: string;
}

/** Un médico: su perfil y los datos de su cuenta */
export interface Doctor {
  id_medico: number;
  id_usuario: number;
  nombre: string;
  apellido: string;
  correo: string;
  telefono: string | null;
  direccion: string | null;
  ciudad: string | null;
  id_hospital: number | null;
  referenciado: boolean;
  estado: 'ACTIVO' | 'INACTIVO';
  /** Si el usuario del médico está activo */
  activo: boolean;
}

/** Cuántos médicos hay */
export interface DoctorCount {
  total: number;
  activos: number;
  inactivos: number;
}

/** Cuántas sesiones se cerraron */
export interface EndedSessions {
  ok: true;
  cerradas: number;
}

/** Un dato que no vale: dónde está, qué tiene y de qué clase es el error */
export interface FieldError {
  loc: (string | number)[];
  msg: string;
  type: string;
}

/** El resultado de un trabajo, para el historial de un paciente */
export interface FinalizeBody {
  id_paciente?: number | null | undefined;
  /** Bytes */
  stl_size?: number | null | undefined;
  num_stl_archivos?: number | null | undefined;
  notas?: string | null | undefined;
}

/** Motores de segmentación y aceleradores de los procesos de conversión */
export interface GpuCheck {
  /** Algún proceso de conversión tiene un acelerador */
  gpu: boolean;
  /** Motores de segmentación disponibles */
  engines: string[];
  /** Lo mismo que gpu */
  gpu_detected: boolean;
  /** TotalSegmentator la usa */
  gpu_ready: boolean;
  /** Sobre qué segmentan los trabajos */
  backend: 'gpu' | 'cpu';
  /** Lo que dice el controlador de NVIDIA */
  nvidia_smi: {
    available: boolean;
    /** Los aceleradores de todos los procesos */
    devices: string[];
    error: string | null;
  };
  /** Procesos de conversión en marcha */
  workers: WorkerNode[];
}

/** Si el proceso puede atender y qué servicios alcanza */
export interface Health {
  status: 'ok' | 'degraded' | 'error' | 'draining';
  version: string;
  uptime_s: number;
  services: {
    database: {
      status: 'ok' | 'error';
      ms: number;
      reason?: string | undefined;
    };
    storage: {
      status: 'ok' | 'degraded' | 'error';
      ms: number;
      reason?: string | undefined;
    };
    migrations: {
      status: 'ok' | 'error';
      ms: number;
      pending: number | null;
    };
    queue: {
      status: 'ok' | 'degraded' | 'none';
      ms: number;
    };
  };
}

/** Un hospital con su código actual */
export interface Hospital {
  id_hospital: number;
  nombre: string;
  direccion: string | null;
  ciudad: string | null;
  telefono: string | null;
  correo: string | null;
  codigo: string;
  estado: 'ACTIVO' | 'INACTIVO';
}

/** La suscripción y los pagos de un hospital */
export interface HospitalBilling {
  id_hospital: number;
  nombre: string;
  ciudad: string | null;
  estado: 'ACTIVO' | 'INACTIVO';
  doctores: number;
  has_active_subscription: boolean;
  /** Cuántas ha tenido */
  suscripciones: number;
  suscripcion_id: number | null;
  plan: string | null;
  precio: number | null;
  fecha_expiracion: string | null;
  pagos: number;
  /** Total pagado, COP */
  monto: number;
  /** Instante del último pago */
  ultimo_pago: string | null;
  ultimo_pago_detalle: {
    fecha_pago: string;
    /** COP */
    monto: number;
    referencia: string;
  } | null;
}

/** Un código de un hospital, con lo que le pasó */
export interface HospitalCode {
  codigo: string;
  /** Desde este instante ya no vincula; null: no vence */
  expires_at: string | null;
  used_at: string | null;
  revoked_at: string | null;
}

/** Un hospital con su código y el estado de su suscripción */
export interface HospitalDetail {
  id_hospital: number;
  nombre: string;
  direccion: string | null;
  ciudad: string | null;
  telefono: string | null;
  correo: string | null;
  codigo: string;
  estado: 'ACTIVO' | 'INACTIVO';
  has_active_subscription: boolean;
  code: HospitalCode;
}

/** La suscripción de un hospital: la vigente, o la última */
export interface HospitalStatus {
  /** Tiene una suscripción propia, en cualquier estado */
  has: boolean;
  /** Activa y sin vencer */
  active: boolean;
  estado: 'ACTIVA' | 'PAUSADA' | null;
  suscripcion_id: number | null;
  plan: Plan | null;
  /** Hay una en pausa que un pago reactiva */
  can_resume: boolean;
  /** POST /subscriptions/start es posible */
  can_start: boolean;
  fecha_expiracion: string | null;
  last_payment: LastPayment | null;
  can_pay: boolean;
  /** Lo mismo que has */
  has_subscription: boolean;
  hospital: PublicHospital;
}

/** Un mensaje como lo ve un administrador, con las personas y lo último de su historia */
export interface InboxMessage {
  id_mensaje: number;
  id_medico: number;
  id_paciente: number | null;
  tipo: string;
  titulo: string;
  descripcion: string;
  severidad: string;
  adjunto_url: string | null;
  /** nuevo, analisis, en_curso, resuelto */
  estado: string;
  respuesta_admin: string | null;
  leido_admin: boolean;
  /** El médico leyó la respuesta */
  leido_medico: boolean;
  /** Instante ISO 8601 en UTC */
  creado_en: string;
  /** Instante ISO 8601 en UTC */
  actualizado_en: string;
  medico: {
    id_usuario: number;
    nombre: string;
    apellido: string;
    correo: string;
  };
  /** El administrador que lo atiende */
  asignado: {
    id_usuario: number;
    nombre: string;
    apellido: string;
    correo: string;
  } | null;
  /** El médico que lo escribió */
  emisor: {
    id_usuario: number;
    nombre: string;
    apellido: string;
    correo: string;
    id_medico: number;
  };
  /** El administrador que lo atiende */
  asignado_admin: {
    id_usuario: number;
    nombre: string;
    apellido: string;
    correo: string;
  } | null;
  /** Lo último de su historia, lo más reciente primero */
  bitacora_preview: MessageEvent[];
}

/** Un trabajo de conversión: su estado, su avance y lo que se midió */
export interface Job {
  job_id: string;
  nombre_proceso: string | null;
  status: 'queued' | 'running' | 'done' | 'error' | 'canceled';
  phase: 'queued' | 'reading' | 'segmenting' | 'meshing' | 'packing' | 'finished' | 'error' | 'canceled';
  percent: number;
  /** Está en cola o en curso */
  is_processing: boolean;
  params: JobParams;
  metrics: JobMetrics;
  error: string | null;
  /** Un primer modelo de un trabajo en curso (GLB); está desde que se puede descargar y hasta que termina */
  preview?: JobFile | undefined;
  /** Los de prioridad más alta van antes; 0 es lo normal */
  prioridad: number;
  created_at: string | null;
  updated_at: string | null;
  started_at: string | null;
  finished_at: string | null;
  /** Las últimas líneas del registro; en una lista, ninguna */
  log_tail: string[];
}

/** Las opciones de una subida */
export interface JobFields {
  /** Nombre del proceso, 3 a 80 caracteres */
  nombre_proceso?: string | null | undefined;
  enable_ortopedia?: boolean | undefined;
  enable_appendicular?: boolean | undefined;
  enable_muscles?: boolean | undefined;
  enable_hip_implant?: boolean | undefined;
  teeth?: boolean | undefined;
  cranio?: boolean | undefined;
  /** Tareas adicionales separadas por comas */
  extra_tasks?: string | undefined;
  /** Paciente propio al que pertenece el estudio */
  id_paciente?: number | undefined;
  /** Umbral inferior propio en HU, en lugar del de hueso */
  umbral_min?: number | undefined;
  /** Umbral superior propio en HU */
  umbral_max?: number | undefined;
  /** Iteraciones de suavizado, 0 a 100 (20) */
  suavizado?: number | undefined;
  /** Parte de los triángulos que se ahorra, 0 a 0,95 (0,75) */
  reduccion?: number | undefined;
  /** Cada parte conectada como su propio STL */
  separar_partes?: boolean | undefined;
  /** Volumen en mm3 bajo el que un fragmento suelto se descarta (hueso: 200; con separar_partes, 50) */
  fragmento_min?: number | undefined;
  /** Además, una copia de cada STL apoyada en la base de impresión: z = 0, centrada en x e y */
  acomodar?: boolean | undefined;
  /** Serie que se convierte: SeriesInstanceUID, número o «serie» de las métricas de un trabajo (la mejor) */
  serie?: string | undefined;
}

/** Un archivo de un trabajo */
export interface JobFile {
  filename: string;
  /** Bytes */
  size: number;
  /** Tipo de medio, como lo da la descarga */
  media_type?: string | undefined;
}

/** Las opciones de un trabajo y la subida completa de la que se hace */
export interface JobFromUpload {
  /** Nombre del proceso, 3 a 80 caracteres */
  nombre_proceso?: string | null | undefined;
  enable_ortopedia?: boolean | undefined;
  enable_appendicular?: boolean | undefined;
  enable_muscles?: boolean | undefined;
  enable_hip_implant?: boolean | undefined;
  teeth?: boolean | undefined;
  cranio?: boolean | undefined;
  /** Tareas adicionales separadas por comas */
  extra_tasks?: string | undefined;
  /** Paciente propio al que pertenece el estudio */
  id_paciente?: number | undefined;
  /** Umbral inferior propio en HU, en lugar del de hueso */
  umbral_min?: number | undefined;
  /** Umbral superior propio en HU */
  umbral_max?: number | undefined;
  /** Iteraciones de suavizado, 0 a 100 (20) */
  suavizado?: number | undefined;
  /** Parte de los triángulos que se ahorra, 0 a 0,95 (0,75) */
  reduccion?: number | undefined;
  /** Cada parte conectada como su propio STL */
  separar_partes?: boolean | undefined;
  /** Volumen en mm3 bajo el que un fragmento suelto se descarta (hueso: 200; con separar_partes, 50) */
  fragmento_min?: number | undefined;
  /** Además, una copia de cada STL apoyada en la base de impresión: z = 0, centrada en x e y */
  acomodar?: boolean | undefined;
  /** Serie que se convierte: SeriesInstanceUID, número o «serie» de las métricas de un trabajo (la mejor) */
  serie?: string | undefined;
  /** Identificador de la subida */
  upload_id: string;
}

/** Una página de trabajos; X-Total-Count dice cuántos hay */
export interface JobList {
  jobs: Job[];
}

/** Las líneas del registro de un trabajo */
export interface JobLog {
  job_id: string;
  status: 'queued' | 'running' | 'done' | 'error' | 'canceled';
  phase: 'queued' | 'reading' | 'segmenting' | 'meshing' | 'packing' | 'finished' | 'error' | 'canceled';
  lines: string[];
  log: string;
  total: number;
  /** Hay más líneas que estas */
  truncated: boolean;
  /** El registro se conserva: full=true lo da entero */
  full_available: boolean;
  /** El registro no se conserva; un trabajo antiguo no tiene ninguno aquí */
  fallback: boolean;
}

/** Geometría, serie y duraciones de un trabajo terminado, {} hasta entonces; sin datos del paciente */
export interface JobMetrics {
  stl_count?: number | null | undefined;
  /** Bytes del resultado */
  stl_zip_size?: number | null | undefined;
  /** Segundos de cada paso (`reading_seconds`, …) y de todo */
  durations?:
    | {
        total_seconds: number | null;
        [name: string]: unknown;
      }
    | undefined;
  /** Modelos, y la suma de sus triángulos y vértices */
  mesh?:
    | {
        files_total: number | null;
        [name: string]: unknown;
      }
    | undefined;
  [name: string]: unknown;
}

/** Lo que se pidió; null es el valor por omisión */
export interface JobParams {
  nombre_proceso: string | null;
  id_paciente: number | null;
  enable_ortopedia: boolean;
  enable_appendicular: boolean;
  enable_muscles: boolean;
  enable_hip_implant: boolean;
  teeth: boolean;
  cranio: boolean;
  extra_tasks: string[];
  umbral_min: number | null;
  umbral_max: number | null;
  suavizado: number | null;
  reduccion: number | null;
  separar_partes: boolean;
  fragmento_min: number | null;
  acomodar: boolean;
  serie: string | null;
}

/** El avance de un trabajo */
export interface JobProgress {
  status: 'queued' | 'running' | 'done' | 'error' | 'canceled';
  phase: 'queued' | 'reading' | 'segmenting' | 'meshing' | 'packing' | 'finished' | 'error' | 'canceled';
  percent: number;
  error: string | null;
  /** Un primer modelo de un trabajo en curso (GLB); está desde que se puede descargar y hasta que termina */
  preview?: JobFile | undefined;
}

/** Una dirección firmada del ZIP de resultados */
export interface JobResult {
  job_id: string;
  url: string;
  /** Segundos */
  expires_in: number;
}

/** Lo que el visor necesita para abrir otra vez un trabajo */
export interface JobStateContext {
  job_id: string;
  /** El último resultado registrado */
  id_jobstl: number | null;
  /** Su paciente, o el del trabajo */
  id_paciente: number | null;
  job: Job;
  /** El paciente del trabajo, o el de su último resultado */
  paciente: Patient | null;
  /** El último resultado registrado */
  jobstl: JobStl | null;
  /** Todos los resultados registrados, el más reciente primero */
  resultados: JobStl[];
  /** Estados guardados, el último cambiado primero; 100 a lo más */
  estados: ViewerStateSummary[];
}

/** Un resultado registrado de un trabajo */
export interface JobStl {
  id_jobstl: number;
  job_id: string;
  id_paciente: number | null;
  stl_size: number | null;
  num_stl_archivos: number | null;
  notas: string | null;
  created_at: string | null;
}

/** Las notas de un resultado */
export interface JobStlNotesBody {
  /** null o un texto vacío las borra */
  notas: string | null;
}

/** Los modelos de un trabajo terminado, con sus direcciones firmadas y sus medidas */
export interface JobStls {
  job_id: string;
  count: number;
  items: {
    filename: string;
    /** Bytes */
    size: number;
    /** URL firmada del STL; vence */
    url: string;
    /** URL firmada del modelo para programas (GLB, en metros) */
    glb_url: string | null;
    /** URL firmada del GLB pequeño para la web (meshopt) */
    web_glb_url: string | null;
    /** URL firmada del STL apoyado en la base */
    plate_stl_url: string | null;
    /** URL firmada de la imagen del modelo */
    png_url: string | null;
    tissue?: string | undefined;
    /** Nombre del tejido para personas */
    label?: string | undefined;
    triangles?: number | undefined;
    vertices?: number | undefined;
    volume_cm3?: number | undefined;
    area_cm2?: number | undefined;
    bounding_box_mm?:
      | {
          min: number[];
          max: number[];
        }
      | undefined;
    components?: number | undefined;
    open_edges?: number | undefined;
    non_manifold_edges?: number | undefined;
    non_manifold_vertices?: number | undefined;
    watertight?: boolean | undefined;
    /** Parte de los triángulos que se ahorró, 0 a 1 */
    reduction?: number | undefined;
    /** Mayor distancia medida entre el modelo y su superficie sin reducir, en ambos sentidos, en mm */
    distance_mm?: number | undefined;
    /** El modelo en todas sus formas; un trabajo antiguo tiene menos o ninguna */
    files?:
      | {
          /** Para imprimir, en las coordenadas del paciente */
          stl: JobFile;
          /** Para cualquier programa que abre GLB */
          glb: JobFile;
          /** El pequeño, para la web: pide EXT_meshopt_compression */
          web_glb?: JobFile | undefined;
          /** Una imagen */
          png: JobFile;
          /** Con acomodar: apoyado en la base de impresión */
          plate_stl?: JobFile | undefined;
        }
      | undefined;
  }[];
  threemf: JobFile | null;
  /** URL firmada de todos los modelos en un 3MF, con nombres y colores */
  threemf_url: string | null;
}

/** El último pago aprobado que no se revirtió */
export interface LastPayment {
  /** Instante ISO 8601 en UTC */
  fecha_pago: string;
  /** COP */
  monto: number;
  referencia: string;
}

/** El código del hospital al que un médico se vincula */
export interface LinkByCodeBody {
  /** Código de un hospital: letras A-Z, números y guion; de 1 a 12 */
  codigo: string;
}

/** El hospital al que el médico quedó vinculado */
export interface LinkedHospital {
  id_hospital: number;
  nombre: string;
  direccion: string | null;
  ciudad: string | null;
  telefono: string | null;
  correo: string | null;
  codigo: string;
  estado: 'ACTIVO' | 'INACTIVO';
  ok: true;
  has_active_subscription: boolean;
}

/** El correo y la contraseña de una cuenta, y el segundo factor si la cuenta lo tiene */
export interface LoginBody {
  /** Correo electrónico; no distingue mayúsculas */
  correo: string;
  /** La contraseña de la cuenta */
  password: string;
  /** Los 6 dígitos de la aplicación, o un código de recuperación */
  totp?: string | undefined;
}

/** Si la respuesta queda leída; sin contenido, sí */
export interface MarkReadBody {
  leido_medico?: boolean | undefined;
}

/** La cuenta propia */
export interface Me {
  id_usuario: number;
  nombre: string;
  apellido: string;
  correo: string;
  telefono: string | null;
  direccion: string | null;
  ciudad: string | null;
  rol: 'ADMINISTRADOR' | 'MEDICO';
  activo: boolean;
  /** El correo nuevo, mientras espera su código */
  correo_pendiente?: string | undefined;
  /** Si el servicio pide aceptar términos, o se aceptaron */
  terminos?: AcceptedTerms | undefined;
}

/** Un mensaje de un médico; los antiguos pueden tener otros tipos, severidades y estados */
export interface Message {
  id_mensaje: number;
  id_medico: number;
  id_paciente: number | null;
  tipo: string;
  titulo: string;
  descripcion: string;
  severidad: string;
  adjunto_url: string | null;
  /** nuevo, analisis, en_curso, resuelto */
  estado: string;
  respuesta_admin: string | null;
  leido_admin: boolean;
  /** El médico leyó la respuesta */
  leido_medico: boolean;
  /** Instante ISO 8601 en UTC */
  creado_en: string;
  /** Instante ISO 8601 en UTC */
  actualizado_en: string;
}

/** Un paso de la historia de un mensaje */
export interface MessageEvent {
  id_evento: number;
  id_mensaje: number;
  /** creado, leido, asignado, estado, respondido, respuesta_leida */
  accion: string;
  /** Qué cambió */
  detalle: unknown;
  /** null cuando su cuenta ya no existe */
  actor: {
    id_usuario: number;
    nombre: string;
    apellido: string;
    correo: string;
  } | null;
  /** Instante ISO 8601 en UTC */
  creado_en: string;
}

/** Los números del tablero. El dinero cuenta pagos aprobados sin revertir; el mes es el de Colombia */
export interface Metrics {
  summary: {
    hospitals_total: number;
    doctors_total: number;
    patients_total: number;
    studies_total: number;
    admins_total: number;
  };
  clinical: {
    active_patients: number;
    studies_last_30_days: number;
    /** Con dos decimales; 0 sin médicos */
    avg_patients_per_doctor: number;
    doctors_without_patients: number;
  };
  finance: {
    payments_month_count: number;
    /** COP */
    revenue_month: number;
  };
  hospitals: {
    total: number;
    activos: number;
    active: number;
    without_doctors: number;
  };
  doctors: {
    total: number;
    activos: number;
  };
  patients: number;
  studies: number;
  subscriptions: {
    total: number;
    active: number;
    activas: number;
    expiring_30_days: number;
  };
  subscriptions_legacy: {
    total: number;
    activas: number;
  };
  payments: {
    total: number;
    /** COP */
    monto: number;
  };
  doctors_by_hospital: {
    id_hospital: number;
    nombre: string;
    doctores: number;
  }[];
}

/** La suscripción del hospital propio; sin hospital, has_hospital es false y lo demás está vacío */
export interface MyHospitalStatus {
  /** Tiene una suscripción propia, en cualquier estado */
  has: boolean;
  /** Activa y sin vencer */
  active: boolean;
  estado: 'ACTIVA' | 'PAUSADA' | null;
  suscripcion_id: number | null;
  plan: Plan | null;
  /** Hay una en pausa que un pago reactiva */
  can_resume: boolean;
  /** POST /subscriptions/start es posible */
  can_start: boolean;
  fecha_expiracion: string | null;
  last_payment: LastPayment | null;
  can_pay: boolean;
  has_hospital: boolean;
  /** Lo mismo que has_hospital */
  linked: boolean;
  hospital: Hospital | null;
}

/** La suscripción propia y lo que se puede hacer con ella */
export interface MySubscription {
  /** Tiene una suscripción propia, en cualquier estado */
  has: boolean;
  /** Activa y sin vencer */
  active: boolean;
  estado: 'ACTIVA' | 'PAUSADA' | null;
  suscripcion_id: number | null;
  plan: Plan | null;
  /** Hay una en pausa que un pago reactiva */
  can_resume: boolean;
  /** POST /subscriptions/start es posible */
  can_start: boolean;
}

/** La suscripción propia, con su vencimiento y su último pago */
export interface MySubscriptionStatus {
  /** Tiene una suscripción propia, en cualquier estado */
  has: boolean;
  /** Activa y sin vencer */
  active: boolean;
  estado: 'ACTIVA' | 'PAUSADA' | null;
  suscripcion_id: number | null;
  plan: Plan | null;
  /** Hay una en pausa que un pago reactiva */
  can_resume: boolean;
  /** POST /subscriptions/start es posible */
  can_start: boolean;
  fecha_expiracion: string | null;
  last_payment: LastPayment | null;
  can_pay: boolean;
}

/** La operación se hizo */
export interface Ok {
  ok: true;
}

/** La contraseña de la cuenta */
export interface PasswordBody {
  /** La contraseña de la cuenta */
  password_actual: string;
}

/** Un paciente de un médico */
export interface Patient {
  id_paciente: number;
  id_medico: number;
  doc_tipo: string | null;
  doc_numero: string | null;
  nombres: string;
  apellidos: string;
  fecha_nacimiento: string | null;
  sexo: string | null;
  telefono: string | null;
  correo: string | null;
  direccion: string | null;
  ciudad: string | null;
  estado: 'ACTIVO' | 'INACTIVO';
}

/** Un resultado registrado, con su paciente */
export interface PatientWithStl {
  id_paciente: number;
  id_medico: number;
  doc_tipo: string | null;
  doc_numero: string | null;
  nombres: string;
  apellidos: string;
  fecha_nacimiento: string | null;
  sexo: string | null;
  telefono: string | null;
  correo: string | null;
  direccion: string | null;
  ciudad: string | null;
  estado: 'ACTIVO' | 'INACTIVO';
  id_jobstl: number;
  job_id: string;
  stl_size: number | null;
  num_stl_archivos: number | null;
  notas: string | null;
  created_at: string | null;
  /** Resultados del paciente */
  total_stl: number;
}

/** Un pago aprobado de una suscripción */
export interface Payment {
  id_pago: number;
  id_suscripcion: number;
  referencia_epayco: string;
  /** COP */
  monto: number;
  /** Instante ISO 8601 en UTC */
  fecha_pago: string;
}

/** Una factura emitida, y qué se sabe de su pago */
export interface PaymentCheckout {
  id_checkout: number;
  invoice: string;
  id_suscripcion: number | null;
  id_plan: number | null;
  pagador: string | null;
  correo: string | null;
  /** En la moneda indicada */
  amount: number;
  currency: string;
  test: boolean;
  estado: 'ABIERTO' | 'PAGADO' | 'REVERSADO';
  /** Referencia del pago */
  ref_payco: string | null;
  /** Veces que se preguntó por ella a la pasarela */
  attempts: number;
  /** Lo último que la pasarela respondió */
  last_error: string | null;
  next_attempt_at: string | null;
  used_at: string | null;
  /** Instante ISO 8601 en UTC */
  created_at: string;
}

/** Una confirmación recibida, y qué se hizo con ella */
export interface PaymentEvent {
  id_event: number;
  ref_payco: string;
  transaction_id: string;
  cod_response: string;
  estado_pago:
    | 'APROBADO'
    | 'RECHAZADO'
    | 'PENDIENTE'
    | 'FALLIDO'
    | 'REVERSADO'
    | 'RETENIDO'
    | 'INICIADO'
    | 'EXPIRADO'
    | 'ABANDONADO'
    | 'CANCELADO'
    | 'ANTIFRAUDE'
    | 'DESCONOCIDO';
  /** La firma vale, o la pasarela misma lo respondió */
  firma_valida: boolean;
  origen: 'CONFIRMACION' | 'CONSULTA';
  estado: 'PENDIENTE' | 'PROCESADO' | 'RECHAZADO' | 'IGNORADO' | 'AGOTADO';
  /** Por qué terminó así */
  resultado: string | null;
  invoice: string | null;
  id_suscripcion: number | null;
  amount: string | null;
  currency: string | null;
  test_request: string | null;
  /** Veces que llegó */
  received_count: number;
  /** Veces que se procesó */
  attempts: number;
  last_error: string | null;
  /** Entró dinero que no compró nada, como un segundo pago */
  por_reembolsar: boolean;
  /** Usuario que aceptó el pago como real */
  aceptado_por: number | null;
  next_attempt_at: string | null;
  last_received_at: string | null;
  processed_at: string | null;
  /** Instante ISO 8601 en UTC */
  created_at: string;
}

/** Una confirmación con los valores como llegaron */
export interface PaymentEventDetail {
  id_event: number;
  ref_payco: string;
  transaction_id: string;
  cod_response: string;
  estado_pago:
    | 'APROBADO'
    | 'RECHAZADO'
    | 'PENDIENTE'
    | 'FALLIDO'
    | 'REVERSADO'
    | 'RETENIDO'
    | 'INICIADO'
    | 'EXPIRADO'
    | 'ABANDONADO'
    | 'CANCELADO'
    | 'ANTIFRAUDE'
    | 'DESCONOCIDO';
  /** La firma vale, o la pasarela misma lo respondió */
  firma_valida: boolean;
  origen: 'CONFIRMACION' | 'CONSULTA';
  estado: 'PENDIENTE' | 'PROCESADO' | 'RECHAZADO' | 'IGNORADO' | 'AGOTADO';
  /** Por qué terminó así */
  resultado: string | null;
  invoice: string | null;
  id_suscripcion: number | null;
  amount: string | null;
  currency: string | null;
  test_request: string | null;
  /** Veces que llegó */
  received_count: number;
  /** Veces que se procesó */
  attempts: number;
  last_error: string | null;
  /** Entró dinero que no compró nada, como un segundo pago */
  por_reembolsar: boolean;
  /** Usuario que aceptó el pago como real */
  aceptado_por: number | null;
  next_attempt_at: string | null;
  last_received_at: string | null;
  processed_at: string | null;
  /** Instante ISO 8601 en UTC */
  created_at: string;
  /** Los valores como llegaron */
  payload: Record<string, string>;
}

/** Lo que la pasarela dice de un pago; de una referencia desconocida, success es false */
export interface PaymentValidation {
  success: boolean;
  ref_payco: string;
  estado?:
    | 'APROBADO'
    | 'RECHAZADO'
    | 'PENDIENTE'
    | 'FALLIDO'
    | 'REVERSADO'
    | 'RETENIDO'
    | 'INICIADO'
    | 'EXPIRADO'
    | 'ABANDONADO'
    | 'CANCELADO'
    | 'ANTIFRAUDE'
    | 'DESCONOCIDO'
    | undefined;
  data?: Record<string, unknown> | undefined;
  raw: Record<string, unknown>;
  [name: string]: unknown;
}

/** Se envió un código por correo; el token lo acompaña al confirmarlo */
export interface PendingCode {
  ok: true;
  token: string;
  /** Minutos */
  expires_in: number;
}

/** Un plan que se puede pagar */
export interface Plan {
  id_plan: number;
  nombre: string;
  /** COP */
  precio: number;
  periodo: 'MENSUAL' | 'TRIMESTRAL' | 'ANUAL';
  duracion_meses: number;
}

/** La prioridad de un trabajo en cola */
export interface PriorityBody {
  /** Los de prioridad más alta van antes */
  prioridad: number;
}

/** Un problema (RFC 9457); detail es una frase para el usuario */
export interface Problem {
  /** Qué clase de problema es; la lista es cerrada */
  type:
    | 'urn:som3d:problem:malformed'
    | 'urn:som3d:problem:bad-request'
    | 'urn:som3d:problem:unauthorized'
    | 'urn:som3d:problem:second-factor'
    | 'urn:som3d:problem:payment-required'
    | 'urn:som3d:problem:forbidden'
    | 'urn:som3d:problem:not-found'
    | 'urn:som3d:problem:method-not-allowed'
    | 'urn:som3d:problem:request-timeout'
    | 'urn:som3d:problem:conflict'
    | 'urn:som3d:problem:gone'
    | 'urn:som3d:problem:precondition-failed'
    | 'urn:som3d:problem:too-large'
    | 'urn:som3d:problem:unsupported-media-type'
    | 'urn:som3d:problem:range-not-satisfiable'
    | 'urn:som3d:problem:validation'
    | 'urn:som3d:problem:locked'
    | 'urn:som3d:problem:too-many-requests'
    | 'urn:som3d:problem:internal'
    | 'urn:som3d:problem:bad-gateway'
    | 'urn:som3d:problem:unavailable'
    | 'urn:som3d:problem:insufficient-storage';
  title: string;
  status: number;
  detail: string;
  request_id?: string | undefined;
  errors?: FieldError[] | undefined;
}

/** Lo que un código muestra de su hospital a quien no tiene sesión */
export interface PublicHospital {
  id_hospital: number;
  nombre: string;
  ciudad: string | null;
  codigo: string;
  estado: 'ACTIVO' | 'INACTIVO';
}

/** Lo que un código muestra de su hospital, y si el código sirve */
export interface PublicHospitalDetail {
  id_hospital: number;
  nombre: string;
  ciudad: string | null;
  codigo: string;
  estado: 'ACTIVO' | 'INACTIVO';
  has_active_subscription: boolean;
  code: HospitalCode;
}

/** Lo que la cuenta usa, y cuánto puede usar */
export interface Quota {
  uso: number;
  limite: number;
}

/** Un pago, con quien lo hizo */
export interface RecentPayment {
  id_pago: number;
  referencia_epayco: string;
  /** Lo mismo que referencia_epayco */
  referencia: string;
  /** COP */
  monto: number;
  fecha_pago: string;
  estado: 'APROBADO' | 'REVERSADO';
  id_suscripcion: number;
  id_plan: number;
  plan: string;
  pagador: 'MEDICO' | 'HOSPITAL';
  id_medico: number | null;
  id_hospital: number | null;
  /** Del médico o del hospital que pagó */
  nombre: string;
  correo: string | null;
  /** Quien pagó; de un hospital, sin usuario ni apellido */
  owner: {
    type: 'MEDICO' | 'HOSPITAL';
    id_usuario: number | null;
    id_hospital: number | null;
    nombre: string;
    apellido: string | null;
    correo: string | null;
  };
}

/** Los códigos de recuperación; cada uno sirve una vez y se muestran solo ahora */
export interface RecoveryCodes {
  codigos: string[];
}

/** Una cuenta nueva de médico */
export interface RegisterBody {
  /** Letras, apóstrofo, guion, punto y espacio; de 2 a 100 */
  nombre: string;
  /** Letras, apóstrofo, guion, punto y espacio; de 2 a 100 */
  apellido: string;
  /** Correo electrónico; no distingue mayúsculas */
  correo: string;
  /** De 8 a 128 caracteres */
  password: string;
  telefono?: string | null | undefined;
  direccion?: string | null | undefined;
  ciudad?: string | null | undefined;
  rol?: 'MEDICO' | undefined;
  /** La versión vigente de los términos, si la persona los aceptó */
  terminos_version?: string | undefined;
}

/** Cuántos días vale el código nuevo; se puede omitir */
export interface ReissueCodeBody {
  /** Días que vale el código */
  expires_days?: number | null | undefined;
}

/** Un hospital con el código que acaba de recibir */
export interface ReissuedCode {
  id_hospital: number;
  nombre: string;
  direccion: string | null;
  ciudad: string | null;
  telefono: string | null;
  correo: string | null;
  codigo: string;
  estado: 'ACTIVO' | 'INACTIVO';
  has_active_subscription: boolean;
  code: HospitalCode;
  /** De este código */
  expires_at: string | null;
}

/** La contraseña, y un código de la aplicación o de recuperación */
export interface RemoveSecondFactorBody {
  /** La contraseña de la cuenta */
  password_actual: string;
  /** Los 6 dígitos de la aplicación, o un código de recuperación */
  totp: string;
}

/** La contraseña nueva, con el token del enlace */
export interface ResetPasswordBody {
  /** El `token` que acompaña al código o al enlace */
  token: string;
  /** De 8 a 128 caracteres */
  new_password: string;
}

/** La contraseña nueva, con el código que llegó y el token o el correo de la solicitud */
export interface ResetPasswordCodeBody {
  /** El `token` que acompaña al código o al enlace */
  token?: string | undefined;
  /** Correo electrónico; no distingue mayúsculas */
  correo?: string | undefined;
  /** El código de 6 dígitos que llegó por correo */
  code: string;
  /** De 8 a 128 caracteres */
  new_password: string;
}

/** Cuántos códigos se revocaron */
export interface RevokedCodes {
  ok: true;
  revoked: number;
}

/** El segundo factor de la cuenta propia */
export interface SecondFactor {
  activo: boolean;
  confirmado_en: string | null;
  /** Códigos de recuperación sin usar */
  codigos_restantes: number;
}

/** Un código de la aplicación */
export interface SecondFactorBody {
  /** Los 6 dígitos de la aplicación, o un código de recuperación */
  totp: string;
}

/** El secreto para la aplicación; se muestra una sola vez */
export interface SecondFactorSecret {
  /** Para escribirlo a mano */
  secret: string;
  /** Para un código QR */
  otpauth_uri: string;
}

/** Una sesión: un ingreso desde un navegador o un programa */
export interface Session {
  id: string;
  /** Instante ISO 8601 en UTC */
  iniciada_en: string;
  /** Cuándo se inició o se renovó por última vez */
  ultimo_uso: string;
  /** Vence si no se renueva antes */
  vence_en: string;
  direccion_ip: string | null;
  /** User-Agent */
  navegador: string | null;
  /** Si es la sesión que pregunta */
  actual: boolean;
}

/** El código del hospital y, si se quiere otro, el plan */
export interface StartHospitalSubscriptionBody {
  /** Código de un hospital: letras A-Z, números y guion; de 1 a 12 */
  codigo: string;
  /** Sin él, el plan de la última suscripción del hospital */
  plan_id?: number | null | undefined;
}

/** El plan que se va a pagar */
export interface StartSubscriptionBody {
  /** Entero positivo de 32 bits */
  plan_id: number;
}

/** Una suscripción por pagar, con los datos de la pasarela */
export interface StartedCheckout {
  suscripcion_id: number;
  checkout: Checkout;
  /** Etiqueta script de ePayco con los mismos datos */
  onpage_html: string;
}

/** La suscripción de un hospital por pagar, con los datos de la pasarela */
export interface StartedHospitalCheckout {
  suscripcion_id: number;
  checkout: Checkout;
  /** Etiqueta script de ePayco con los mismos datos */
  onpage_html: string;
  hospital: PublicHospital;
}

/** Un estudio de imagen de un paciente */
export interface Study {
  id_estudio: number;
  id_paciente: number;
  /** El médico del paciente */
  id_medico: number;
  modalidad: string | null;
  /** Instante ISO 8601 en UTC */
  fecha_estudio: string;
  descripcion: string | null;
  notas: string | null;
}

/** Una suscripción; desde su vencimiento se muestra como PAUSADA */
export interface Subscription {
  id_suscripcion: number;
  id_medico: number | null;
  id_hospital: number | null;
  id_plan: number;
  estado: 'ACTIVA' | 'PAUSADA';
  /** Instante ISO 8601 en UTC */
  fecha_inicio: string;
  fecha_expiracion: string | null;
}

/** Los términos y la política de datos vigentes; null si el servicio no los pide */
export interface Terms {
  version: string | null;
  /** Dirección del texto */
  url: string | null;
}

/** Un trabajo con su dueño */
export interface TrackedJob {
  job_id: string;
  nombre_proceso: string | null;
  status: 'queued' | 'running' | 'done' | 'error' | 'canceled';
  phase: 'queued' | 'reading' | 'segmenting' | 'meshing' | 'packing' | 'finished' | 'error' | 'canceled';
  percent: number;
  /** Está en cola o en curso */
  is_processing: boolean;
  params: JobParams;
  metrics: JobMetrics;
  error: string | null;
  /** Un primer modelo de un trabajo en curso (GLB); está desde que se puede descargar y hasta que termina */
  preview?: JobFile | undefined;
  /** Los de prioridad más alta van antes; 0 es lo normal */
  prioridad: number;
  created_at: string | null;
  updated_at: string | null;
  started_at: string | null;
  finished_at: string | null;
  /** Las últimas líneas del registro; en una lista, ninguna */
  log_tail: string[];
  owner: {
    id_usuario: number;
    id_medico: number | null;
    nombre: string;
    apellido: string;
    correo: string;
  };
}

/** Una página de trabajos con su dueño; X-Total-Count dice cuántos hay */
export interface TrackedJobList {
  jobs: TrackedJob[];
}

/** Los datos de un médico que cambian */
export interface UpdateDoctorBody {
  /** Letras, apóstrofo, guion, punto y espacio; de 2 a 100 */
  nombre?: string | undefined;
  /** Letras, apóstrofo, guion, punto y espacio; de 2 a 100 */
  apellido?: string | undefined;
  /** Correo electrónico; no distingue mayúsculas */
  correo?: string | undefined;
  telefono?: string | null | undefined;
  direccion?: string | null | undefined;
  ciudad?: string | null | undefined;
  id_hospital?: number | null | undefined;
  referenciado?: boolean | undefined;
  /** ACTIVO o INACTIVO */
  estado?: 'ACTIVO' | 'INACTIVO' | undefined;
  activo?: boolean | undefined;
}

/** Los datos de un hospital que cambian */
export interface UpdateHospitalBody {
  /** Letras, números, apóstrofo, guion, punto y espacio; de 2 a 120 */
  nombre?: string | undefined;
  /** Código de un hospital: letras A-Z, números y guion; de 1 a 12 */
  codigo?: string | undefined;
  direccion?: string | null | undefined;
  ciudad?: string | null | undefined;
  telefono?: string | null | undefined;
  correo?: string | null | undefined;
  /** ACTIVO o INACTIVO */
  estado?: 'ACTIVO' | 'INACTIVO' | undefined;
}

/** El nombre y el paciente de un trabajo */
export interface UpdateJobBody {
  /** Nombre del proceso, 3 a 80 caracteres */
  nombre_proceso?: string | null | undefined;
  /** Paciente propio; null: de ninguno */
  id_paciente?: number | null | undefined;
}

/** Los datos propios que cambian; null vacía un campo que puede estar vacío */
export interface UpdateMeBody {
  /** Letras, apóstrofo, guion, punto y espacio; de 2 a 100 */
  nombre?: string | undefined;
  /** Letras, apóstrofo, guion, punto y espacio; de 2 a 100 */
  apellido?: string | undefined;
  /** Correo electrónico; no distingue mayúsculas */
  correo?: string | undefined;
  /** De 8 a 128 caracteres */
  password?: string | undefined;
  /** Con password o con un correo nuevo */
  password_actual?: string | undefined;
  telefono?: string | null | undefined;
  direccion?: string | null | undefined;
  ciudad?: string | null | undefined;
  /** La versión vigente de los términos, si la persona los aceptó */
  terminos_version?: string | undefined;
}

/** Lo que un administrador cambia de un mensaje */
export interface UpdateMessageBody {
  estado?: 'nuevo' | 'analisis' | 'en_curso' | 'resuelto' | undefined;
  respuesta_admin?: string | null | undefined;
  /** null lo deja sin asignar */
  asignado_admin_id_usuario?: number | null | undefined;
  leido_admin?: boolean | undefined;
}

/** Lo que cambia de una nota */
export interface UpdateNoteBody {
  /** Región del cuerpo, en mayúsculas */
  segmento?: string | undefined;
  /** Texto de varias líneas; de 1 a 10000 caracteres */
  texto?: string | undefined;
  /** JSON como texto, 65535 bytes como máximo; se devuelve tal como se envió */
  anchor_json?: string | null | undefined;
}

/** Los datos de un paciente que cambian; null vacía un campo que puede estar vacío */
export interface UpdatePatientBody {
  /** Letras, apóstrofo, guion, punto y espacio; de 2 a 100 */
  nombres?: string | undefined;
  /** Letras, apóstrofo, guion, punto y espacio; de 2 a 100 */
  apellidos?: string | undefined;
  doc_tipo?: string | null | undefined;
  doc_numero?: string | null | undefined;
  /** AAAA-MM-DD, entre 1900 y hoy */
  fecha_nacimiento?: string | null | undefined;
  sexo?: string | null | undefined;
  telefono?: string | null | undefined;
  correo?: string | null | undefined;
  direccion?: string | null | undefined;
  ciudad?: string | null | undefined;
  /** ACTIVO o INACTIVO */
  estado?: 'ACTIVO' | 'INACTIVO' | undefined;
}

/** Lo que cambia de un plan */
export interface UpdatePlanBody {
  /** Letras, números y ( ) _ - .; de 2 a 80 */
  nombre?: string | undefined;
  /** COP, dos decimales como máximo */
  precio?: number | undefined;
  /** MENSUAL, TRIMESTRAL, ANUAL */
  periodo?: 'MENSUAL' | 'TRIMESTRAL' | 'ANUAL' | undefined;
  /** Meses: 1, 3 o 12, según el periodo */
  duracion_meses?: number | undefined;
}

/** Lo que cambia de un estudio */
export interface UpdateStudyBody {
  /** Instante ISO 8601: un día (AAAA-MM-DD, su primer instante UTC) o día y hora, con T o un espacio, con o sin segundos y zona; sin zona es UTC */
  fecha_estudio?: string | undefined;
  modalidad?: string | null | undefined;
  descripcion?: string | null | undefined;
  notas?: string | null | undefined;
}

/** Lo que cambia de una suscripción */
export interface UpdateSubscriptionBody {
  /** Médico que paga; exactamente uno de los dos */
  id_medico?: number | null | undefined;
  /** Hospital que paga; exactamente uno de los dos */
  id_hospital?: number | null | undefined;
  /** Entero positivo de 32 bits */
  id_plan?: number | undefined;
  estado?: 'ACTIVA' | 'PAUSADA' | undefined;
  /** Instante ISO 8601: un día (AAAA-MM-DD, su primer instante UTC) o día y hora, con T o un espacio, con o sin segundos y zona; sin zona es UTC */
  fecha_inicio?: string | undefined;
  /** Instante ISO 8601: un día (AAAA-MM-DD, su primer instante UTC) o día y hora, con T o un espacio, con o sin segundos y zona; sin zona es UTC */
  fecha_expiracion?: string | null | undefined;
}

/** Si la cuenta queda suspendida */
export interface UpdateUserBody {
  suspendido: boolean;
}

/** Lo que cambia de un estado del visor */
export interface UpdateViewerStateBody {
  /** Texto de una línea; de 1 a 200 caracteres */
  titulo?: string | undefined;
  descripcion?: string | null | undefined;
  /** JSON como texto, 1 MiB como máximo; se devuelve tal como se envió; vacío es {} */
  ui_json?: string | undefined;
  /** JSON como texto, 1 MiB como máximo; se devuelve tal como se envió; vacío es [] */
  modelos_json?: string | undefined;
  /** JSON como texto, 1 MiB como máximo; se devuelve tal como se envió; vacío es [] */
  notas_json?: string | undefined;
  /** JSON como texto, 1 MiB como máximo; se devuelve tal como se envió; vacío es {} */
  i18n_json?: string | undefined;
  id_paciente?: number | null | undefined;
  id_jobstl?: number | null | undefined;
}

/** Una subida reanudable */
export interface Upload {
  /** Identificador de la subida */
  upload_id: string;
  /** Bytes guardados: desde aquí se continúa */
  offset: number;
  /** Bytes del archivo completo */
  size: number;
  /** Cuándo vence si no llega nada más */
  expires_at: string;
}

/** Lo que una cuenta usa y cuánto puede usar */
export interface Usage {
  /** Trabajos en cola */
  trabajos_en_espera: Quota;
  /** Subidas y resultados guardados, en bytes */
  bytes_almacenados: Quota;
  /** Notas clínicas de las últimas 24 horas */
  notas_24h: Quota;
  /** Estados del visor guardados */
  estados_visor: Quota;
  /** Mensajes de las últimas 24 horas */
  mensajes_24h: Quota;
  /** Pagos propios iniciados en los últimos 7 días y sin terminar */
  pagos_abiertos: Quota;
  subidas: {
    requiere: 'any' | 'verified' | 'active';
    permitidas: boolean;
  };
}

/** Una cuenta; ninguna respuesta lleva la contraseña */
export interface User {
  id_usuario: number;
  nombre: string;
  apellido: string;
  correo: string;
  telefono: string | null;
  direccion: string | null;
  ciudad: string | null;
  rol: 'ADMINISTRADOR' | 'MEDICO';
  activo: boolean;
}

/** Un estado guardado del visor, con sus cuatro documentos */
export interface ViewerState {
  id_visor_estado: number;
  id_medico: number;
  id_paciente: number | null;
  id_jobstl: number | null;
  titulo: string;
  descripcion: string | null;
  ui_json: string;
  modelos_json: string;
  notas_json: string;
  i18n_json: string;
  /** Instante ISO 8601 en UTC */
  creado_en: string;
  /** Instante ISO 8601 en UTC */
  actualizado_en: string;
}

/** Un estado guardado del visor, sin sus documentos */
export interface ViewerStateSummary {
  id_visor_estado: number;
  id_medico: number;
  id_paciente: number | null;
  id_jobstl: number | null;
  titulo: string;
  descripcion: string | null;
  /** Instante ISO 8601 en UTC */
  creado_en: string;
  /** Instante ISO 8601 en UTC */
  actualizado_en: string;
}

/** Un proceso de conversión, con su motor y sus aceleradores */
export interface WorkerNode {
  worker_id: string;
  host: string;
  pid: number;
  version: string | null;
  started_at: string;
  /** Su última señal de vida */
  heartbeat_at: string;
  /** Trabajos a la vez */
  concurrency: number;
  /** Hilos de cada trabajo */
  threads: number;
  /** MiB con los que cuenta cada trabajo */
  memory_mb: number;
  /** Motor de segmentación */
  engine: {
    configured: 'auto' | 'threshold' | 'totalsegmentator';
    /** El que usan los trabajos; null si falta el que se configuró */
    name: string | null;
    /** TotalSegmentator está instalado */
    totalsegmentator: boolean;
    totalsegmentator_version: string | null;
    /** Sobre qué correría TotalSegmentator */
    device: 'gpu' | 'cpu' | null;
    /** Hay una licencia configurada */
    license: boolean;
  };
  gpus: string[];
}

/** Arguments of `health.check`. */
export interface HealthCheckArgs extends CallOptions {}

/** Arguments of `health.live`. */
export interface HealthLiveArgs extends CallOptions {}

/** Arguments of `auth.register`. */
export interface AuthRegisterArgs extends CallOptions {
  body: RegisterBody;
}

/** Arguments of `auth.login`. */
export interface AuthLoginArgs extends CallOptions {
  body: LoginBody;
}

/** Arguments of `auth.terms`. */
export interface AuthTermsArgs extends CallOptions {}

/** Arguments of `auth.me`. */
export interface AuthMeArgs extends CallOptions {}

/** Arguments of `auth.updateMe`. */
export interface AuthUpdateMeArgs extends CallOptions {
  body: UpdateMeBody;
}

/** Arguments of `auth.confirmEmail`. */
export interface AuthConfirmEmailArgs extends CallOptions {
  body: CodeBody;
}

/** Arguments of `auth.secondFactor`. */
export interface AuthSecondFactorArgs extends CallOptions {}

/** Arguments of `auth.enrolSecondFactor`. */
export interface AuthEnrolSecondFactorArgs extends CallOptions {
  body: PasswordBody;
}

/** Arguments of `auth.confirmSecondFactor`. */
export interface AuthConfirmSecondFactorArgs extends CallOptions {
  body: SecondFactorBody;
}

/** Arguments of `auth.removeSecondFactor`. */
export interface AuthRemoveSecondFactorArgs extends CallOptions {
  body: RemoveSecondFactorBody;
}

/** Arguments of `auth.sessions`. */
export interface AuthSessionsArgs extends CallOptions {}

/** Arguments of `auth.endOtherSessions`. */
export interface AuthEndOtherSessionsArgs extends CallOptions {}

/** Arguments of `auth.endSession`. */
export interface AuthEndSessionArgs extends CallOptions {
  params: {
    /** Identificador de la sesión */
    id: string;
  };
}

/** Arguments of `auth.emailExists`. */
export interface AuthEmailExistsArgs extends CallOptions {
  query: {
    /** Correo electrónico; no distingue mayúsculas */
    correo: string;
  };
}

/** Arguments of `auth.csrf`. */
export interface AuthCsrfArgs extends CallOptions {}

/** Arguments of `auth.refresh`. */
export interface AuthRefreshArgs extends CallOptions {
  headers?:
    | {
        'x-csrf-token'?: string | undefined;
      }
    | undefined;
}

/** Arguments of `auth.logout`. */
export interface AuthLogoutArgs extends CallOptions {}

/** Arguments of `auth.preRegister`. */
export interface AuthPreRegisterArgs extends CallOptions {
  body: RegisterBody;
}

/** Arguments of `auth.confirmCode`. */
export interface AuthConfirmCodeArgs extends CallOptions {
  body: ConfirmCodeBody;
}

/** Arguments of `auth.forgotPassword`. */
export interface AuthForgotPasswordArgs extends CallOptions {
  body: CorreoBody;
}

/** Arguments of `auth.resetForm`. */
export interface AuthResetFormArgs extends CallOptions {
  query?:
    | {
        /** El del enlace */
        token?: string | undefined;
      }
    | undefined;
}

/** Arguments of `auth.resetPassword`. */
export interface AuthResetPasswordArgs extends CallOptions {
  body: ResetPasswordBody;
}

/** Arguments of `auth.forgotPasswordCode`. */
export interface AuthForgotPasswordCodeArgs extends CallOptions {
  body: CorreoBody;
}

/** Arguments of `auth.resetPasswordCode`. */
export interface AuthResetPasswordCodeArgs extends CallOptions {
  body: ResetPasswordCodeBody;
}

/** Arguments of `plans.list`. */
export interface PlansListArgs extends CallOptions {
  query?:
    | {
        /** Filas por respuesta, 1 a 500 */
        limit?: number | undefined;
        /** Filas que se saltan */
        offset?: number | undefined;
      }
    | undefined;
}

/** Arguments of `plans.get`. */
export interface PlansGetArgs extends CallOptions {
  params: {
    /** Identificador del plan */
    id: number;
  };
}

/** Arguments of `plans.create`. */
export interface PlansCreateArgs extends CallOptions {
  body: CreatePlanBody;
}

/** Arguments of `plans.update`. */
export interface PlansUpdateArgs extends CallOptions {
  params: {
    /** Identificador del plan */
    id: number;
  };
  body: UpdatePlanBody;
}

/** Arguments of `plans.remove`. */
export interface PlansRemoveArgs extends CallOptions {
  params: {
    /** Identificador del plan */
    id: number;
  };
}

/** Arguments of `subscriptions.start`. */
export interface SubscriptionsStartArgs extends CallOptions {
  body: StartSubscriptionBody;
}

/** Arguments of `subscriptions.mine`. */
export interface SubscriptionsMineArgs extends CallOptions {}

/** Arguments of `subscriptions.mineStatus`. */
export interface SubscriptionsMineStatusArgs extends CallOptions {}

/** Arguments of `subscriptions.list`. */
export interface SubscriptionsListArgs extends CallOptions {
  query?:
    | {
        /** Solo las de este médico */
        id_medico?: number | undefined;
        /** Solo las de este hospital */
        id_hospital?: number | undefined;
        /** ACTIVA, PAUSADA; todos es sin filtro */
        estado?: 'ACTIVA' | 'PAUSADA' | undefined;
        /** Solo las de este plan */
        plan_id?: number | undefined;
        /** Filas por respuesta, 1 a 500 */
        limit?: number | undefined;
        /** Filas que se saltan */
        offset?: number | undefined;
      }
    | undefined;
}

/** Arguments of `subscriptions.create`. */
export interface SubscriptionsCreateArgs extends CallOptions {
  body: CreateSubscriptionBody;
}

/** Arguments of `subscriptions.get`. */
export interface SubscriptionsGetArgs extends CallOptions {
  params: {
    /** Identificador de la suscripción */
    id: number;
  };
}

/** Arguments of `subscriptions.update`. */
export interface SubscriptionsUpdateArgs extends CallOptions {
  params: {
    /** Identificador de la suscripción */
    id: number;
  };
  body: UpdateSubscriptionBody;
}

/** Arguments of `subscriptions.remove`. */
export interface SubscriptionsRemoveArgs extends CallOptions {
  params: {
    /** Identificador de la suscripción */
    id: number;
  };
}

/** Arguments of `subscriptions.payments`. */
export interface SubscriptionsPaymentsArgs extends CallOptions {
  params: {
    /** Identificador de la suscripción */
    id: number;
  };
  query?:
    | {
        /** Filas por respuesta, 1 a 500 */
        limit?: number | undefined;
        /** Filas que se saltan */
        offset?: number | undefined;
      }
    | undefined;
}

/** Arguments of `hospitals.list`. */
export interface HospitalsListArgs extends CallOptions {
  query?:
    | {
        /** También los inactivos; solo para un administrador */
        include_all?: boolean | undefined;
        /** Filas por respuesta, 1 a 500 */
        limit?: number | undefined;
        /** Filas que se saltan */
        offset?: number | undefined;
      }
    | undefined;
}

/** Arguments of `hospitals.byCode`. */
export interface HospitalsByCodeArgs extends CallOptions {
  params: {
    /** Código de un hospital: letras A-Z, números y guion; de 1 a 12 */
    codigo: string;
  };
}

/** Arguments of `hospitals.status`. */
export interface HospitalsStatusArgs extends CallOptions {
  params: {
    /** Código de un hospital: letras A-Z, números y guion; de 1 a 12 */
    codigo: string;
  };
}

/** Arguments of `hospitals.mineStatus`. */
export interface HospitalsMineStatusArgs extends CallOptions {}

/** Arguments of `hospitals.startSubscription`. */
export interface HospitalsStartSubscriptionArgs extends CallOptions {
  body: StartHospitalSubscriptionBody;
}

/** Arguments of `hospitals.linkByCode`. */
export interface HospitalsLinkByCodeArgs extends CallOptions {
  body: LinkByCodeBody;
}

/** Arguments of `hospitals.create`. */
export interface HospitalsCreateArgs extends CallOptions {
  body: CreateHospitalBody;
}

/** Arguments of `hospitals.get`. */
export interface HospitalsGetArgs extends CallOptions {
  params: {
    /** Identificador del hospital */
    id: number;
  };
}

/** Arguments of `hospitals.update`. */
export interface HospitalsUpdateArgs extends CallOptions {
  params: {
    /** Identificador del hospital */
    id: number;
  };
  body: UpdateHospitalBody;
}

/** Arguments of `hospitals.remove`. */
export interface HospitalsRemoveArgs extends CallOptions {
  params: {
    /** Identificador del hospital */
    id: number;
  };
}

/** Arguments of `admin.generateCode`. */
export interface AdminGenerateCodeArgs extends CallOptions {}

/** Arguments of `admin.listHospitals`. */
export interface AdminListHospitalsArgs extends CallOptions {
  query?:
    | {
        /** ACTIVO, INACTIVO; todos es sin filtro */
        estado?: 'ACTIVO' | 'INACTIVO' | undefined;
        /** En nombre, ciudad o código */
        q?: string | undefined;
        /** Filas por respuesta, 1 a 500 */
        limit?: number | undefined;
        /** Filas que se saltan */
        offset?: number | undefined;
      }
    | undefined;
}

/** Arguments of `admin.getHospital`. */
export interface AdminGetHospitalArgs extends CallOptions {
  params: {
    /** Identificador del hospital, médico o usuario */
    id: number;
  };
}

/** Arguments of `admin.createHospital`. */
export interface AdminCreateHospitalArgs extends CallOptions {
  body: AdminCreateHospitalBody;
}

/** Arguments of `admin.updateHospital`. */
export interface AdminUpdateHospitalArgs extends CallOptions {
  params: {
    /** Identificador del hospital, médico o usuario */
    id: number;
  };
  body: UpdateHospitalBody;
}

/** Arguments of `admin.removeHospital`. */
export interface AdminRemoveHospitalArgs extends CallOptions {
  params: {
    /** Identificador del hospital, médico o usuario */
    id: number;
  };
}

/** Arguments of `admin.reissueCode`. */
export interface AdminReissueCodeArgs extends CallOptions {
  params: {
    /** Identificador del hospital, médico o usuario */
    id: number;
  };
  query?:
    | {
        /** Días que vale el código */
        expires_days?: number | null | undefined;
      }
    | undefined;
  body?: ReissueCodeBody | undefined;
}

/** Arguments of `admin.revokeCodes`. */
export interface AdminRevokeCodesArgs extends CallOptions {
  params: {
    /** Identificador del hospital, médico o usuario */
    id: number;
  };
}

/** Arguments of `admin.countDoctors`. */
export interface AdminCountDoctorsArgs extends CallOptions {
  query?:
    | {
        /** Solo los de este hospital */
        hospital_id?: number | undefined;
      }
    | undefined;
}

/** Arguments of `admin.listDoctors`. */
export interface AdminListDoctorsArgs extends CallOptions {
  query?:
    | {
        /** Solo los de este hospital */
        hospital_id?: number | undefined;
        /** ACTIVO, INACTIVO; todos es sin filtro */
        estado?: 'ACTIVO' | 'INACTIVO' | undefined;
        /** En nombre, apellido o correo */
        q?: string | undefined;
        /** Filas por respuesta, 1 a 500 */
        limit?: number | undefined;
        /** Filas que se saltan */
        offset?: number | undefined;
      }
    | undefined;
}

/** Arguments of `admin.createDoctor`. */
export interface AdminCreateDoctorArgs extends CallOptions {
  body: CreateDoctorBody;
}

/** Arguments of `admin.updateDoctor`. */
export interface AdminUpdateDoctorArgs extends CallOptions {
  params: {
    /** Identificador del hospital, médico o usuario */
    id: number;
  };
  body: UpdateDoctorBody;
}

/** Arguments of `admin.removeDoctor`. */
export interface AdminRemoveDoctorArgs extends CallOptions {
  params: {
    /** Identificador del hospital, médico o usuario */
    id: number;
  };
}

/** Arguments of `admin.listInactiveUsers`. */
export interface AdminListInactiveUsersArgs extends CallOptions {
  query?:
    | {
        /** En nombre, apellido o correo */
        q?: string | undefined;
        /** Filas por respuesta, 1 a 500 */
        limit?: number | undefined;
        /** Filas que se saltan */
        offset?: number | undefined;
      }
    | undefined;
}

/** Arguments of `admin.listSuspendedUsers`. */
export interface AdminListSuspendedUsersArgs extends CallOptions {
  query?:
    | {
        /** En nombre, apellido o correo */
        q?: string | undefined;
        /** Filas por respuesta, 1 a 500 */
        limit?: number | undefined;
        /** Filas que se saltan */
        offset?: number | undefined;
      }
    | undefined;
}

/** Arguments of `admin.listAdmins`. */
export interface AdminListAdminsArgs extends CallOptions {
  query?:
    | {
        /** En nombre, apellido o correo */
        q?: string | undefined;
        /** Filas por respuesta, 1 a 500 */
        limit?: number | undefined;
        /** Filas que se saltan */
        offset?: number | undefined;
      }
    | undefined;
}

/** Arguments of `admin.createAdmin`. */
export interface AdminCreateAdminArgs extends CallOptions {
  body: CreateAdminBody;
}

/** Arguments of `admin.updateUser`. */
export interface AdminUpdateUserArgs extends CallOptions {
  params: {
    /** Identificador del hospital, médico o usuario */
    id: number;
  };
  body: UpdateUserBody;
}

/** Arguments of `admin.userSessions`. */
export interface AdminUserSessionsArgs extends CallOptions {
  params: {
    /** Identificador del hospital, médico o usuario */
    id: number;
  };
}

/** Arguments of `admin.endUserSessions`. */
export interface AdminEndUserSessionsArgs extends CallOptions {
  params: {
    /** Identificador del hospital, médico o usuario */
    id: number;
  };
}

/** Arguments of `admin.sendPasswordReset`. */
export interface AdminSendPasswordResetArgs extends CallOptions {
  params: {
    /** Identificador del hospital, médico o usuario */
    id: number;
  };
}

/** Arguments of `admin.removeUser`. */
export interface AdminRemoveUserArgs extends CallOptions {
  params: {
    /** Identificador del hospital, médico o usuario */
    id: number;
  };
}

/** Arguments of `admin.metrics`. */
export interface AdminMetricsArgs extends CallOptions {}

/** Arguments of `admin.recentPayments`. */
export interface AdminRecentPaymentsArgs extends CallOptions {
  query?:
    | {
        /** Filas, 1 a 500 */
        limit?: number | undefined;
      }
    | undefined;
}

/** Arguments of `admin.activeUserSubscriptions`. */
export interface AdminActiveUserSubscriptionsArgs extends CallOptions {
  query?:
    | {
        /** Filas por respuesta, 1 a 500 */
        limit?: number | undefined;
        /** Filas que se saltan */
        offset?: number | undefined;
      }
    | undefined;
}

/** Arguments of `admin.hospitalsBilling`. */
export interface AdminHospitalsBillingArgs extends CallOptions {
  query?:
    | {
        /** Filas por respuesta, 1 a 500 */
        limit?: number | undefined;
        /** Filas que se saltan */
        offset?: number | undefined;
      }
    | undefined;
}

/** Arguments of `admin.clinicalAudit`. */
export interface AdminClinicalAuditArgs extends CallOptions {
  query?:
    | {
        /** PACIENTE, ESTUDIO, PLAN, HOSPITAL, MEDICO, USUARIO… */
        entity_type?: string | undefined;
        /** Clave del registro */
        entity_id?: number | undefined;
        /** CREATE, UPDATE, DELETE, READ, EXPORT, DENIED */
        action?: string | undefined;
        /** id_usuario de quien lo hizo */
        actor?: number | undefined;
        /** Desde este instante, o día de Colombia */
        from?: string | undefined;
        /** Hasta este instante, o día de Colombia inclusive */
        to?: string | undefined;
        /** Filas por respuesta; más de 500 son 500 (sin valor: 500) */
        limit?: number | undefined;
        /** Filas que se saltan */
        offset?: number | undefined;
      }
    | undefined;
}

/** Arguments of `patients.list`. */
export interface PatientsListArgs extends CallOptions {
  query?:
    | {
        /** ACTIVO, INACTIVO; todos es sin filtro */
        estado?: 'ACTIVO' | 'INACTIVO' | undefined;
        /** Parte del número de documento */
        doc_numero?: string | undefined;
        /** En nombres, apellidos o documento */
        q?: string | undefined;
        /** Filas por respuesta, 1 a 500 */
        limit?: number | undefined;
        /** Filas que se saltan */
        offset?: number | undefined;
      }
    | undefined;
}

/** Arguments of `patients.create`. */
export interface PatientsCreateArgs extends CallOptions {
  body: CreatePatientBody;
}

/** Arguments of `patients.get`. */
export interface PatientsGetArgs extends CallOptions {
  params: {
    /** Identificador del paciente */
    id: number;
  };
}

/** Arguments of `patients.exportData`. */
export interface PatientsExportDataArgs extends CallOptions {
  params: {
    /** Identificador del paciente */
    id: number;
  };
}

/** Arguments of `patients.update`. */
export interface PatientsUpdateArgs extends CallOptions {
  params: {
    /** Identificador del paciente */
    id: number;
  };
  body: UpdatePatientBody;
}

/** Arguments of `patients.remove`. */
export interface PatientsRemoveArgs extends CallOptions {
  params: {
    /** Identificador del paciente */
    id: number;
  };
}

/** Arguments of `patients.listNotes`. */
export interface PatientsListNotesArgs extends CallOptions {
  params: {
    /** Identificador del paciente */
    id: number;
  };
  query?:
    | {
        /** Región del cuerpo, en mayúsculas */
        segmento?: string | undefined;
        /** Filas por respuesta, 1 a 500 */
        limit?: number | undefined;
        /** Filas que se saltan */
        offset?: number | undefined;
      }
    | undefined;
}

/** Arguments of `patients.createNote`. */
export interface PatientsCreateNoteArgs extends CallOptions {
  params: {
    /** Identificador del paciente */
    id: number;
  };
  body: CreateNoteBody;
}

/** Arguments of `patients.updateNote`. */
export interface PatientsUpdateNoteArgs extends CallOptions {
  params: {
    /** Identificador del paciente */
    id: number;
    /** Identificador de la nota */
    note_id: number;
  };
  body: UpdateNoteBody;
}

/** Arguments of `patients.removeNote`. */
export interface PatientsRemoveNoteArgs extends CallOptions {
  params: {
    /** Identificador del paciente */
    id: number;
    /** Identificador de la nota */
    note_id: number;
  };
}

/** Arguments of `studies.list`. */
export interface StudiesListArgs extends CallOptions {
  query?:
    | {
        /** Solo los de este paciente */
        paciente_id?: number | undefined;
        /** Filas por respuesta, 1 a 500 */
        limit?: number | undefined;
        /** Filas que se saltan */
        offset?: number | undefined;
      }
    | undefined;
}

/** Arguments of `studies.create`. */
export interface StudiesCreateArgs extends CallOptions {
  body: CreateStudyBody;
}

/** Arguments of `studies.get`. */
export interface StudiesGetArgs extends CallOptions {
  params: {
    /** Identificador del estudio */
    id: number;
  };
}

/** Arguments of `studies.update`. */
export interface StudiesUpdateArgs extends CallOptions {
  params: {
    /** Identificador del estudio */
    id: number;
  };
  body: UpdateStudyBody;
}

/** Arguments of `studies.remove`. */
export interface StudiesRemoveArgs extends CallOptions {
  params: {
    /** Identificador del estudio */
    id: number;
  };
}

/** Arguments of `visor.create`. */
export interface VisorCreateArgs extends CallOptions {
  body: CreateViewerStateBody;
}

/** Arguments of `visor.list`. */
export interface VisorListArgs extends CallOptions {
  query?:
    | {
        /** El del estado, o el de su resultado */
        paciente_id?: number | undefined;
        /** Identificador del trabajo */
        job_id?: string | undefined;
        /** Filas por respuesta, 1 a 500 */
        limit?: number | undefined;
        /** Filas que se saltan */
        offset?: number | undefined;
      }
    | undefined;
}

/** Arguments of `visor.get`. */
export interface VisorGetArgs extends CallOptions {
  params: {
    /** Identificador del estado del visor */
    id: number;
  };
}

/** Arguments of `visor.update`. */
export interface VisorUpdateArgs extends CallOptions {
  params: {
    /** Identificador del estado del visor */
    id: number;
  };
  body: UpdateViewerStateBody;
}

/** Arguments of `visor.remove`. */
export interface VisorRemoveArgs extends CallOptions {
  params: {
    /** Identificador del estado del visor */
    id: number;
  };
}

/** Arguments of `som3d.create`. */
export interface Som3dCreateArgs extends CallOptions {
  headers?:
    | {
        'idempotency-key'?: string | undefined;
      }
    | undefined;
  body: FormData;
}

/** Arguments of `som3d.createFromUpload`. */
export interface Som3dCreateFromUploadArgs extends CallOptions {
  body: JobFromUpload;
}

/** Arguments of `som3d.list`. */
export interface Som3dListArgs extends CallOptions {
  query?:
    | {
        /** Solo los de este estado */
        status?: 'queued' | 'running' | 'done' | 'error' | 'canceled' | undefined;
        /** Solo los de este paciente */
        id_paciente?: number | undefined;
        /** En el nombre del proceso, o en nombres, apellidos o documento del paciente */
        q?: string | undefined;
        /** Filas por respuesta, 1 a 500 */
        limit?: number | undefined;
        /** Filas que se saltan */
        offset?: number | undefined;
      }
    | undefined;
}

/** Arguments of `som3d.mine`. */
export interface Som3dMineArgs extends CallOptions {
  query?:
    | {
        /** Solo los de este estado */
        status?: 'queued' | 'running' | 'done' | 'error' | 'canceled' | undefined;
        /** Solo los de este paciente */
        id_paciente?: number | undefined;
        /** En el nombre del proceso, o en nombres, apellidos o documento del paciente */
        q?: string | undefined;
        /** Filas por respuesta, 1 a 500 */
        limit?: number | undefined;
        /** Filas que se saltan */
        offset?: number | undefined;
      }
    | undefined;
}

/** Arguments of `som3d.tracking`. */
export interface Som3dTrackingArgs extends CallOptions {
  query?:
    | {
        /** Solo los de este estado */
        status?: 'queued' | 'running' | 'done' | 'error' | 'canceled' | undefined;
        /** Solo los de este paciente */
        id_paciente?: number | undefined;
        /** En el nombre del proceso, o en nombres, apellidos o documento del paciente */
        q?: string | undefined;
        /** Filas por respuesta, 1 a 500 */
        limit?: number | undefined;
        /** Filas que se saltan */
        offset?: number | undefined;
      }
    | undefined;
}

/** Arguments of `som3d.trackingMine`. */
export interface Som3dTrackingMineArgs extends CallOptions {
  query?:
    | {
        /** Solo los de este estado */
        status?: 'queued' | 'running' | 'done' | 'error' | 'canceled' | undefined;
        /** Solo los de este paciente */
        id_paciente?: number | undefined;
        /** En el nombre del proceso, o en nombres, apellidos o documento del paciente */
        q?: string | undefined;
        /** Filas por respuesta, 1 a 500 */
        limit?: number | undefined;
        /** Filas que se saltan */
        offset?: number | undefined;
      }
    | undefined;
}

/** Arguments of `som3d.get`. */
export interface Som3dGetArgs extends CallOptions {
  params: {
    /** Identificador del trabajo */
    id: string;
  };
}

/** Arguments of `som3d.progress`. */
export interface Som3dProgressArgs extends CallOptions {
  params: {
    /** Identificador del trabajo */
    id: string;
  };
}

/** Arguments of `som3d.events`. */
export interface Som3dEventsArgs extends CallOptions {
  params: {
    /** Identificador del trabajo */
    id: string;
  };
  headers?:
    | {
        'last-event-id'?: string | undefined;
      }
    | undefined;
}

/** Arguments of `som3d.log`. */
export interface Som3dLogArgs extends CallOptions {
  params: {
    /** Identificador del trabajo */
    id: string;
  };
  query?:
    | {
        /** Cuántas de las últimas líneas (200); 0, todas */
        tail?: number | undefined;
        /** Todas las líneas */
        full?: boolean | undefined;
      }
    | undefined;
}

/** Arguments of `som3d.logText`. */
export interface Som3dLogTextArgs extends CallOptions {
  params: {
    /** Identificador del trabajo */
    id: string;
  };
  query?:
    | {
        /** Para guardarlo como archivo */
        download?: boolean | undefined;
      }
    | undefined;
}

/** Arguments of `som3d.stateContext`. */
export interface Som3dStateContextArgs extends CallOptions {
  params: {
    /** Identificador del trabajo */
    id: string;
  };
}

/** Arguments of `som3d.stls`. */
export interface Som3dStlsArgs extends CallOptions {
  params: {
    /** Identificador del trabajo */
    id: string;
  };
}

/** Arguments of `som3d.result`. */
export interface Som3dResultArgs extends CallOptions {
  params: {
    /** Identificador del trabajo */
    id: string;
  };
  query?:
    | {
        /** Segundos hasta que vence; sin valor decide el servidor */
        expires?: number | undefined;
      }
    | undefined;
}

/** Arguments of `som3d.resultBytes`. */
export interface Som3dResultBytesArgs extends CallOptions {
  params: {
    /** Identificador del trabajo */
    id: string;
  };
  headers?:
    | {
        range?: string | undefined;
      }
    | undefined;
}

/** Arguments of `som3d.preview`. */
export interface Som3dPreviewArgs extends CallOptions {
  params: {
    /** Identificador del trabajo */
    id: string;
  };
  headers?:
    | {
        range?: string | undefined;
      }
    | undefined;
}

/** Arguments of `som3d.jobFile`. */
export interface Som3dJobFileArgs extends CallOptions {
  params: {
    /** Identificador del trabajo */
    id: string;
    /** Nombre del archivo */
    name: string;
  };
  headers?:
    | {
        range?: string | undefined;
      }
    | undefined;
}

/** Arguments of `som3d.file`. */
export interface Som3dFileArgs extends CallOptions {
  params: {
    /** La firma, de una URL del servicio */
    token: string;
  };
  headers?:
    | {
        range?: string | undefined;
      }
    | undefined;
}

/** Arguments of `som3d.finalize`. */
export interface Som3dFinalizeArgs extends CallOptions {
  params: {
    /** Identificador del trabajo */
    id: string;
  };
  body: FinalizeBody;
}

/** Arguments of `som3d.cancel`. */
export interface Som3dCancelArgs extends CallOptions {
  params: {
    /** Identificador del trabajo */
    id: string;
  };
}

/** Arguments of `som3d.update`. */
export interface Som3dUpdateArgs extends CallOptions {
  params: {
    /** Identificador del trabajo */
    id: string;
  };
  body: UpdateJobBody;
}

/** Arguments of `som3d.remove`. */
export interface Som3dRemoveArgs extends CallOptions {
  params: {
    /** Identificador del trabajo */
    id: string;
  };
}

/** Arguments of `som3d.prioritize`. */
export interface Som3dPrioritizeArgs extends CallOptions {
  params: {
    /** Identificador del trabajo */
    id: string;
  };
  body: PriorityBody;
}

/** Arguments of `som3d.updateResultNotes`. */
export interface Som3dUpdateResultNotesArgs extends CallOptions {
  params: {
    /** Identificador del resultado */
    id: number;
  };
  body: JobStlNotesBody;
}

/** Arguments of `som3d.removeResult`. */
export interface Som3dRemoveResultArgs extends CallOptions {
  params: {
    /** Identificador del resultado */
    id: number;
  };
}

/** Arguments of `som3d.patientsWithStl`. */
export interface Som3dPatientsWithStlArgs extends CallOptions {
  query?:
    | {
        /** En nombres, apellidos o documento */
        q?: string | undefined;
        /** Filas por respuesta, 1 a 500 */
        limit?: number | undefined;
        /** Filas que se saltan */
        offset?: number | undefined;
      }
    | undefined;
}

/** Arguments of `uploads.create`. */
export interface UploadsCreateArgs extends CallOptions {
  headers: {
    'tus-resumable'?: string | undefined;
    'upload-length': number;
    'upload-metadata'?: string | undefined;
  };
}

/** Arguments of `uploads.get`. */
export interface UploadsGetArgs extends CallOptions {
  params: {
    /** Identificador de la subida */
    id: string;
  };
}

/** Arguments of `uploads.append`. */
export interface UploadsAppendArgs extends CallOptions {
  params: {
    /** Identificador de la subida */
    id: string;
  };
  headers: {
    'tus-resumable'?: string | undefined;
    'upload-offset': number;
  };
  body: Blob;
}

/** Arguments of `uploads.remove`. */
export interface UploadsRemoveArgs extends CallOptions {
  params: {
    /** Identificador de la subida */
    id: string;
  };
  headers?:
    | {
        'tus-resumable'?: string | undefined;
      }
    | undefined;
}

/** Arguments of `usage.mine`. */
export interface UsageMineArgs extends CallOptions {}

/** Arguments of `messages.create`. */
export interface MessagesCreateArgs extends CallOptions {
  body: CreateMessageBody | URLSearchParams;
}

/** Arguments of `messages.list`. */
export interface MessagesListArgs extends CallOptions {
  query?:
    | {
        /** nuevo, analisis, en_curso, resuelto; todos es sin filtro */
        estado?: 'nuevo' | 'analisis' | 'en_curso' | 'resuelto' | undefined;
        /** sugerencia, error; todos es sin filtro */
        tipo?: 'sugerencia' | 'error' | undefined;
        /** Página, desde 1 */
        page?: number | undefined;
        /** Mensajes por página; más de 100 son 100 */
        page_size?: number | undefined;
      }
    | undefined;
}

/** Arguments of `messages.inbox`. */
export interface MessagesInboxArgs extends CallOptions {
  query?:
    | {
        /** nuevo, analisis, en_curso, resuelto; todos es sin filtro */
        estado?: 'nuevo' | 'analisis' | 'en_curso' | 'resuelto' | undefined;
        /** sugerencia, error; todos es sin filtro */
        tipo?: 'sugerencia' | 'error' | undefined;
        /** Página, desde 1 */
        page?: number | undefined;
        /** Mensajes por página; más de 100 son 100 */
        page_size?: number | undefined;
        /** baja, media, alta; todos es sin filtro */
        severidad?: 'baja' | 'media' | 'alta' | undefined;
        /** Solo los que ningún administrador ha leído */
        only_unread?: boolean | undefined;
        /** Leído por un administrador */
        leido?: boolean | undefined;
        /** Usuario que lo atiende, o `mio`, o `nadie` */
        asignado?: 'nadie' | 'mio' | number | undefined;
        /** Solo los de este médico */
        id_medico?: number | undefined;
        /** En título, descripción, o nombre o correo del médico */
        q?: string | undefined;
      }
    | undefined;
}

/** Arguments of `messages.events`. */
export interface MessagesEventsArgs extends CallOptions {
  params: {
    /** Identificador del mensaje */
    id: number;
  };
}

/** Arguments of `messages.update`. */
export interface MessagesUpdateArgs extends CallOptions {
  params: {
    /** Identificador del mensaje */
    id: number;
  };
  body: UpdateMessageBody;
}

/** Arguments of `messages.markRead`. */
export interface MessagesMarkReadArgs extends CallOptions {
  params: {
    /** Identificador del mensaje */
    id: number;
  };
  body?: MarkReadBody | undefined;
}

/** Arguments of `monitoring.metrics`. */
export interface MonitoringMetricsArgs extends CallOptions {}

/** Arguments of `epayco.confirm`. */
export interface EpaycoConfirmArgs extends CallOptions {
  query?: ConfirmationFields | undefined;
  body: ConfirmationFields | URLSearchParams;
}

/** Arguments of `epayco.confirmByGet`. */
export interface EpaycoConfirmByGetArgs extends CallOptions {
  query?: ConfirmationFields | undefined;
}

/** Arguments of `epayco.validate`. */
export interface EpaycoValidateArgs extends CallOptions {
  query: {
    /** Referencia de ePayco */
    ref_payco: string;
  };
}

/** Arguments of `epayco.response`. */
export interface EpaycoResponseArgs extends CallOptions {
  query?:
    | {
        /** Referencia de ePayco */
        ref_payco?: string | undefined;
        [name: string]: unknown;
      }
    | undefined;
}

/** Arguments of `epayco.listEvents`. */
export interface EpaycoListEventsArgs extends CallOptions {
  query?:
    | {
        /** PENDIENTE, PROCESADO, RECHAZADO, IGNORADO, AGOTADO; todos es sin filtro */
        estado?: 'PENDIENTE' | 'PROCESADO' | 'RECHAZADO' | 'IGNORADO' | 'AGOTADO' | undefined;
        /** Si la firma vale */
        firma_valida?: boolean | undefined;
        /** Si entró dinero que no compró nada */
        por_reembolsar?: boolean | undefined;
        /** Referencia de ePayco */
        ref_payco?: string | undefined;
        /** Factura */
        invoice?: string | undefined;
        /** Solo de esta suscripción */
        id_suscripcion?: number | undefined;
        /** Filas por respuesta, 1 a 500 */
        limit?: number | undefined;
        /** Filas que se saltan */
        offset?: number | undefined;
      }
    | undefined;
}

/** Arguments of `epayco.getEvent`. */
export interface EpaycoGetEventArgs extends CallOptions {
  params: {
    /** Identificador de la confirmación o de la factura */
    id: number;
  };
}

/** Arguments of `epayco.retryEvent`. */
export interface EpaycoRetryEventArgs extends CallOptions {
  params: {
    /** Identificador de la confirmación o de la factura */
    id: number;
  };
}

/** Arguments of `epayco.acceptEvent`. */
export interface EpaycoAcceptEventArgs extends CallOptions {
  params: {
    /** Identificador de la confirmación o de la factura */
    id: number;
  };
}

/** Arguments of `epayco.enterReference`. */
export interface EpaycoEnterReferenceArgs extends CallOptions {
  body: {
    /** Referencia de ePayco */
    ref_payco: string;
  };
}

/** Arguments of `epayco.listCheckouts`. */
export interface EpaycoListCheckoutsArgs extends CallOptions {
  query?:
    | {
        /** ABIERTO, PAGADO, REVERSADO; todos es sin filtro */
        estado?: 'ABIERTO' | 'PAGADO' | 'REVERSADO' | undefined;
        /** Factura */
        invoice?: string | undefined;
        /** Solo de esta suscripción */
        id_suscripcion?: number | undefined;
        /** Filas por respuesta, 1 a 500 */
        limit?: number | undefined;
        /** Filas que se saltan */
        offset?: number | undefined;
      }
    | undefined;
}

/** Arguments of `epayco.settleCheckout`. */
export interface EpaycoSettleCheckoutArgs extends CallOptions {
  params: {
    /** Identificador de la confirmación o de la factura */
    id: number;
  };
}

/** Arguments of `workers.gpuCheck`. */
export interface WorkersGpuCheckArgs extends CallOptions {}

/** Arguments of `workers.som3dGpuCheck`. */
export interface WorkersSom3dGpuCheckArgs extends CallOptions {}

export interface HealthRoutes {
  /**
   * Estado del servicio
   *
   * 200 mientras el proceso puede atender, también con la cola o el almacenamiento degradados; 503 cuando la base de datos o el almacenamiento no responden, faltan migraciones o el proceso está por terminar.
   *
   * `GET /health`, sin sesión.
   *
   * @throws ApiError 500, 503
   */
  readonly check: (args?: HealthCheckArgs) => Promise<Answer<200, Health>>;
  /**
   * El proceso vive
   *
   * 200 mientras el proceso responde; no mira nada más.
   *
   * `GET /health/live`, sin sesión.
   *
   * @throws ApiError 500, 503
   */
  readonly live: (args?: HealthLiveArgs) => Promise<
    Answer<
      200,
      {
        status: 'ok';
      }
    >
  >;
}

export interface AuthRoutes {
  /**
   * Registrar un médico
   *
   * Crea un usuario MEDICO inactivo. El correo no distingue mayúsculas, y no puede ser igual al de otra cuenta salvo por tildes. La contraseña no puede ser de las más usadas ni formarse con los datos propios. Veinte registros por hora desde una dirección.
   *
   * `POST /auth/register`, sin sesión.
   *
   * @throws ApiError 400, 403, 408, 409, 413, 415, 422, 429, 500, 503
   */
  readonly register: (args: AuthRegisterArgs) => Promise<Answer<201, User>>;
  /**
   * Iniciar sesión
   *
   * Usuario o contraseña errados responden el mismo 401. Cinco fallos de una cuenta desde una dirección (o 50 de una dirección) en 15 minutos bloquean con 429 y Retry-After; un equipo en el que ya se ingresó tiene su propia cuenta. Si la cuenta tiene segundo factor, 401 de tipo second-factor hasta que `totp` lo traiga. 403 si la cuenta está suspendida. Deja las cookies refresh_token, csrf_token y som3d_device.
   *
   * `POST /auth/login`, sin sesión.
   *
   * @throws ApiError 400, 401, 403, 408, 413, 415, 422, 429, 500, 503
   */
  readonly login: (args: AuthLoginArgs) => Promise<Answer<200, AccessToken>>;
  /**
   * Los términos vigentes
   *
   * Lo que una página de registro muestra y pide aceptar: la versión va en terminos_version.
   *
   * `GET /auth/terms`, sin sesión.
   *
   * @throws ApiError 500, 503
   */
  readonly terms: (args?: AuthTermsArgs) => Promise<Answer<200, Terms>>;
  /**
   * El usuario de la sesión
   *
   * Los datos de la cuenta de la sesión, y el correo nuevo que espera su código.
   *
   * `GET /auth/me`, cualquier sesión.
   *
   * @throws ApiError 401, 500, 503
   */
  readonly me: (args?: AuthMeArgs) => Promise<Answer<200, Me>>;
  /**
   * Cambiar los datos propios
   *
   * Una contraseña o un correo nuevos piden password_actual (403 sin ella). La contraseña nueva cierra todas las sesiones. El correo nuevo queda en correo_pendiente hasta que se confirma con el código que llega allí.
   *
   * `PATCH /auth/me`, cualquier sesión.
   *
   * @throws ApiError 400, 401, 403, 408, 409, 413, 415, 422, 429, 500, 503
   */
  readonly updateMe: (args: AuthUpdateMeArgs) => Promise<Answer<200, Me>>;
  /**
   * Confirmar el correo nuevo con el código
   *
   * Con el código que llegó al correo nuevo, que desde entonces es el de la cuenta.
   *
   * `POST /auth/me/confirm-email`, cualquier sesión.
   *
   * @throws ApiError 400, 401, 408, 409, 413, 415, 422, 500, 503
   */
  readonly confirmEmail: (args: AuthConfirmEmailArgs) => Promise<Answer<200, Me>>;
  /**
   * El segundo factor propio
   *
   * Si está activo, desde cuándo, y cuántos códigos de recuperación quedan.
   *
   * `GET /auth/me/totp`, administradores.
   *
   * @throws ApiError 401, 403, 500, 503
   */
  readonly secondFactor: (args?: AuthSecondFactorArgs) => Promise<Answer<200, SecondFactor>>;
  /**
   * Pedir un secreto para el segundo factor
   *
   * No cambia nada hasta que se confirme; pedirlo otra vez da otro secreto. 403 si la contraseña no es correcta; 409 si ya está activo.
   *
   * `POST /auth/me/totp`, administradores.
   *
   * @throws ApiError 400, 401, 403, 408, 409, 413, 415, 422, 429, 500, 503
   */
  readonly enrolSecondFactor: (args: AuthEnrolSecondFactorArgs) => Promise<Answer<200, SecondFactorSecret>>;
  /**
   * Activar el segundo factor
   *
   * Con un código de la aplicación. Responde los códigos de recuperación. 400 si el código no es válido; 409 si no hay un secreto por confirmar.
   *
   * `POST /auth/me/totp/confirm`, administradores.
   *
   * @throws ApiError 400, 401, 403, 408, 409, 413, 415, 422, 429, 500, 503
   */
  readonly confirmSecondFactor: (args: AuthConfirmSecondFactorArgs) => Promise<Answer<200, RecoveryCodes>>;
  /**
   * Quitar el segundo factor
   *
   * Con la contraseña y un código. 400 si el código no es válido; 403 si la contraseña no es correcta; 409 si no está activo.
   *
   * `POST /auth/me/totp/remove`, administradores.
   *
   * @throws ApiError 400, 401, 403, 408, 409, 413, 415, 422, 429, 500, 503
   */
  readonly removeSecondFactor: (args: AuthRemoveSecondFactorArgs) => Promise<Answer<200, Ok>>;
  /**
   * Las sesiones propias, la usada por último primero
   *
   * Cada ingreso que sigue abierto, con su navegador y su dirección.
   *
   * `GET /auth/sessions`, cualquier sesión.
   *
   * @throws ApiError 401, 500, 503
   */
  readonly sessions: (args?: AuthSessionsArgs) => Promise<Answer<200, Session[]>>;
  /**
   * Cerrar las demás sesiones propias
   *
   * Todas menos la que lo pide.
   *
   * `DELETE /auth/sessions`, cualquier sesión.
   *
   * @throws ApiError 401, 500, 503
   */
  readonly endOtherSessions: (args?: AuthEndOtherSessionsArgs) => Promise<Answer<200, EndedSessions>>;
  /**
   * Cerrar una sesión propia
   *
   * La sesión deja de servir de inmediato, también para renovarse.
   *
   * `DELETE /auth/sessions/:id`, cualquier sesión.
   *
   * @throws ApiError 401, 404, 422, 500, 503
   */
  readonly endSession: (args: AuthEndSessionArgs) => Promise<Answer<204, undefined>>;
  /**
   * Responde siempre lo mismo: no revela cuentas
   *
   * Siempre responde `exists: false`: nadie puede averiguar qué correos tienen cuenta.
   *
   * `GET /auth/email-exists`, sin sesión.
   *
   * @throws ApiError 422, 500, 503
   */
  readonly emailExists: (args: AuthEmailExistsArgs) => Promise<
    Answer<
      200,
      {
        exists: false;
      }
    >
  >;
  /**
   * Emitir la cookie CSRF
   *
   * Deja la cookie csrf_token (la que ya hay, si la hay) y devuelve su valor.
   *
   * `GET /auth/csrf`, sin sesión.
   *
   * @throws ApiError 500, 503
   */
  readonly csrf: (args?: AuthCsrfArgs) => Promise<Answer<200, CsrfToken>>;
  /**
   * Renovar la sesión
   *
   * Toma la cookie refresh_token y la cambia por otra. Usar una ya cambiada cierra la sesión, salvo que el mismo navegador la repita en 30 segundos: entonces recibe la última. X-CSRF-Token debe ser igual a la cookie csrf_token.
   *
   * `POST /auth/refresh`, sin sesión.
   *
   * @throws ApiError 401, 403, 422, 500, 503
   */
  readonly refresh: (args?: AuthRefreshArgs) => Promise<Answer<200, AccessToken>>;
  /**
   * Cerrar la sesión
   *
   * Cierra la sesión de la cookie y la del token, si las hay, y borra las cookies. Repetirlo no cambia nada.
   *
   * `POST /auth/logout`, sin sesión.
   *
   * @throws ApiError 500, 503
   */
  readonly logout: (args?: AuthLogoutArgs) => Promise<Answer<200, Ok>>;
  /**
   * Registrarse con un código enviado por correo
   *
   * Envía un código de 6 dígitos. Responde lo mismo si el correo ya tiene cuenta. Seis solicitudes en 15 minutos por cuenta y dirección.
   *
   * `POST /auth/pre-register`, sin sesión.
   *
   * @throws ApiError 400, 408, 413, 415, 422, 429, 500, 503
   */
  readonly preRegister: (args: AuthPreRegisterArgs) => Promise<Answer<200, PendingCode>>;
  /**
   * Confirmar el registro con el código
   *
   * Crea el usuario inactivo. Un código admite cinco intentos y sirve una vez.
   *
   * `POST /auth/register/confirm-code`, sin sesión.
   *
   * @throws ApiError 400, 408, 409, 413, 415, 422, 500, 503
   */
  readonly confirmCode: (args: AuthConfirmCodeArgs) => Promise<
    Answer<
      200,
      {
        id_usuario: number;
        nombre: string;
        apellido: string;
        correo: string;
        telefono: string | null;
        direccion: string | null;
        ciudad: string | null;
        rol: 'ADMINISTRADOR' | 'MEDICO';
        activo: boolean;
        ok: true;
      }
    >
  >;
  /**
   * Pedir un enlace para cambiar la contraseña
   *
   * Responde siempre lo mismo. Seis solicitudes en 15 minutos por cuenta y dirección.
   *
   * `POST /auth/forgot-password`, sin sesión.
   *
   * @throws ApiError 400, 408, 413, 415, 422, 429, 500, 503
   */
  readonly forgotPassword: (args: AuthForgotPasswordArgs) => Promise<Answer<200, Ok>>;
  /**
   * La página del enlace
   *
   * La página web que abre el enlace del correo. Con un enlace vencido o usado responde 400, también con una página.
   *
   * `GET /auth/reset-password/form`, sin sesión.
   *
   * @throws ApiError 400, 422, 500, 503
   */
  readonly resetForm: (args?: AuthResetFormArgs) => Promise<Answer<200, string>>;
  /**
   * Cambiar la contraseña con el enlace
   *
   * El enlace sirve una vez. Cierra todas las sesiones.
   *
   * `POST /auth/reset-password`, sin sesión.
   *
   * @throws ApiError 400, 408, 413, 415, 422, 500, 503
   */
  readonly resetPassword: (args: AuthResetPasswordArgs) => Promise<Answer<200, Ok>>;
  /**
   * Pedir un código para cambiar la contraseña
   *
   * Responde siempre lo mismo. Seis solicitudes en 15 minutos por cuenta y dirección.
   *
   * `POST /auth/forgot-password/code`, sin sesión.
   *
   * @throws ApiError 400, 408, 413, 415, 422, 429, 500, 503
   */
  readonly forgotPasswordCode: (args: AuthForgotPasswordCodeArgs) => Promise<Answer<200, PendingCode>>;
  /**
   * Cambiar la contraseña con el código
   *
   * Con el token de la solicitud o con el correo. Un código admite cinco intentos y sirve una vez; tras diez códigos errados de una cuenta en una semana solo sirve el enlace.
   *
   * `POST /auth/reset-password/code`, sin sesión.
   *
   * @throws ApiError 400, 408, 413, 415, 422, 500, 503
   */
  readonly resetPasswordCode: (args: AuthResetPasswordCodeArgs) => Promise<Answer<200, Ok>>;
}

export interface PlansRoutes {
  /**
   * Planes, del más económico al más costoso
   *
   * Los planes que hay, con su precio en COP.
   *
   * `GET /plans`, sin sesión.
   *
   * @throws ApiError 422, 500, 503
   */
  readonly list: (args?: PlansListArgs) => Promise<Answer<200, Plan[]>>;
  /**
   * Un plan
   *
   * Un plan con su precio, su periodo y sus meses.
   *
   * `GET /plans/:id`, sin sesión.
   *
   * @throws ApiError 404, 422, 500, 503
   */
  readonly get: (args: PlansGetArgs) => Promise<Answer<200, Plan>>;
  /**
   * Crear un plan
   *
   * El periodo MENSUAL va con 1 mes, TRIMESTRAL con 3 y ANUAL con 12; otra combinación responde 400.
   *
   * `POST /plans`, administradores.
   *
   * @throws ApiError 400, 401, 403, 408, 409, 413, 415, 422, 500, 503
   */
  readonly create: (args: PlansCreateArgs) => Promise<Answer<201, Plan>>;
  /**
   * Cambiar un plan
   *
   * Periodo y duración se comprueban juntos, con los valores que quedan. No cambia lo ya pagado.
   *
   * `PATCH /plans/:id`, administradores.
   *
   * @throws ApiError 400, 401, 403, 404, 408, 409, 413, 415, 422, 500, 503
   */
  readonly update: (args: PlansUpdateArgs) => Promise<Answer<200, Plan>>;
  /**
   * Eliminar un plan
   *
   * Elimina también sus suscripciones y los pagos de estas; quien tenía una activa queda como si hubiera vencido. La auditoría conserva lo eliminado.
   *
   * `DELETE /plans/:id`, administradores.
   *
   * @throws ApiError 401, 403, 404, 422, 500, 503
   */
  readonly remove: (args: PlansRemoveArgs) => Promise<Answer<204, undefined>>;
}

export interface SubscriptionsRoutes {
  /**
   * Iniciar el pago de un plan
   *
   * Para médicos. Retoma la última suscripción en pausa de ese plan o crea una, y devuelve los datos de la pasarela. Con una activa y sin vencer responde 409.
   *
   * `POST /subscriptions/start`, cualquier sesión.
   *
   * @throws ApiError 400, 401, 403, 404, 408, 409, 413, 415, 422, 429, 500, 503
   */
  readonly start: (args: SubscriptionsStartArgs) => Promise<Answer<200, StartedCheckout>>;
  /**
   * La suscripción propia
   *
   * Si hay una suscripción propia, si está vigente y si se puede iniciar o retomar un pago.
   *
   * `GET /subscriptions/mine`, cualquier sesión.
   *
   * @throws ApiError 401, 500, 503
   */
  readonly mine: (args?: SubscriptionsMineArgs) => Promise<Answer<200, MySubscription>>;
  /**
   * La suscripción propia, su vencimiento y su último pago
   *
   * Lo mismo que /subscriptions/mine, con el vencimiento y el último pago.
   *
   * `GET /subscriptions/mine/status`, cualquier sesión.
   *
   * @throws ApiError 401, 500, 503
   */
  readonly mineStatus: (args?: SubscriptionsMineStatusArgs) => Promise<Answer<200, MySubscriptionStatus>>;
  /**
   * Suscripciones, la más reciente primero
   *
   * Las suscripciones de médicos y hospitales, con filtros por pagador, plan y estado.
   *
   * `GET /subscriptions`, administradores.
   *
   * @throws ApiError 401, 403, 422, 500, 503
   */
  readonly list: (args?: SubscriptionsListArgs) => Promise<Answer<200, Subscription[]>>;
  /**
   * Crear una suscripción sin pago
   *
   * Una ACTIVA habilita a su pagador como lo haría un pago.
   *
   * `POST /subscriptions`, administradores.
   *
   * @throws ApiError 400, 401, 403, 404, 408, 409, 413, 415, 422, 500, 503
   */
  readonly create: (args: SubscriptionsCreateArgs) => Promise<Answer<201, Subscription>>;
  /**
   * Una suscripción
   *
   * Una suscripción con su pagador, su plan y su vigencia.
   *
   * `GET /subscriptions/:id`, administradores.
   *
   * @throws ApiError 401, 403, 404, 422, 500, 503
   */
  readonly get: (args: SubscriptionsGetArgs) => Promise<Answer<200, Subscription>>;
  /**
   * Cambiar una suscripción
   *
   * Activar habilita al pagador; pausar o vencer lo deshabilita si nada más lo cubre. Activar una sin vigencia y sin dar fecha_expiracion le da la duración de su plan desde ahora.
   *
   * `PATCH /subscriptions/:id`, administradores.
   *
   * @throws ApiError 400, 401, 403, 404, 408, 409, 413, 415, 422, 500, 503
   */
  readonly update: (args: SubscriptionsUpdateArgs) => Promise<Answer<200, Subscription>>;
  /**
   * Eliminar una suscripción y sus pagos
   *
   * Si estaba activa, su pagador queda como si hubiera vencido. La auditoría conserva lo eliminado.
   *
   * `DELETE /subscriptions/:id`, administradores.
   *
   * @throws ApiError 401, 403, 404, 422, 500, 503
   */
  readonly remove: (args: SubscriptionsRemoveArgs) => Promise<Answer<204, undefined>>;
  /**
   * Pagos de una suscripción, el más reciente primero
   *
   * Los pagos aprobados de la suscripción.
   *
   * `GET /subscriptions/:id/payments`, administradores.
   *
   * @throws ApiError 401, 403, 404, 422, 500, 503
   */
  readonly payments: (args: SubscriptionsPaymentsArgs) => Promise<Answer<200, Payment[]>>;
}

export interface HospitalsRoutes {
  /**
   * Hospitales activos, por nombre
   *
   * Los hospitales activos. Con include_all un administrador ve también los inactivos.
   *
   * `GET /hospitals`, cualquier sesión.
   *
   * @throws ApiError 401, 422, 500, 503
   */
  readonly list: (args?: HospitalsListArgs) => Promise<Answer<200, Hospital[]>>;
  /**
   * El hospital de un código, y si el código sirve
   *
   * Un código anterior se reconoce y dice que fue revocado. Un hospital inactivo no se muestra.
   *
   * `GET /hospitals/by-code/:codigo`, sin sesión.
   *
   * @throws ApiError 404, 422, 429, 500, 503
   */
  readonly byCode: (args: HospitalsByCodeArgs) => Promise<Answer<200, PublicHospitalDetail>>;
  /**
   * La suscripción del hospital que tiene hoy este código
   *
   * También de uno inactivo, que así puede volver a pagar.
   *
   * `GET /hospitals/status/:codigo`, sin sesión.
   *
   * @throws ApiError 404, 422, 429, 500, 503
   */
  readonly status: (args: HospitalsStatusArgs) => Promise<Answer<200, HospitalStatus>>;
  /**
   * La suscripción del hospital propio
   *
   * La suscripción del hospital del médico; sin hospital, `has_hospital` es false.
   *
   * `GET /hospitals/mine-status`, cualquier sesión.
   *
   * @throws ApiError 401, 500, 503
   */
  readonly mineStatus: (args?: HospitalsMineStatusArgs) => Promise<Answer<200, MyHospitalStatus>>;
  /**
   * Iniciar el pago de un hospital con su código de hoy
   *
   * Sin `plan_id` se toma el plan de su última suscripción; si no tiene ninguna, 422. Con una activa y sin vencer, 409.
   *
   * `POST /hospitals/start-subscription`, sin sesión.
   *
   * @throws ApiError 400, 404, 408, 409, 413, 415, 422, 429, 500, 503
   */
  readonly startSubscription: (args: HospitalsStartSubscriptionArgs) => Promise<Answer<200, StartedHospitalCheckout>>;
  /**
   * Vincularse a un hospital con su código
   *
   * El código se gasta y la cuenta se activa (HOSPITAL_LINK_ACTIVATES). Quien ya está vinculado a otro hospital pasa a este; quien ya está activo en este no gasta el código. 409 dice si el código fue revocado, usado o venció.
   *
   * `POST /hospitals/link-by-code`, médicos.
   *
   * @throws ApiError 400, 401, 403, 404, 408, 409, 413, 415, 422, 429, 500, 503
   */
  readonly linkByCode: (args: HospitalsLinkByCodeArgs) => Promise<Answer<200, LinkedHospital>>;
  /**
   * Crear un hospital
   *
   * Emite su código, que vale 30 días. Un código es único entre los actuales y los anteriores.
   *
   * `POST /hospitals`, administradores.
   *
   * @throws ApiError 400, 401, 403, 408, 409, 413, 415, 422, 500, 503
   */
  readonly create: (args: HospitalsCreateArgs) => Promise<Answer<201, Hospital>>;
  /**
   * Un hospital
   *
   * Uno inactivo lo ven un administrador y sus propios médicos.
   *
   * `GET /hospitals/:id`, cualquier sesión.
   *
   * @throws ApiError 401, 404, 422, 500, 503
   */
  readonly get: (args: HospitalsGetArgs) => Promise<Answer<200, Hospital>>;
  /**
   * Cambiar un hospital
   *
   * Un código nuevo vale 30 días y revoca los anteriores que nadie usó.
   *
   * `PATCH /hospitals/:id`, administradores.
   *
   * @throws ApiError 400, 401, 403, 404, 408, 409, 413, 415, 422, 500, 503
   */
  readonly update: (args: HospitalsUpdateArgs) => Promise<Answer<200, Hospital>>;
  /**
   * Eliminar un hospital
   *
   * Elimina también sus suscripciones, pagos y códigos, y desvincula a sus médicos. La auditoría conserva lo eliminado.
   *
   * `DELETE /hospitals/:id`, administradores.
   *
   * @throws ApiError 401, 403, 404, 422, 500, 503
   */
  readonly remove: (args: HospitalsRemoveArgs) => Promise<Answer<204, undefined>>;
}

export interface AdminRoutes {
  /**
   * Un código libre para un hospital
   *
   * No queda reservado: lo decide la creación.
   *
   * `GET /admin/hospitals/generate-code`, administradores.
   *
   * @throws ApiError 401, 403, 500, 503
   */
  readonly generateCode: (args?: AdminGenerateCodeArgs) => Promise<
    Answer<
      200,
      {
        codigo: string;
      }
    >
  >;
  /**
   * Hospitales, por nombre
   *
   * Todos los hospitales, con su código y el estado de su suscripción.
   *
   * `GET /admin/hospitals`, administradores.
   *
   * @throws ApiError 401, 403, 422, 500, 503
   */
  readonly listHospitals: (args?: AdminListHospitalsArgs) => Promise<Answer<200, HospitalDetail[]>>;
  /**
   * Un hospital con su código
   *
   * Un hospital, activo o no, con su código actual y el estado de su suscripción.
   *
   * `GET /admin/hospitals/:id`, administradores.
   *
   * @throws ApiError 401, 403, 404, 422, 500, 503
   */
  readonly getHospital: (args: AdminGetHospitalArgs) => Promise<Answer<200, HospitalDetail>>;
  /**
   * Crear un hospital
   *
   * Genera el código si falta. Con un plan desconocido (404) no se crea nada.
   *
   * `POST /admin/hospitals`, administradores.
   *
   * @throws ApiError 400, 401, 403, 404, 408, 409, 413, 415, 422, 500, 503
   */
  readonly createHospital: (args: AdminCreateHospitalArgs) => Promise<Answer<201, HospitalDetail>>;
  /**
   * Cambiar un hospital
   *
   * Un campo ausente queda como está; null vacía un campo que puede estar vacío.
   *
   * `PATCH /admin/hospitals/:id`, administradores.
   *
   * @throws ApiError 400, 401, 403, 404, 408, 409, 413, 415, 422, 500, 503
   */
  readonly updateHospital: (args: AdminUpdateHospitalArgs) => Promise<Answer<200, HospitalDetail>>;
  /**
   * Eliminar un hospital con sus suscripciones, pagos y códigos
   *
   * Desvincula a sus médicos. La auditoría conserva lo eliminado.
   *
   * `DELETE /admin/hospitals/:id`, administradores.
   *
   * @throws ApiError 401, 403, 404, 422, 500, 503
   */
  readonly removeHospital: (args: AdminRemoveHospitalArgs) => Promise<Answer<204, undefined>>;
  /**
   * Emitir un código nuevo
   *
   * Revoca los anteriores que nadie usó. Los días van en la consulta o en el contenido.
   *
   * `POST /admin/hospitals/:id/codes/reissue`, administradores.
   *
   * @throws ApiError 400, 401, 403, 404, 408, 413, 415, 422, 500, 503
   */
  readonly reissueCode: (args: AdminReissueCodeArgs) => Promise<Answer<200, ReissuedCode>>;
  /**
   * Revocar los códigos que nadie usó
   *
   * Una vez más no cambia nada: `revoked` es 0.
   *
   * `POST /admin/hospitals/:id/codes/revoke-active`, administradores.
   *
   * @throws ApiError 401, 403, 404, 422, 500, 503
   */
  readonly revokeCodes: (args: AdminRevokeCodesArgs) => Promise<Answer<200, RevokedCodes>>;
  /**
   * Cuántos médicos hay
   *
   * Cuántos médicos hay, activos e inactivos; de todos o de un hospital.
   *
   * `GET /admin/doctors/count`, administradores.
   *
   * @throws ApiError 401, 403, 422, 500, 503
   */
  readonly countDoctors: (args?: AdminCountDoctorsArgs) => Promise<Answer<200, DoctorCount>>;
  /**
   * Médicos, por nombre
   *
   * Los médicos, con filtros por hospital, estado y texto.
   *
   * `GET /admin/doctors`, administradores.
   *
   * @throws ApiError 401, 403, 422, 500, 503
   */
  readonly listDoctors: (args?: AdminListDoctorsArgs) => Promise<Answer<200, Doctor[]>>;
  /**
   * Crear un médico con su cuenta
   *
   * De `estado` y `activo` el que falta sigue al otro; sin ninguno, el médico queda activo.
   *
   * `POST /admin/doctors`, administradores.
   *
   * @throws ApiError 400, 401, 403, 404, 408, 409, 413, 415, 422, 500, 503
   */
  readonly createDoctor: (args: AdminCreateDoctorArgs) => Promise<Answer<201, Doctor>>;
  /**
   * Cambiar un médico
   *
   * De `estado` y `activo` el que falta sigue al otro.
   *
   * `PATCH /admin/doctors/:id`, administradores.
   *
   * @throws ApiError 400, 401, 403, 404, 408, 409, 413, 415, 422, 500, 503
   */
  readonly updateDoctor: (args: AdminUpdateDoctorArgs) => Promise<Answer<200, Doctor>>;
  /**
   * Eliminar un médico con todo lo suyo
   *
   * Pacientes, estudios, notas, estados del visor, trabajos, resultados y sus archivos, mensajes, suscripciones, pagos, sesiones y la cuenta. La auditoría conserva lo eliminado. 409 si la cuenta es la propia o la del último administrador.
   *
   * `DELETE /admin/doctors/:id`, administradores.
   *
   * @throws ApiError 401, 403, 404, 409, 422, 500, 503
   */
  readonly removeDoctor: (args: AdminRemoveDoctorArgs) => Promise<Answer<204, undefined>>;
  /**
   * Usuarios inactivos, el más reciente primero
   *
   * Las cuentas que aún no se activaron o que se desactivaron.
   *
   * `GET /admin/users/inactive`, administradores.
   *
   * @throws ApiError 401, 403, 422, 500, 503
   */
  readonly listInactiveUsers: (args?: AdminListInactiveUsersArgs) => Promise<Answer<200, AdminUser[]>>;
  /**
   * Usuarios suspendidos, el más reciente primero
   *
   * Las cuentas que un administrador suspendió.
   *
   * `GET /admin/users/suspended`, administradores.
   *
   * @throws ApiError 401, 403, 422, 500, 503
   */
  readonly listSuspendedUsers: (args?: AdminListSuspendedUsersArgs) => Promise<Answer<200, AdminUser[]>>;
  /**
   * Administradores, el más reciente primero
   *
   * Las cuentas de los administradores.
   *
   * `GET /admin/users/admins`, administradores.
   *
   * @throws ApiError 401, 403, 422, 500, 503
   */
  readonly listAdmins: (args?: AdminListAdminsArgs) => Promise<Answer<200, AdminUser[]>>;
  /**
   * Crear un administrador
   *
   * Crea la cuenta de un administrador, activa si no se dice otra cosa. 409 si el correo ya tiene cuenta.
   *
   * `POST /admin/users/admins`, administradores.
   *
   * @throws ApiError 400, 401, 403, 408, 409, 413, 415, 422, 500, 503
   */
  readonly createAdmin: (args: AdminCreateAdminArgs) => Promise<Answer<201, User>>;
  /**
   * Suspender o reactivar una cuenta
   *
   * Una cuenta suspendida no puede ingresar, y todas sus sesiones se cierran. Ni la propia ni la del último administrador (409).
   *
   * `PATCH /admin/users/:id`, administradores.
   *
   * @throws ApiError 400, 401, 403, 404, 408, 409, 413, 415, 422, 500, 503
   */
  readonly updateUser: (args: AdminUpdateUserArgs) => Promise<Answer<200, AdminUser>>;
  /**
   * Las sesiones abiertas de un usuario
   *
   * Cada ingreso del usuario que sigue abierto, con su navegador y su dirección.
   *
   * `GET /admin/users/:id/sessions`, administradores.
   *
   * @throws ApiError 401, 403, 404, 422, 500, 503
   */
  readonly userSessions: (args: AdminUserSessionsArgs) => Promise<Answer<200, Session[]>>;
  /**
   * Cerrar todas las sesiones de un usuario
   *
   * El usuario debe ingresar otra vez en todas partes. Repetirlo no cambia nada.
   *
   * `DELETE /admin/users/:id/sessions`, administradores.
   *
   * @throws ApiError 401, 403, 404, 422, 500, 503
   */
  readonly endUserSessions: (args: AdminEndUserSessionsArgs) => Promise<Answer<200, EndedSessions>>;
  /**
   * Enviar al usuario un enlace para cambiar la contraseña
   *
   * El usuario recibe el mismo correo que si lo hubiera pedido.
   *
   * `POST /admin/users/:id/password-reset`, administradores.
   *
   * @throws ApiError 401, 403, 404, 422, 500, 503
   */
  readonly sendPasswordReset: (args: AdminSendPasswordResetArgs) => Promise<Answer<200, Ok>>;
  /**
   * Eliminar un usuario con todo lo suyo
   *
   * Solo una cuenta inactiva (409 si no lo es), y ninguna de administrador (403). De un médico se elimina todo, como con DELETE /admin/doctors/{id}.
   *
   * `DELETE /admin/users/:id`, administradores.
   *
   * @throws ApiError 401, 403, 404, 409, 422, 500, 503
   */
  readonly removeUser: (args: AdminRemoveUserArgs) => Promise<Answer<204, undefined>>;
  /**
   * Los números del tablero
   *
   * Cuentas, pacientes, estudios, suscripciones y pagos. El mes es el de Colombia (UTC-5).
   *
   * `GET /admin/metrics`, administradores.
   *
   * @throws ApiError 401, 403, 500, 503
   */
  readonly metrics: (args?: AdminMetricsArgs) => Promise<Answer<200, Metrics>>;
  /**
   * Los últimos pagos
   *
   * Los pagos más recientes, con quien los hizo y su plan.
   *
   * `GET /admin/overview/recent-payments`, administradores.
   *
   * @throws ApiError 401, 403, 422, 500, 503
   */
  readonly recentPayments: (args?: AdminRecentPaymentsArgs) => Promise<Answer<200, RecentPayment[]>>;
  /**
   * Médicos con una suscripción activa, propia o de su hospital; la que vence antes, primero
   *
   * Cada médico con una suscripción vigente, y de dónde le viene.
   *
   * `GET /admin/overview/active-users-subs`, administradores.
   *
   * @throws ApiError 401, 403, 422, 500, 503
   */
  readonly activeUserSubscriptions: (
    args?: AdminActiveUserSubscriptionsArgs,
  ) => Promise<Answer<200, ActiveUserSubscription[]>>;
  /**
   * Suscripción y pagos de cada hospital, por nombre
   *
   * De cada hospital, su suscripción, su vencimiento y la suma de sus pagos.
   *
   * `GET /admin/overview/hospitals-billing`, administradores.
   *
   * @throws ApiError 401, 403, 422, 500, 503
   */
  readonly hospitalsBilling: (args?: AdminHospitalsBillingArgs) => Promise<Answer<200, HospitalBilling[]>>;
  /**
   * Quién hizo qué con cada registro, lo más reciente primero
   *
   * Cada cambio de un registro, con el registro antes y después. Se filtra por registro, acción, persona y fechas.
   *
   * `GET /admin/audit/clinical`, administradores.
   *
   * @throws ApiError 401, 403, 422, 500, 503
   */
  readonly clinicalAudit: (args?: AdminClinicalAuditArgs) => Promise<Answer<200, AuditEntry[]>>;
}

export interface PatientsRoutes {
  /**
   * Pacientes, el más reciente primero
   *
   * Un médico ve los suyos; un administrador, todos.
   *
   * `GET /patients`, médicos y administradores.
   *
   * @throws ApiError 401, 422, 500, 503
   */
  readonly list: (args?: PatientsListArgs) => Promise<Answer<200, Patient[]>>;
  /**
   * Crear un paciente
   *
   * El paciente es del médico que lo crea. 409 si ese médico ya tiene uno con el mismo documento.
   *
   * `POST /patients`, médicos.
   *
   * @throws ApiError 400, 401, 403, 408, 409, 413, 415, 422, 500, 503
   */
  readonly create: (args: PatientsCreateArgs) => Promise<Answer<201, Patient>>;
  /**
   * Un paciente
   *
   * Los datos de un paciente. Un médico ve los suyos; un administrador, los de todos.
   *
   * `GET /patients/:id`, médicos y administradores.
   *
   * @throws ApiError 401, 403, 404, 422, 500, 503
   */
  readonly get: (args: PatientsGetArgs) => Promise<Answer<200, Patient>>;
  /**
   * Todo lo que hay de un paciente, un ZIP
   *
   * LEAME.txt, los datos, notas, estudios, resultados, estados del visor y la auditoría como JSON, y los modelos de cada trabajo (Ley 1581 de 2012). Se arma mientras se envía. La auditoría guarda quién lo pidió.
   *
   * `GET /patients/:id/export`, médicos y administradores.
   *
   * @throws ApiError 401, 403, 404, 422, 500, 503
   */
  readonly exportData: (args: PatientsExportDataArgs) => Promise<Answer<200, BinaryBody>>;
  /**
   * Cambiar un paciente
   *
   * Un campo ausente queda como está; null vacía un campo que puede estar vacío.
   *
   * `PATCH /patients/:id`, médicos y administradores.
   *
   * @throws ApiError 400, 401, 403, 404, 408, 409, 413, 415, 422, 500, 503
   */
  readonly update: (args: PatientsUpdateArgs) => Promise<Answer<200, Patient>>;
  /**
   * Eliminar un paciente
   *
   * Elimina también sus estudios, notas y estados del visor, y desvincula sus resultados 3D. La auditoría clínica conserva lo eliminado.
   *
   * `DELETE /patients/:id`, médicos y administradores.
   *
   * @throws ApiError 401, 403, 404, 422, 500, 503
   */
  readonly remove: (args: PatientsRemoveArgs) => Promise<Answer<204, undefined>>;
  /**
   * Notas de un paciente, la más reciente primero
   *
   * Las notas clínicas del paciente; con `segmento`, las de una región del cuerpo.
   *
   * `GET /patients/:id/notes`, médicos y administradores.
   *
   * @throws ApiError 401, 403, 404, 422, 500, 503
   */
  readonly listNotes: (args: PatientsListNotesArgs) => Promise<Answer<200, ClinicalNote[]>>;
  /**
   * Agregar una nota
   *
   * Agrega una nota clínica a un paciente propio. 429 al llegar al límite de notas de un día.
   *
   * `POST /patients/:id/notes`, médicos.
   *
   * @throws ApiError 400, 401, 403, 404, 408, 413, 415, 422, 429, 500, 503
   */
  readonly createNote: (args: PatientsCreateNoteArgs) => Promise<Answer<201, ClinicalNote>>;
  /**
   * Cambiar una nota
   *
   * Un campo ausente queda como está. La auditoría clínica conserva el texto anterior.
   *
   * `PATCH /patients/:id/notes/:note_id`, médicos y administradores.
   *
   * @throws ApiError 400, 401, 403, 404, 408, 413, 415, 422, 500, 503
   */
  readonly updateNote: (args: PatientsUpdateNoteArgs) => Promise<Answer<200, ClinicalNote>>;
  /**
   * Eliminar una nota
   *
   * La auditoría clínica conserva lo eliminado.
   *
   * `DELETE /patients/:id/notes/:note_id`, médicos y administradores.
   *
   * @throws ApiError 401, 403, 404, 422, 500, 503
   */
  readonly removeNote: (args: PatientsRemoveNoteArgs) => Promise<Answer<204, undefined>>;
}

export interface StudiesRoutes {
  /**
   * Estudios, el más reciente primero
   *
   * Un médico ve los suyos; un administrador, todos.
   *
   * `GET /studies`, médicos y administradores.
   *
   * @throws ApiError 401, 422, 500, 503
   */
  readonly list: (args?: StudiesListArgs) => Promise<Answer<200, Study[]>>;
  /**
   * Registrar un estudio
   *
   * El estudio es de un paciente propio. Sin fecha_estudio, la de este momento.
   *
   * `POST /studies`, médicos y administradores.
   *
   * @throws ApiError 400, 401, 403, 404, 408, 413, 415, 422, 500, 503
   */
  readonly create: (args: StudiesCreateArgs) => Promise<Answer<201, Study>>;
  /**
   * Un estudio
   *
   * Un estudio con su paciente y su médico.
   *
   * `GET /studies/:id`, médicos y administradores.
   *
   * @throws ApiError 401, 403, 404, 422, 500, 503
   */
  readonly get: (args: StudiesGetArgs) => Promise<Answer<200, Study>>;
  /**
   * Cambiar un estudio
   *
   * Un campo ausente queda como está; null vacía un campo que puede estar vacío.
   *
   * `PATCH /studies/:id`, médicos y administradores.
   *
   * @throws ApiError 400, 401, 403, 404, 408, 413, 415, 422, 500, 503
   */
  readonly update: (args: StudiesUpdateArgs) => Promise<Answer<200, Study>>;
  /**
   * Eliminar un estudio
   *
   * La auditoría clínica conserva lo eliminado.
   *
   * `DELETE /studies/:id`, médicos y administradores.
   *
   * @throws ApiError 401, 403, 404, 422, 500, 503
   */
  readonly remove: (args: StudiesRemoveArgs) => Promise<Answer<204, undefined>>;
}

export interface VisorRoutes {
  /**
   * Guardar un estado del visor
   *
   * El paciente y el resultado 3D deben ser propios. Sin paciente, el del resultado. Lo que guarda un administrador es del médico del paciente o del resultado.
   *
   * `POST /visor/states`, médicos y administradores.
   *
   * @throws ApiError 400, 401, 403, 404, 408, 413, 415, 422, 500, 503, 507
   */
  readonly create: (args: VisorCreateArgs) => Promise<Answer<201, ViewerState>>;
  /**
   * Estados del visor, el más reciente primero
   *
   * Un médico ve los suyos; un administrador, todos. Una respuesta lleva 16 MiB de documentos como máximo (y siempre una fila): puede traer menos filas que limit. X-Total-Count dice cuántas hay y Link dónde sigue.
   *
   * `GET /visor/states`, médicos y administradores.
   *
   * @throws ApiError 401, 422, 500, 503
   */
  readonly list: (args?: VisorListArgs) => Promise<Answer<200, ViewerState[]>>;
  /**
   * Un estado del visor
   *
   * Un estado del visor con sus cuatro documentos, tal como se enviaron.
   *
   * `GET /visor/states/:id`, médicos y administradores.
   *
   * @throws ApiError 401, 403, 404, 422, 500, 503
   */
  readonly get: (args: VisorGetArgs) => Promise<Answer<200, ViewerState>>;
  /**
   * Cambiar un estado del visor
   *
   * El médico que lo guardó o un administrador. Un campo ausente queda como está; null desvincula o vacía. Un documento antiguo que no es JSON se acepta si no cambia.
   *
   * `PATCH /visor/states/:id`, médicos y administradores.
   *
   * @throws ApiError 400, 401, 403, 404, 408, 413, 415, 422, 500, 503
   */
  readonly update: (args: VisorUpdateArgs) => Promise<Answer<200, ViewerState>>;
  /**
   * Eliminar un estado del visor
   *
   * El médico que lo guardó o un administrador.
   *
   * `DELETE /visor/states/:id`, médicos y administradores.
   *
   * @throws ApiError 401, 403, 404, 422, 500, 503
   */
  readonly remove: (args: VisorRemoveArgs) => Promise<Answer<204, undefined>>;
}

export interface Som3dRoutes {
  /**
   * Subir un estudio
   *
   * Recibe un ZIP de archivos DICOM y pone en cola su conversión a modelos STL. Con Idempotency-Key, repetir la solicitud (el mismo archivo y los mismos campos) devuelve el primer trabajo; otra subida con la misma clave es un 409. Un ZIP cuyo índice ya muestra que no sirve da un trabajo en estado error.
   *
   * `POST /som3d/jobs`, cualquier sesión.
   *
   * @throws ApiError 400, 401, 402, 403, 404, 408, 409, 413, 415, 422, 429, 500, 503, 507
   */
  readonly create: (args: Som3dCreateArgs) => Promise<Answer<200 | 201, Job>>;
  /**
   * Crear un trabajo de una subida reanudable
   *
   * Hace de una subida completa lo que POST /som3d/jobs hace de un formulario, con los mismos campos y reglas. Una subida da un solo trabajo: repetir la solicitud con los mismos campos lo devuelve con 200, y con otros es un 409, como si faltan bytes.
   *
   * `POST /som3d/jobs/from-upload`, cualquier sesión.
   *
   * @throws ApiError 400, 401, 402, 403, 404, 408, 409, 410, 413, 415, 422, 423, 429, 500, 503, 507
   */
  readonly createFromUpload: (args: Som3dCreateFromUploadArgs) => Promise<Answer<200 | 201, Job>>;
  /**
   * Trabajos, el más reciente primero
   *
   * Un médico ve los suyos; un administrador, todos.
   *
   * `GET /som3d/jobs`, cualquier sesión.
   *
   * @throws ApiError 401, 422, 500, 503
   */
  readonly list: (args?: Som3dListArgs) => Promise<Answer<200, JobList>>;
  /**
   * Los trabajos propios, también los de un administrador
   *
   * Los trabajos que subió quien pregunta. Se filtran por estado.
   *
   * `GET /som3d/jobs/mine`, cualquier sesión.
   *
   * @throws ApiError 401, 422, 500, 503
   */
  readonly mine: (args?: Som3dMineArgs) => Promise<Answer<200, JobList>>;
  /**
   * Todos los trabajos, con su dueño
   *
   * Los trabajos de todos, cada uno con quien lo subió.
   *
   * `GET /som3d/jobs/tracking`, administradores.
   *
   * @throws ApiError 401, 403, 422, 500, 503
   */
  readonly tracking: (args?: Som3dTrackingArgs) => Promise<Answer<200, TrackedJobList>>;
  /**
   * Los trabajos propios, con su dueño
   *
   * Los trabajos que subió quien pregunta, cada uno con su dueño.
   *
   * `GET /som3d/jobs/tracking/mine`, cualquier sesión.
   *
   * @throws ApiError 401, 422, 500, 503
   */
  readonly trackingMine: (args?: Som3dTrackingMineArgs) => Promise<Answer<200, TrackedJobList>>;
  /**
   * Un trabajo
   *
   * El estado de un trabajo, su avance, lo que se pidió, lo que se midió y las últimas líneas de su registro.
   *
   * `GET /som3d/jobs/:id`, cualquier sesión.
   *
   * @throws ApiError 401, 404, 422, 500, 503
   */
  readonly get: (args: Som3dGetArgs) => Promise<Answer<200, Job>>;
  /**
   * Avance de un trabajo
   *
   * El estado, la fase y el porcentaje. Se puede preguntar cada pocos segundos; /events avisa sin preguntar.
   *
   * `GET /som3d/jobs/:id/progress`, cualquier sesión.
   *
   * @throws ApiError 401, 404, 422, 500, 503
   */
  readonly progress: (args: Som3dProgressArgs) => Promise<Answer<200, JobProgress>>;
  /**
   * Avance de un trabajo, en vivo
   *
   * Server-sent events: cada evento `progress` lleva un JobProgress entero en `data`, y su `id` lo identifica; el primero con `preview` avisa que hay un primer modelo. Con Last-Event-ID nada se envía hasta que el avance sea otro; cualquier proceso de la API lo entiende. El último evento es el del fin del trabajo y cierra la respuesta; quien lo tiene ya recibe 204. La respuesta se cierra también cuando vence el token, a los diez minutos, si el trabajo se elimina y al reiniciar el servicio: se reanuda con Last-Event-ID. 429 con demasiadas a la vez de un usuario, 503 de todos; entonces sirve /progress.
   *
   * `GET /som3d/jobs/:id/events`, cualquier sesión.
   *
   * @throws ApiError 401, 404, 422, 429, 500, 503
   */
  readonly events: (args: Som3dEventsArgs) => Promise<Answer<200, BinaryBody> | Answer<204, undefined>>;
  /**
   * Registro de un trabajo
   *
   * Las últimas líneas del registro, o todas.
   *
   * `GET /som3d/jobs/:id/log`, cualquier sesión.
   *
   * @throws ApiError 401, 404, 422, 500, 503
   */
  readonly log: (args: Som3dLogArgs) => Promise<Answer<200, JobLog>>;
  /**
   * Registro de un trabajo como texto
   *
   * El registro entero, una línea por renglón.
   *
   * `GET /som3d/jobs/:id/log/raw`, cualquier sesión.
   *
   * @throws ApiError 401, 404, 422, 500, 503
   */
  readonly logText: (args: Som3dLogTextArgs) => Promise<Answer<200, string>>;
  /**
   * Lo que el visor necesita para abrir un trabajo donde se dejó
   *
   * El trabajo, su paciente, sus resultados y los estados guardados (sin sus documentos). Un médico ve sus estados; un administrador, todos.
   *
   * `GET /som3d/jobs/:id/state-context`, cualquier sesión.
   *
   * @throws ApiError 401, 404, 422, 500, 503
   */
  readonly stateContext: (args: Som3dStateContextArgs) => Promise<Answer<200, JobStateContext>>;
  /**
   * Los modelos de un trabajo
   *
   * Cada modelo con sus medidas y las direcciones firmadas de sus archivos, que sirven sin sesión hasta que vencen. 409 mientras el trabajo no termina.
   *
   * `GET /som3d/jobs/:id/stls`, cualquier sesión.
   *
   * @throws ApiError 401, 404, 409, 422, 500, 503
   */
  readonly stls: (args: Som3dStlsArgs) => Promise<Answer<200, JobStls>>;
  /**
   * URL firmada del resultado
   *
   * Una dirección que sirve sin sesión hasta que vence, por ejemplo para otro programa. 409 mientras el trabajo no termina.
   *
   * `GET /som3d/jobs/:id/result`, cualquier sesión.
   *
   * @throws ApiError 401, 404, 409, 422, 500, 503
   */
  readonly result: (args: Som3dResultArgs) => Promise<Answer<200, JobResult>>;
  /**
   * El resultado, un ZIP
   *
   * Admite Range e If-None-Match.
   *
   * `GET /som3d/jobs/:id/result/bytes`, cualquier sesión.
   *
   * @throws ApiError 401, 404, 409, 416, 422, 500, 503
   */
  readonly resultBytes: (args: Som3dResultBytesArgs) => Promise<Answer<200 | 206, BinaryBody>>;
  /**
   * Un primer modelo de un trabajo en curso
   *
   * Un GLB de 60 000 triángulos como máximo para mirar mientras el trabajo sigue; no sirve para medir ni imprimir. Existe desde que el avance tiene `preview` y hasta que el trabajo termina; sin él, 404. Un intento nuevo lo hace de nuevo. Admite Range e If-None-Match.
   *
   * `GET /som3d/jobs/:id/preview`, cualquier sesión.
   *
   * @throws ApiError 401, 404, 416, 422, 500, 503
   */
  readonly preview: (args: Som3dPreviewArgs) => Promise<Answer<200 | 206, BinaryBody>>;
  /**
   * Un archivo de un trabajo terminado, por su nombre
   *
   * Los que nombra su manifiesto: modelos (STL, GLB), imágenes (PNG), el 3MF de todos, manifest.json y el ZIP. Admite Range e If-None-Match.
   *
   * `GET /som3d/jobs/:id/files/:name`, cualquier sesión.
   *
   * @throws ApiError 401, 404, 409, 416, 422, 500, 503
   */
  readonly jobFile: (args: Som3dJobFileArgs) => Promise<Answer<200 | 206, BinaryBody>>;
  /**
   * Un archivo por su URL firmada
   *
   * La firma nombra el archivo y su vencimiento; sirve sin sesión hasta entonces. Admite Range.
   *
   * `GET /som3d/files/:token`, sin sesión.
   *
   * @throws ApiError 403, 404, 416, 422, 500, 503
   */
  readonly file: (args: Som3dFileArgs) => Promise<Answer<200 | 206, BinaryBody>>;
  /**
   * Registrar el resultado de un paciente
   *
   * Guarda en el historial del paciente que este trabajo dio un resultado. 409 mientras el trabajo no termina.
   *
   * `POST /som3d/jobs/:id/finalize`, cualquier sesión.
   *
   * @throws ApiError 400, 401, 403, 404, 408, 409, 413, 415, 422, 500, 503
   */
  readonly finalize: (args: Som3dFinalizeArgs) => Promise<Answer<200, JobStl>>;
  /**
   * Cancelar un trabajo
   *
   * Cancela uno en cola o en curso; repetirlo no cambia nada. Uno terminado responde 409.
   *
   * `DELETE /som3d/jobs/:id`, cualquier sesión.
   *
   * @throws ApiError 401, 404, 409, 422, 500, 503
   */
  readonly cancel: (args: Som3dCancelArgs) => Promise<Answer<200, Job>>;
  /**
   * Cambiar el nombre o el paciente de un trabajo
   *
   * En cualquier estado. Con otro paciente pasan también sus resultados registrados y las vistas que estaban con el anterior.
   *
   * `PATCH /som3d/jobs/:id`, cualquier sesión.
   *
   * @throws ApiError 400, 401, 403, 404, 408, 413, 415, 422, 500, 503
   */
  readonly update: (args: Som3dUpdateArgs) => Promise<Answer<200, Job>>;
  /**
   * Eliminar un trabajo que terminó
   *
   * Elimina el trabajo con su registro, sus resultados, sus estados del visor y sus archivos. Uno en cola o en curso responde 409: cancélelo antes.
   *
   * `DELETE /som3d/jobs/:id/record`, cualquier sesión.
   *
   * @throws ApiError 401, 404, 409, 422, 500, 503
   */
  readonly remove: (args: Som3dRemoveArgs) => Promise<Answer<204, undefined>>;
  /**
   * Adelantar o atrasar un trabajo en cola
   *
   * Entre los de igual prioridad va antes el más antiguo. Uno que ya no está en cola responde 409.
   *
   * `PATCH /som3d/jobs/:id/priority`, administradores.
   *
   * @throws ApiError 400, 401, 403, 404, 408, 409, 413, 415, 422, 500, 503
   */
  readonly prioritize: (args: Som3dPrioritizeArgs) => Promise<Answer<200, Job>>;
  /**
   * Cambiar las notas de un resultado
   *
   * Cambia o borra las notas de un resultado registrado.
   *
   * `PATCH /som3d/jobstl/:id/notes`, cualquier sesión.
   *
   * @throws ApiError 400, 401, 404, 408, 413, 415, 422, 500, 503
   */
  readonly updateResultNotes: (args: Som3dUpdateResultNotesArgs) => Promise<Answer<200, JobStl>>;
  /**
   * Eliminar un resultado
   *
   * Elimina también sus estados del visor y, si ningún otro paciente tiene el mismo resultado, los archivos guardados.
   *
   * `DELETE /som3d/jobstl/:id`, cualquier sesión.
   *
   * @throws ApiError 401, 404, 422, 500, 503
   */
  readonly removeResult: (args: Som3dRemoveResultArgs) => Promise<Answer<204, undefined>>;
  /**
   * Resultados 3D con su paciente, el más reciente primero
   *
   * Una fila por resultado. Un médico ve los de sus pacientes; un administrador, todos.
   *
   * `GET /som3d/patients-with-stl`, cualquier sesión.
   *
   * @throws ApiError 401, 422, 500, 503
   */
  readonly patientsWithStl: (args?: Som3dPatientsWithStlArgs) => Promise<Answer<200, PatientWithStl[]>>;
}

export interface UploadsRoutes {
  /**
   * Empezar una subida reanudable
   *
   * Protocolo tus 1.0.0 (creation). Reserva el tamaño en el espacio de la cuenta y responde su dirección en Location. Una subida vence un día después de lo último que llegó.
   *
   * `POST /som3d/uploads`, cualquier sesión.
   *
   * @throws ApiError 401, 402, 403, 412, 413, 422, 429, 500, 503, 507
   */
  readonly create: (args: UploadsCreateArgs) => Promise<Answer<201, undefined>>;
  /**
   * Cuánto llegó de una subida
   *
   * HEAD es lo que pregunta el protocolo tus: Upload-Offset, Upload-Length y Upload-Expires van en los encabezados, también en GET. Una subida ajena, o que ya es un trabajo, responde 404; una que venció, 410.
   *
   * `GET /som3d/uploads/:id`, cualquier sesión.
   *
   * @throws ApiError 401, 404, 410, 422, 500, 503
   */
  readonly get: (args: UploadsGetArgs) => Promise<Answer<200, Upload>>;
  /**
   * Enviar bytes de una subida
   *
   * Agrega el contenido desde Upload-Offset. Lo que llega antes de una interrupción queda guardado. 409 si Upload-Offset no es lo que hay guardado, 423 mientras otra solicitud envía a la misma subida, 413 si llega más que su tamaño.
   *
   * `PATCH /som3d/uploads/:id`, cualquier sesión.
   *
   * @throws ApiError 400, 401, 404, 408, 409, 410, 412, 413, 415, 422, 423, 429, 500, 503
   */
  readonly append: (args: UploadsAppendArgs) => Promise<Answer<204, undefined>>;
  /**
   * Abandonar una subida
   *
   * Elimina lo que llegó y libera el espacio que reservó.
   *
   * `DELETE /som3d/uploads/:id`, cualquier sesión.
   *
   * @throws ApiError 401, 404, 412, 422, 500, 503
   */
  readonly remove: (args: UploadsRemoveArgs) => Promise<Answer<204, undefined>>;
}

export interface UsageRoutes {
  /**
   * Uso y límites de la cuenta propia
   *
   * Al llegar a un límite, la operación responde 429, o 507 si lo que falta es espacio.
   *
   * `GET /auth/me/usage`, cualquier sesión.
   *
   * @throws ApiError 401, 500, 503
   */
  readonly mine: (args?: UsageMineArgs) => Promise<Answer<200, Usage>>;
}

export interface MessagesRoutes {
  /**
   * Reportar un error o una sugerencia
   *
   * Admite formulario, multipart y JSON.
   *
   * `POST /mensajes/`, médicos.
   *
   * @throws ApiError 400, 401, 403, 404, 408, 413, 415, 422, 429, 500, 503
   */
  readonly create: (args: MessagesCreateArgs) => Promise<Answer<201, Message>>;
  /**
   * Mensajes propios, el más reciente primero
   *
   * Los mensajes que escribió el médico, con las respuestas que recibió.
   *
   * `GET /mensajes/`, médicos.
   *
   * @throws ApiError 401, 403, 422, 500, 503
   */
  readonly list: (args?: MessagesListArgs) => Promise<
    Answer<
      200,
      {
        total: number;
        items: Message[];
      }
    >
  >;
  /**
   * Mensajes de todos, el más reciente primero
   *
   * Los mensajes de todos los médicos, con filtros y lo último de su historia.
   *
   * `GET /mensajes/admin/inbox`, administradores.
   *
   * @throws ApiError 401, 403, 422, 500, 503
   */
  readonly inbox: (args?: MessagesInboxArgs) => Promise<
    Answer<
      200,
      {
        total: number;
        items: InboxMessage[];
      }
    >
  >;
  /**
   * Historia de un mensaje, lo más reciente primero
   *
   * Cada paso: cuándo se escribió, leyó, asignó y respondió, y quién lo hizo.
   *
   * `GET /mensajes/admin/inbox/:id/events`, administradores.
   *
   * @throws ApiError 401, 403, 404, 422, 500, 503
   */
  readonly events: (args: MessagesEventsArgs) => Promise<
    Answer<
      200,
      {
        items: MessageEvent[];
      }
    >
  >;
  /**
   * Atender un mensaje: leerlo, asignarlo, responderlo, cambiar su estado
   *
   * Una respuesta lo deja leído y, si no se dice otro estado, resuelto; el médico la ve como no leída. Vacía o null, la borra.
   *
   * `PATCH /mensajes/admin/inbox/:id`, administradores.
   *
   * @throws ApiError 400, 401, 403, 404, 408, 413, 415, 422, 500, 503
   */
  readonly update: (args: MessagesUpdateArgs) => Promise<
    Answer<
      200,
      {
        id_mensaje: number;
        id_medico: number;
        id_paciente: number | null;
        tipo: string;
        titulo: string;
        descripcion: string;
        severidad: string;
        adjunto_url: string | null;
        /** nuevo, analisis, en_curso, resuelto */
        estado: string;
        respuesta_admin: string | null;
        leido_admin: boolean;
        /** El médico leyó la respuesta */
        leido_medico: boolean;
        /** Instante ISO 8601 en UTC */
        creado_en: string;
        /** Instante ISO 8601 en UTC */
        actualizado_en: string;
        medico: {
          id_usuario: number;
          nombre: string;
          apellido: string;
          correo: string;
        };
        /** El administrador que lo atiende */
        asignado: {
          id_usuario: number;
          nombre: string;
          apellido: string;
          correo: string;
        } | null;
        /** El médico que lo escribió */
        emisor: {
          id_usuario: number;
          nombre: string;
          apellido: string;
          correo: string;
          id_medico: number;
        };
        /** El administrador que lo atiende */
        asignado_admin: {
          id_usuario: number;
          nombre: string;
          apellido: string;
          correo: string;
        } | null;
        /** Lo último de su historia, lo más reciente primero */
        bitacora_preview: MessageEvent[];
        ok: true;
      }
    >
  >;
  /**
   * Marcar como leída, o no leída, la respuesta de un mensaje propio
   *
   * Sin contenido la marca como leída. Repetirlo no cambia nada.
   *
   * `PUT /mensajes/:id/leido`, médicos.
   *
   * @throws ApiError 400, 401, 403, 404, 408, 413, 415, 422, 500, 503
   */
  readonly markRead: (args: MessagesMarkReadArgs) => Promise<
    Answer<
      200,
      {
        id_mensaje: number;
        id_medico: number;
        id_paciente: number | null;
        tipo: string;
        titulo: string;
        descripcion: string;
        severidad: string;
        adjunto_url: string | null;
        /** nuevo, analisis, en_curso, resuelto */
        estado: string;
        respuesta_admin: string | null;
        leido_admin: boolean;
        /** El médico leyó la respuesta */
        leido_medico: boolean;
        /** Instante ISO 8601 en UTC */
        creado_en: string;
        /** Instante ISO 8601 en UTC */
        actualizado_en: string;
        ok: true;
      }
    >
  >;
}

export interface MonitoringRoutes {
  /**
   * Métricas para Prometheus
   *
   * Formato de texto de Prometheus, versión 0.0.4, de todos los procesos de esta máquina. Con el token de SOM3D_METRICS_TOKEN como Bearer, o con la sesión de un administrador.
   *
   * `GET /metrics`, sin sesión.
   *
   * @throws ApiError 401, 403, 500, 503
   */
  readonly metrics: (args?: MonitoringMetricsArgs) => Promise<Answer<200, string>>;
}

export interface EpaycoRoutes {
  /**
   * Confirmación de un pago (la llama la pasarela)
   *
   * Se responde en cuanto queda guardada; la misma llamada dos veces no cambia nada la segunda vez. Antes de activar o revertir se consulta el estado a la pasarela. Admite formulario, multipart y JSON; los valores también pueden venir en la dirección.
   *
   * `POST /epayco/confirmation`, sin sesión.
   *
   * @throws ApiError 400, 408, 413, 415, 422, 500, 503
   */
  readonly confirm: (args: EpaycoConfirmArgs) => Promise<Answer<200, ConfirmationAnswer>>;
  /**
   * Confirmación de un pago por GET (la llama la pasarela)
   *
   * Se responde en cuanto queda guardada; la misma llamada dos veces no cambia nada la segunda vez. Antes de activar o revertir se consulta el estado a la pasarela.
   *
   * `GET /epayco/confirmation`, sin sesión.
   *
   * @throws ApiError 400, 422, 500, 503
   */
  readonly confirmByGet: (args?: EpaycoConfirmByGetArgs) => Promise<Answer<200, ConfirmationAnswer>>;
  /**
   * Lo que la pasarela dice de un pago
   *
   * Pregunta a la pasarela por una referencia. No cambia nada.
   *
   * `GET /epayco/validate`, sin sesión.
   *
   * @throws ApiError 422, 500, 502, 503
   */
  readonly validate: (args: EpaycoValidateArgs) => Promise<Answer<200, PaymentValidation>>;
  /**
   * Página del resultado de un pago, para quien paga
   *
   * La redirección de la pasarela agrega `?ref_payco=` aunque la dirección ya tenga parámetros; se lee también así.
   *
   * `GET /epayco/response`, sin sesión.
   *
   * @throws ApiError 422, 500, 503
   */
  readonly response: (args?: EpaycoResponseArgs) => Promise<Answer<200, string>>;
  /**
   * Confirmaciones recibidas, la más reciente primero
   *
   * Las confirmaciones que llegaron, con lo que se decidió de cada una.
   *
   * `GET /admin/epayco/events`, administradores.
   *
   * @throws ApiError 401, 403, 422, 500, 503
   */
  readonly listEvents: (args?: EpaycoListEventsArgs) => Promise<Answer<200, PaymentEvent[]>>;
  /**
   * Una confirmación con los valores que llegaron
   *
   * Una confirmación, con todos los campos que envió la pasarela.
   *
   * `GET /admin/epayco/events/:id`, administradores.
   *
   * @throws ApiError 401, 403, 404, 422, 500, 503
   */
  readonly getEvent: (args: EpaycoGetEventArgs) => Promise<Answer<200, PaymentEventDetail>>;
  /**
   * Procesar de nuevo una confirmación
   *
   * La consulta otra vez a la pasarela y aplica las mismas reglas. 409 si ya terminó o su firma no vale.
   *
   * `POST /admin/epayco/events/:id/retry`, administradores.
   *
   * @throws ApiError 401, 403, 404, 409, 422, 500, 503
   */
  readonly retryEvent: (args: EpaycoRetryEventArgs) => Promise<Answer<200, PaymentEvent>>;
  /**
   * Aceptar como real un pago aprobado que espera esa decisión
   *
   * Para un pago cuyo código de aprobación es 000000, o del que la pasarela no dice si es de prueba. Todas las demás reglas valen igual. 409 si no espera una decisión.
   *
   * `POST /admin/epayco/events/:id/accept`, administradores.
   *
   * @throws ApiError 401, 403, 404, 409, 422, 500, 503
   */
  readonly acceptEvent: (args: EpaycoAcceptEventArgs) => Promise<Answer<200, PaymentEvent>>;
  /**
   * Registrar la referencia de un pago cuya confirmación no llegó
   *
   * Pregunta a la pasarela por la referencia (la de la redirección o el número) y aplica las mismas reglas que a una confirmación. 404 si la pasarela no la conoce.
   *
   * `POST /admin/epayco/references`, administradores.
   *
   * @throws ApiError 400, 401, 403, 404, 408, 413, 415, 422, 500, 502, 503
   */
  readonly enterReference: (args: EpaycoEnterReferenceArgs) => Promise<Answer<200, PaymentEvent>>;
  /**
   * Facturas emitidas, la más reciente primero
   *
   * Los pagos que se iniciaron, con lo que se sabe de cada uno.
   *
   * `GET /admin/epayco/checkouts`, administradores.
   *
   * @throws ApiError 401, 403, 422, 500, 503
   */
  readonly listCheckouts: (args?: EpaycoListCheckoutsArgs) => Promise<Answer<200, PaymentCheckout[]>>;
  /**
   * Preguntar ahora a la pasarela por una factura abierta y aplicar lo que responda
   *
   * Necesita EPAYCO_PRIVATE_KEY. 409 sin ella, y si la factura ya se pagó o se está consultando.
   *
   * `POST /admin/epayco/checkouts/:id/settle`, administradores.
   *
   * @throws ApiError 401, 403, 404, 409, 422, 500, 502, 503
   */
  readonly settleCheckout: (args: EpaycoSettleCheckoutArgs) => Promise<Answer<200, PaymentCheckout>>;
}

export interface WorkersRoutes {
  /**
   * Motores de segmentación y aceleradores de los procesos de conversión
   *
   * Cada proceso de conversión en marcha, con su motor, sus aceleradores y su última señal de vida.
   *
   * `GET /admin/gpu-check`, administradores.
   *
   * @throws ApiError 401, 403, 500, 503
   */
  readonly gpuCheck: (args?: WorkersGpuCheckArgs) => Promise<Answer<200, GpuCheck>>;
  /**
   * Motores de segmentación y aceleradores de los procesos de conversión
   *
   * Cada proceso de conversión en marcha, con su motor, sus aceleradores y su última señal de vida.
   *
   * `GET /som3d/admin/gpu-check`, administradores.
   *
   * @throws ApiError 401, 403, 500, 503
   */
  readonly som3dGpuCheck: (args?: WorkersSom3dGpuCheckArgs) => Promise<Answer<200, GpuCheck>>;
}

/** The typed client of the whole contract. */
export interface Client {
  readonly health: HealthRoutes;
  readonly auth: AuthRoutes;
  readonly plans: PlansRoutes;
  readonly subscriptions: SubscriptionsRoutes;
  readonly hospitals: HospitalsRoutes;
  readonly admin: AdminRoutes;
  readonly patients: PatientsRoutes;
  readonly studies: StudiesRoutes;
  readonly visor: VisorRoutes;
  readonly som3d: Som3dRoutes;
  readonly uploads: UploadsRoutes;
  readonly usage: UsageRoutes;
  readonly messages: MessagesRoutes;
  readonly monitoring: MonitoringRoutes;
  readonly epayco: EpaycoRoutes;
  readonly workers: WorkersRoutes;
}
