// Generated from the contract by `npm run generate`. Do not edit.
import type { QueryTable } from '../query/options.ts';
import type { Call, Key, ListQuery, Mutation, Query } from '../query/types.ts';
import type {
  AccessToken,
  ActiveUserSubscription,
  AdminActiveUserSubscriptionsArgs,
  AdminClinicalAuditArgs,
  AdminCountDoctorsArgs,
  AdminCreateAdminArgs,
  AdminCreateDoctorArgs,
  AdminCreateHospitalArgs,
  AdminEndUserSessionsArgs,
  AdminGetHospitalArgs,
  AdminHospitalsBillingArgs,
  AdminListAdminsArgs,
  AdminListDoctorsArgs,
  AdminListHospitalsArgs,
  AdminListInactiveUsersArgs,
  AdminListSuspendedUsersArgs,
  AdminRecentPaymentsArgs,
  AdminReissueCodeArgs,
  AdminRemoveDoctorArgs,
  AdminRemoveHospitalArgs,
  AdminRemoveUserArgs,
  AdminRevokeCodesArgs,
  AdminSendPasswordResetArgs,
  AdminUpdateDoctorArgs,
  AdminUpdateHospitalArgs,
  AdminUpdateUserArgs,
  AdminUser,
  AdminUserSessionsArgs,
  AuditEntry,
  AuthConfirmCodeArgs,
  AuthConfirmEmailArgs,
  AuthConfirmSecondFactorArgs,
  AuthEmailExistsArgs,
  AuthEndOtherSessionsArgs,
  AuthEndSessionArgs,
  AuthEnrolSecondFactorArgs,
  AuthForgotPasswordArgs,
  AuthForgotPasswordCodeArgs,
  AuthLoginArgs,
  AuthLogoutArgs,
  AuthPreRegisterArgs,
  AuthRefreshArgs,
  AuthRegisterArgs,
  AuthRemoveSecondFactorArgs,
  AuthResetPasswordArgs,
  AuthResetPasswordCodeArgs,
  AuthUpdateMeArgs,
  ClinicalNote,
  ConfirmationAnswer,
  CsrfToken,
  Doctor,
  DoctorCount,
  EndedSessions,
  EpaycoAcceptEventArgs,
  EpaycoConfirmArgs,
  EpaycoConfirmByGetArgs,
  EpaycoEnterReferenceArgs,
  EpaycoGetEventArgs,
  EpaycoListCheckoutsArgs,
  EpaycoListEventsArgs,
  EpaycoRetryEventArgs,
  EpaycoSettleCheckoutArgs,
  EpaycoValidateArgs,
  GpuCheck,
  Health,
  Hospital,
  HospitalBilling,
  HospitalDetail,
  HospitalStatus,
  HospitalsByCodeArgs,
  HospitalsCreateArgs,
  HospitalsGetArgs,
  HospitalsLinkByCodeArgs,
  HospitalsListArgs,
  HospitalsRemoveArgs,
  HospitalsStartSubscriptionArgs,
  HospitalsStatusArgs,
  HospitalsUpdateArgs,
  InboxMessage,
  Job,
  JobLog,
  JobProgress,
  JobResult,
  JobStateContext,
  JobStl,
  JobStls,
  LinkedHospital,
  Me,
  Message,
  MessageEvent,
  MessagesCreateArgs,
  MessagesEventsArgs,
  MessagesInboxArgs,
  MessagesListArgs,
  MessagesMarkReadArgs,
  MessagesUpdateArgs,
  Metrics,
  MyHospitalStatus,
  MySubscription,
  MySubscriptionStatus,
  Ok,
  Patient,
  PatientWithStl,
  PatientsCreateArgs,
  PatientsCreateNoteArgs,
  PatientsGetArgs,
  PatientsListArgs,
  PatientsListNotesArgs,
  PatientsRemoveArgs,
  PatientsRemoveNoteArgs,
  PatientsUpdateArgs,
  PatientsUpdateNoteArgs,
  Payment,
  PaymentCheckout,
  PaymentEvent,
  PaymentEventDetail,
  PaymentValidation,
  PendingCode,
  Plan,
  PlansCreateArgs,
  PlansGetArgs,
  PlansListArgs,
  PlansRemoveArgs,
  PlansUpdateArgs,
  PublicHospitalDetail,
  RecentPayment,
  RecoveryCodes,
  ReissuedCode,
  RevokedCodes,
  SecondFactor,
  SecondFactorSecret,
  Session,
  Som3dCancelArgs,
  Som3dCreateArgs,
  Som3dCreateFromUploadArgs,
  Som3dFinalizeArgs,
  Som3dGetArgs,
  Som3dListArgs,
  Som3dLogArgs,
  Som3dLogTextArgs,
  Som3dMineArgs,
  Som3dPatientsWithStlArgs,
  Som3dPrioritizeArgs,
  Som3dProgressArgs,
  Som3dRemoveArgs,
  Som3dRemoveResultArgs,
  Som3dResultArgs,
  Som3dStateContextArgs,
  Som3dStlsArgs,
  Som3dTrackingArgs,
  Som3dTrackingMineArgs,
  Som3dUpdateArgs,
  Som3dUpdateResultNotesArgs,
  StartedCheckout,
  StartedHospitalCheckout,
  StudiesCreateArgs,
  StudiesGetArgs,
  StudiesListArgs,
  StudiesRemoveArgs,
  StudiesUpdateArgs,
  Study,
  Subscription,
  SubscriptionsCreateArgs,
  SubscriptionsGetArgs,
  SubscriptionsListArgs,
  SubscriptionsPaymentsArgs,
  SubscriptionsRemoveArgs,
  SubscriptionsStartArgs,
  SubscriptionsUpdateArgs,
  Terms,
  TrackedJob,
  Upload,
  UploadsAppendArgs,
  UploadsCreateArgs,
  UploadsGetArgs,
  UploadsRemoveArgs,
  Usage,
  User,
  ViewerState,
  VisorCreateArgs,
  VisorGetArgs,
  VisorListArgs,
  VisorRemoveArgs,
  VisorUpdateArgs,
} from './types.ts';

/** What each route is to TanStack Query, and which other domains show what a domain writes. */
export const QUERIES: QueryTable = {
  health: {
    changes: [],
    routes: {
      check: 'value',
      live: 'value',
    },
  },
  auth: {
    changes: ['admin', 'usage'],
    routes: {
      register: 'write',
      login: 'write',
      terms: 'value',
      me: 'value',
      updateMe: 'write',
      confirmEmail: 'write',
      secondFactor: 'value',
      enrolSecondFactor: 'write',
      confirmSecondFactor: 'write',
      removeSecondFactor: 'write',
      sessions: 'value',
      endOtherSessions: 'write',
      endSession: 'write',
      emailExists: 'value',
      csrf: 'value',
      refresh: 'write',
      logout: 'write',
      preRegister: 'write',
      confirmCode: 'write',
      forgotPassword: 'write',
      resetPassword: 'write',
      forgotPasswordCode: 'write',
      resetPasswordCode: 'write',
    },
  },
  plans: {
    changes: ['subscriptions', 'hospitals', 'admin'],
    routes: {
      list: 'offset',
      get: 'value',
      create: 'write',
      update: 'write',
      remove: 'write',
    },
  },
  subscriptions: {
    changes: ['hospitals', 'admin', 'usage', 'epayco'],
    routes: {
      start: 'write',
      mine: 'value',
      mineStatus: 'value',
      list: 'offset',
      create: 'write',
      get: 'value',
      update: 'write',
      remove: 'write',
      payments: 'offset',
    },
  },
  hospitals: {
    changes: ['subscriptions', 'admin', 'usage', 'epayco'],
    routes: {
      list: 'offset',
      byCode: 'value',
      status: 'value',
      mineStatus: 'value',
      startSubscription: 'write',
      linkByCode: 'write',
      create: 'write',
      get: 'value',
      update: 'write',
      remove: 'write',
    },
  },
  admin: {
    changes: ['auth', 'hospitals', 'subscriptions', 'patients', 'studies', 'visor', 'som3d', 'messages'],
    routes: {
      generateCode: 'value',
      listHospitals: 'offset',
      getHospital: 'value',
      createHospital: 'write',
      updateHospital: 'write',
      removeHospital: 'write',
      reissueCode: 'write',
      revokeCodes: 'write',
      countDoctors: 'value',
      listDoctors: 'offset',
      createDoctor: 'write',
      updateDoctor: 'write',
      removeDoctor: 'write',
      listInactiveUsers: 'offset',
      listSuspendedUsers: 'offset',
      listAdmins: 'offset',
      createAdmin: 'write',
      updateUser: 'write',
      userSessions: 'value',
      endUserSessions: 'write',
      sendPasswordReset: 'write',
      removeUser: 'write',
      metrics: 'value',
      recentPayments: 'value',
      activeUserSubscriptions: 'offset',
      hospitalsBilling: 'offset',
      clinicalAudit: 'offset',
    },
  },
  patients: {
    changes: ['studies', 'visor', 'som3d', 'messages', 'usage', 'admin'],
    routes: {
      list: 'offset',
      create: 'write',
      get: 'value',
      update: 'write',
      remove: 'write',
      listNotes: 'offset',
      createNote: 'write',
      updateNote: 'write',
      removeNote: 'write',
    },
  },
  studies: {
    changes: ['admin'],
    routes: {
      list: 'offset',
      create: 'write',
      get: 'value',
      update: 'write',
      remove: 'write',
    },
  },
  visor: {
    changes: ['som3d', 'usage'],
    routes: {
      create: 'write',
      list: 'offset',
      get: 'value',
      update: 'write',
      remove: 'write',
    },
  },
  som3d: {
    changes: ['visor', 'usage', 'admin'],
    routes: {
      create: 'write',
      createFromUpload: 'write',
      list: 'offset',
      mine: 'offset',
      tracking: 'offset',
      trackingMine: 'offset',
      get: 'value',
      progress: 'value',
      log: 'value',
      logText: 'value',
      stateContext: 'value',
      stls: 'value',
      result: 'value',
      finalize: 'write',
      cancel: 'write',
      update: 'write',
      remove: 'write',
      prioritize: 'write',
      updateResultNotes: 'write',
      removeResult: 'write',
      patientsWithStl: 'offset',
    },
  },
  uploads: {
    changes: ['usage'],
    routes: {
      create: 'write',
      get: 'value',
      append: 'write',
      remove: 'write',
    },
  },
  usage: {
    changes: [],
    routes: {
      mine: 'value',
    },
  },
  messages: {
    changes: ['usage'],
    routes: {
      create: 'write',
      list: 'page',
      inbox: 'page',
      events: 'value',
      update: 'write',
      markRead: 'write',
    },
  },
  monitoring: {
    changes: [],
    routes: {
      metrics: 'value',
    },
  },
  epayco: {
    changes: ['subscriptions', 'hospitals', 'usage', 'admin'],
    routes: {
      confirm: 'write',
      confirmByGet: 'write',
      validate: 'value',
      listEvents: 'offset',
      getEvent: 'value',
      retryEvent: 'write',
      acceptEvent: 'write',
      enterReference: 'write',
      listCheckouts: 'offset',
      settleCheckout: 'write',
    },
  },
  workers: {
    changes: [],
    routes: {
      gpuCheck: 'value',
      som3dGpuCheck: 'value',
    },
  },
};

export interface HealthQueries {
  /** The beginning of every key of this domain. */
  readonly all: Key;
  /**
   * Estado del servicio
   *
   * `GET /health`, sin sesión.
   */
  readonly check: Query<void, Health>;
  /**
   * El proceso vive
   *
   * `GET /health/live`, sin sesión.
   */
  readonly live: Query<
    void,
    {
      status: 'ok';
    }
  >;
}

export interface AuthQueries {
  /** The beginning of every key of this domain. */
  readonly all: Key;
  /**
   * Registrar un médico
   *
   * `POST /auth/register`, sin sesión.
   */
  readonly register: Mutation<AuthRegisterArgs, User>;
  /**
   * Iniciar sesión
   *
   * `POST /auth/login`, sin sesión.
   */
  readonly login: Mutation<AuthLoginArgs, AccessToken>;
  /**
   * Los términos vigentes
   *
   * `GET /auth/terms`, sin sesión.
   */
  readonly terms: Query<void, Terms>;
  /**
   * El usuario de la sesión
   *
   * `GET /auth/me`, cualquier sesión.
   */
  readonly me: Query<void, Me>;
  /**
   * Cambiar los datos propios
   *
   * `PATCH /auth/me`, cualquier sesión.
   */
  readonly updateMe: Mutation<AuthUpdateMeArgs, Me>;
  /**
   * Confirmar el correo nuevo con el código
   *
   * `POST /auth/me/confirm-email`, cualquier sesión.
   */
  readonly confirmEmail: Mutation<AuthConfirmEmailArgs, Me>;
  /**
   * El segundo factor propio
   *
   * `GET /auth/me/totp`, administradores.
   */
  readonly secondFactor: Query<void, SecondFactor>;
  /**
   * Pedir un secreto para el segundo factor
   *
   * `POST /auth/me/totp`, administradores.
   */
  readonly enrolSecondFactor: Mutation<AuthEnrolSecondFactorArgs, SecondFactorSecret>;
  /**
   * Activar el segundo factor
   *
   * `POST /auth/me/totp/confirm`, administradores.
   */
  readonly confirmSecondFactor: Mutation<AuthConfirmSecondFactorArgs, RecoveryCodes>;
  /**
   * Quitar el segundo factor
   *
   * `POST /auth/me/totp/remove`, administradores.
   */
  readonly removeSecondFactor: Mutation<AuthRemoveSecondFactorArgs, Ok>;
  /**
   * Las sesiones propias, la usada por último primero
   *
   * `GET /auth/sessions`, cualquier sesión.
   */
  readonly sessions: Query<void, Session[]>;
  /**
   * Cerrar las demás sesiones propias
   *
   * `DELETE /auth/sessions`, cualquier sesión.
   */
  readonly endOtherSessions: Mutation<AuthEndOtherSessionsArgs | void, EndedSessions>;
  /**
   * Cerrar una sesión propia
   *
   * `DELETE /auth/sessions/:id`, cualquier sesión.
   */
  readonly endSession: Mutation<AuthEndSessionArgs, undefined>;
  /**
   * Responde siempre lo mismo: no revela cuentas
   *
   * `GET /auth/email-exists`, sin sesión.
   */
  readonly emailExists: Query<
    Call<AuthEmailExistsArgs>,
    {
      exists: false;
    }
  >;
  /**
   * Emitir la cookie CSRF
   *
   * `GET /auth/csrf`, sin sesión.
   */
  readonly csrf: Query<void, CsrfToken>;
  /**
   * Renovar la sesión
   *
   * `POST /auth/refresh`, sin sesión.
   */
  readonly refresh: Mutation<AuthRefreshArgs | void, AccessToken>;
  /**
   * Cerrar la sesión
   *
   * `POST /auth/logout`, sin sesión.
   */
  readonly logout: Mutation<AuthLogoutArgs | void, Ok>;
  /**
   * Registrarse con un código enviado por correo
   *
   * `POST /auth/pre-register`, sin sesión.
   */
  readonly preRegister: Mutation<AuthPreRegisterArgs, PendingCode>;
  /**
   * Confirmar el registro con el código
   *
   * `POST /auth/register/confirm-code`, sin sesión.
   */
  readonly confirmCode: Mutation<
    AuthConfirmCodeArgs,
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
  >;
  /**
   * Pedir un enlace para cambiar la contraseña
   *
   * `POST /auth/forgot-password`, sin sesión.
   */
  readonly forgotPassword: Mutation<AuthForgotPasswordArgs, Ok>;
  /**
   * Cambiar la contraseña con el enlace
   *
   * `POST /auth/reset-password`, sin sesión.
   */
  readonly resetPassword: Mutation<AuthResetPasswordArgs, Ok>;
  /**
   * Pedir un código para cambiar la contraseña
   *
   * `POST /auth/forgot-password/code`, sin sesión.
   */
  readonly forgotPasswordCode: Mutation<AuthForgotPasswordCodeArgs, PendingCode>;
  /**
   * Cambiar la contraseña con el código
   *
   * `POST /auth/reset-password/code`, sin sesión.
   */
  readonly resetPasswordCode: Mutation<AuthResetPasswordCodeArgs, Ok>;
}

export interface PlansQueries {
  /** The beginning of every key of this domain. */
  readonly all: Key;
  /**
   * Planes, del más económico al más costoso
   *
   * `GET /plans`, sin sesión.
   */
  readonly list: ListQuery<Call<PlansListArgs> | void, Plan>;
  /**
   * Un plan
   *
   * `GET /plans/:id`, sin sesión.
   */
  readonly get: Query<Call<PlansGetArgs>, Plan>;
  /**
   * Crear un plan
   *
   * `POST /plans`, administradores.
   */
  readonly create: Mutation<PlansCreateArgs, Plan>;
  /**
   * Cambiar un plan
   *
   * `PATCH /plans/:id`, administradores.
   */
  readonly update: Mutation<PlansUpdateArgs, Plan>;
  /**
   * Eliminar un plan
   *
   * `DELETE /plans/:id`, administradores.
   */
  readonly remove: Mutation<PlansRemoveArgs, undefined>;
}

export interface SubscriptionsQueries {
  /** The beginning of every key of this domain. */
  readonly all: Key;
  /**
   * Iniciar el pago de un plan
   *
   * `POST /subscriptions/start`, cualquier sesión.
   */
  readonly start: Mutation<SubscriptionsStartArgs, StartedCheckout>;
  /**
   * La suscripción propia
   *
   * `GET /subscriptions/mine`, cualquier sesión.
   */
  readonly mine: Query<void, MySubscription>;
  /**
   * La suscripción propia, su vencimiento y su último pago
   *
   * `GET /subscriptions/mine/status`, cualquier sesión.
   */
  readonly mineStatus: Query<void, MySubscriptionStatus>;
  /**
   * Suscripciones, la más reciente primero
   *
   * `GET /subscriptions`, administradores.
   */
  readonly list: ListQuery<Call<SubscriptionsListArgs> | void, Subscription>;
  /**
   * Crear una suscripción sin pago
   *
   * `POST /subscriptions`, administradores.
   */
  readonly create: Mutation<SubscriptionsCreateArgs, Subscription>;
  /**
   * Una suscripción
   *
   * `GET /subscriptions/:id`, administradores.
   */
  readonly get: Query<Call<SubscriptionsGetArgs>, Subscription>;
  /**
   * Cambiar una suscripción
   *
   * `PATCH /subscriptions/:id`, administradores.
   */
  readonly update: Mutation<SubscriptionsUpdateArgs, Subscription>;
  /**
   * Eliminar una suscripción y sus pagos
   *
   * `DELETE /subscriptions/:id`, administradores.
   */
  readonly remove: Mutation<SubscriptionsRemoveArgs, undefined>;
  /**
   * Pagos de una suscripción, el más reciente primero
   *
   * `GET /subscriptions/:id/payments`, administradores.
   */
  readonly payments: ListQuery<Call<SubscriptionsPaymentsArgs>, Payment>;
}

export interface HospitalsQueries {
  /** The beginning of every key of this domain. */
  readonly all: Key;
  /**
   * Hospitales activos, por nombre
   *
   * `GET /hospitals`, cualquier sesión.
   */
  readonly list: ListQuery<Call<HospitalsListArgs> | void, Hospital>;
  /**
   * El hospital de un código, y si el código sirve
   *
   * `GET /hospitals/by-code/:codigo`, sin sesión.
   */
  readonly byCode: Query<Call<HospitalsByCodeArgs>, PublicHospitalDetail>;
  /**
   * La suscripción del hospital que tiene hoy este código
   *
   * `GET /hospitals/status/:codigo`, sin sesión.
   */
  readonly status: Query<Call<HospitalsStatusArgs>, HospitalStatus>;
  /**
   * La suscripción del hospital propio
   *
   * `GET /hospitals/mine-status`, cualquier sesión.
   */
  readonly mineStatus: Query<void, MyHospitalStatus>;
  /**
   * Iniciar el pago de un hospital con su código de hoy
   *
   * `POST /hospitals/start-subscription`, sin sesión.
   */
  readonly startSubscription: Mutation<HospitalsStartSubscriptionArgs, StartedHospitalCheckout>;
  /**
   * Vincularse a un hospital con su código
   *
   * `POST /hospitals/link-by-code`, médicos.
   */
  readonly linkByCode: Mutation<HospitalsLinkByCodeArgs, LinkedHospital>;
  /**
   * Crear un hospital
   *
   * `POST /hospitals`, administradores.
   */
  readonly create: Mutation<HospitalsCreateArgs, Hospital>;
  /**
   * Un hospital
   *
   * `GET /hospitals/:id`, cualquier sesión.
   */
  readonly get: Query<Call<HospitalsGetArgs>, Hospital>;
  /**
   * Cambiar un hospital
   *
   * `PATCH /hospitals/:id`, administradores.
   */
  readonly update: Mutation<HospitalsUpdateArgs, Hospital>;
  /**
   * Eliminar un hospital
   *
   * `DELETE /hospitals/:id`, administradores.
   */
  readonly remove: Mutation<HospitalsRemoveArgs, undefined>;
}

export interface AdminQueries {
  /** The beginning of every key of this domain. */
  readonly all: Key;
  /**
   * Un código libre para un hospital
   *
   * `GET /admin/hospitals/generate-code`, administradores.
   */
  readonly generateCode: Query<
    void,
    {
      codigo: string;
    }
  >;
  /**
   * Hospitales, por nombre
   *
   * `GET /admin/hospitals`, administradores.
   */
  readonly listHospitals: ListQuery<Call<AdminListHospitalsArgs> | void, HospitalDetail>;
  /**
   * Un hospital con su código
   *
   * `GET /admin/hospitals/:id`, administradores.
   */
  readonly getHospital: Query<Call<AdminGetHospitalArgs>, HospitalDetail>;
  /**
   * Crear un hospital
   *
   * `POST /admin/hospitals`, administradores.
   */
  readonly createHospital: Mutation<AdminCreateHospitalArgs, HospitalDetail>;
  /**
   * Cambiar un hospital
   *
   * `PATCH /admin/hospitals/:id`, administradores.
   */
  readonly updateHospital: Mutation<AdminUpdateHospitalArgs, HospitalDetail>;
  /**
   * Eliminar un hospital con sus suscripciones, pagos y códigos
   *
   * `DELETE /admin/hospitals/:id`, administradores.
   */
  readonly removeHospital: Mutation<AdminRemoveHospitalArgs, undefined>;
  /**
   * Emitir un código nuevo
   *
   * `POST /admin/hospitals/:id/codes/reissue`, administradores.
   */
  readonly reissueCode: Mutation<AdminReissueCodeArgs, ReissuedCode>;
  /**
   * Revocar los códigos que nadie usó
   *
   * `POST /admin/hospitals/:id/codes/revoke-active`, administradores.
   */
  readonly revokeCodes: Mutation<AdminRevokeCodesArgs, RevokedCodes>;
  /**
   * Cuántos médicos hay
   *
   * `GET /admin/doctors/count`, administradores.
   */
  readonly countDoctors: Query<Call<AdminCountDoctorsArgs> | void, DoctorCount>;
  /**
   * Médicos, por nombre
   *
   * `GET /admin/doctors`, administradores.
   */
  readonly listDoctors: ListQuery<Call<AdminListDoctorsArgs> | void, Doctor>;
  /**
   * Crear un médico con su cuenta
   *
   * `POST /admin/doctors`, administradores.
   */
  readonly createDoctor: Mutation<AdminCreateDoctorArgs, Doctor>;
  /**
   * Cambiar un médico
   *
   * `PATCH /admin/doctors/:id`, administradores.
   */
  readonly updateDoctor: Mutation<AdminUpdateDoctorArgs, Doctor>;
  /**
   * Eliminar un médico con todo lo suyo
   *
   * `DELETE /admin/doctors/:id`, administradores.
   */
  readonly removeDoctor: Mutation<AdminRemoveDoctorArgs, undefined>;
  /**
   * Usuarios inactivos, el más reciente primero
   *
   * `GET /admin/users/inactive`, administradores.
   */
  readonly listInactiveUsers: ListQuery<Call<AdminListInactiveUsersArgs> | void, AdminUser>;
  /**
   * Usuarios suspendidos, el más reciente primero
   *
   * `GET /admin/users/suspended`, administradores.
   */
  readonly listSuspendedUsers: ListQuery<Call<AdminListSuspendedUsersArgs> | void, AdminUser>;
  /**
   * Administradores, el más reciente primero
   *
   * `GET /admin/users/admins`, administradores.
   */
  readonly listAdmins: ListQuery<Call<AdminListAdminsArgs> | void, AdminUser>;
  /**
   * Crear un administrador
   *
   * `POST /admin/users/admins`, administradores.
   */
  readonly createAdmin: Mutation<AdminCreateAdminArgs, User>;
  /**
   * Suspender o reactivar una cuenta
   *
   * `PATCH /admin/users/:id`, administradores.
   */
  readonly updateUser: Mutation<AdminUpdateUserArgs, AdminUser>;
  /**
   * Las sesiones abiertas de un usuario
   *
   * `GET /admin/users/:id/sessions`, administradores.
   */
  readonly userSessions: Query<Call<AdminUserSessionsArgs>, Session[]>;
  /**
   * Cerrar todas las sesiones de un usuario
   *
   * `DELETE /admin/users/:id/sessions`, administradores.
   */
  readonly endUserSessions: Mutation<AdminEndUserSessionsArgs, EndedSessions>;
  /**
   * Enviar al usuario un enlace para cambiar la contraseña
   *
   * `POST /admin/users/:id/password-reset`, administradores.
   */
  readonly sendPasswordReset: Mutation<AdminSendPasswordResetArgs, Ok>;
  /**
   * Eliminar un usuario con todo lo suyo
   *
   * `DELETE /admin/users/:id`, administradores.
   */
  readonly removeUser: Mutation<AdminRemoveUserArgs, undefined>;
  /**
   * Los números del tablero
   *
   * `GET /admin/metrics`, administradores.
   */
  readonly metrics: Query<void, Metrics>;
  /**
   * Los últimos pagos
   *
   * `GET /admin/overview/recent-payments`, administradores.
   */
  readonly recentPayments: Query<Call<AdminRecentPaymentsArgs> | void, RecentPayment[]>;
  /**
   * Médicos con una suscripción activa, propia o de su hospital; la que vence antes, primero
   *
   * `GET /admin/overview/active-users-subs`, administradores.
   */
  readonly activeUserSubscriptions: ListQuery<Call<AdminActiveUserSubscriptionsArgs> | void, ActiveUserSubscription>;
  /**
   * Suscripción y pagos de cada hospital, por nombre
   *
   * `GET /admin/overview/hospitals-billing`, administradores.
   */
  readonly hospitalsBilling: ListQuery<Call<AdminHospitalsBillingArgs> | void, HospitalBilling>;
  /**
   * Quién hizo qué con cada registro, lo más reciente primero
   *
   * `GET /admin/audit/clinical`, administradores.
   */
  readonly clinicalAudit: ListQuery<Call<AdminClinicalAuditArgs> | void, AuditEntry>;
}

export interface PatientsQueries {
  /** The beginning of every key of this domain. */
  readonly all: Key;
  /**
   * Pacientes, el más reciente primero
   *
   * `GET /patients`, médicos y administradores.
   */
  readonly list: ListQuery<Call<PatientsListArgs> | void, Patient>;
  /**
   * Crear un paciente
   *
   * `POST /patients`, médicos.
   */
  readonly create: Mutation<PatientsCreateArgs, Patient>;
  /**
   * Un paciente
   *
   * `GET /patients/:id`, médicos y administradores.
   */
  readonly get: Query<Call<PatientsGetArgs>, Patient>;
  /**
   * Cambiar un paciente
   *
   * `PATCH /patients/:id`, médicos y administradores.
   */
  readonly update: Mutation<PatientsUpdateArgs, Patient>;
  /**
   * Eliminar un paciente
   *
   * `DELETE /patients/:id`, médicos y administradores.
   */
  readonly remove: Mutation<PatientsRemoveArgs, undefined>;
  /**
   * Notas de un paciente, la más reciente primero
   *
   * `GET /patients/:id/notes`, médicos y administradores.
   */
  readonly listNotes: ListQuery<Call<PatientsListNotesArgs>, ClinicalNote>;
  /**
   * Agregar una nota
   *
   * `POST /patients/:id/notes`, médicos.
   */
  readonly createNote: Mutation<PatientsCreateNoteArgs, ClinicalNote>;
  /**
   * Cambiar una nota
   *
   * `PATCH /patients/:id/notes/:note_id`, médicos y administradores.
   */
  readonly updateNote: Mutation<PatientsUpdateNoteArgs, ClinicalNote>;
  /**
   * Eliminar una nota
   *
   * `DELETE /patients/:id/notes/:note_id`, médicos y administradores.
   */
  readonly removeNote: Mutation<PatientsRemoveNoteArgs, undefined>;
}

export interface StudiesQueries {
  /** The beginning of every key of this domain. */
  readonly all: Key;
  /**
   * Estudios, el más reciente primero
   *
   * `GET /studies`, médicos y administradores.
   */
  readonly list: ListQuery<Call<StudiesListArgs> | void, Study>;
  /**
   * Registrar un estudio
   *
   * `POST /studies`, médicos y administradores.
   */
  readonly create: Mutation<StudiesCreateArgs, Study>;
  /**
   * Un estudio
   *
   * `GET /studies/:id`, médicos y administradores.
   */
  readonly get: Query<Call<StudiesGetArgs>, Study>;
  /**
   * Cambiar un estudio
   *
   * `PATCH /studies/:id`, médicos y administradores.
   */
  readonly update: Mutation<StudiesUpdateArgs, Study>;
  /**
   * Eliminar un estudio
   *
   * `DELETE /studies/:id`, médicos y administradores.
   */
  readonly remove: Mutation<StudiesRemoveArgs, undefined>;
}

export interface VisorQueries {
  /** The beginning of every key of this domain. */
  readonly all: Key;
  /**
   * Guardar un estado del visor
   *
   * `POST /visor/states`, médicos y administradores.
   */
  readonly create: Mutation<VisorCreateArgs, ViewerState>;
  /**
   * Estados del visor, el más reciente primero
   *
   * `GET /visor/states`, médicos y administradores.
   */
  readonly list: ListQuery<Call<VisorListArgs> | void, ViewerState>;
  /**
   * Un estado del visor
   *
   * `GET /visor/states/:id`, médicos y administradores.
   */
  readonly get: Query<Call<VisorGetArgs>, ViewerState>;
  /**
   * Cambiar un estado del visor
   *
   * `PATCH /visor/states/:id`, médicos y administradores.
   */
  readonly update: Mutation<VisorUpdateArgs, ViewerState>;
  /**
   * Eliminar un estado del visor
   *
   * `DELETE /visor/states/:id`, médicos y administradores.
   */
  readonly remove: Mutation<VisorRemoveArgs, undefined>;
}

export interface Som3dQueries {
  /** The beginning of every key of this domain. */
  readonly all: Key;
  /**
   * Subir un estudio
   *
   * `POST /som3d/jobs`, cualquier sesión.
   */
  readonly create: Mutation<Som3dCreateArgs, Job>;
  /**
   * Crear un trabajo de una subida reanudable
   *
   * `POST /som3d/jobs/from-upload`, cualquier sesión.
   */
  readonly createFromUpload: Mutation<Som3dCreateFromUploadArgs, Job>;
  /**
   * Trabajos, el más reciente primero
   *
   * `GET /som3d/jobs`, cualquier sesión.
   */
  readonly list: ListQuery<Call<Som3dListArgs> | void, Job>;
  /**
   * Los trabajos propios, también los de un administrador
   *
   * `GET /som3d/jobs/mine`, cualquier sesión.
   */
  readonly mine: ListQuery<Call<Som3dMineArgs> | void, Job>;
  /**
   * Todos los trabajos, con su dueño
   *
   * `GET /som3d/jobs/tracking`, administradores.
   */
  readonly tracking: ListQuery<Call<Som3dTrackingArgs> | void, TrackedJob>;
  /**
   * Los trabajos propios, con su dueño
   *
   * `GET /som3d/jobs/tracking/mine`, cualquier sesión.
   */
  readonly trackingMine: ListQuery<Call<Som3dTrackingMineArgs> | void, TrackedJob>;
  /**
   * Un trabajo
   *
   * `GET /som3d/jobs/:id`, cualquier sesión.
   */
  readonly get: Query<Call<Som3dGetArgs>, Job>;
  /**
   * Avance de un trabajo
   *
   * `GET /som3d/jobs/:id/progress`, cualquier sesión.
   */
  readonly progress: Query<Call<Som3dProgressArgs>, JobProgress>;
  /**
   * Registro de un trabajo
   *
   * `GET /som3d/jobs/:id/log`, cualquier sesión.
   */
  readonly log: Query<Call<Som3dLogArgs>, JobLog>;
  /**
   * Registro de un trabajo como texto
   *
   * `GET /som3d/jobs/:id/log/raw`, cualquier sesión.
   */
  readonly logText: Query<Call<Som3dLogTextArgs>, string>;
  /**
   * Lo que el visor necesita para abrir un trabajo donde se dejó
   *
   * `GET /som3d/jobs/:id/state-context`, cualquier sesión.
   */
  readonly stateContext: Query<Call<Som3dStateContextArgs>, JobStateContext>;
  /**
   * Los modelos de un trabajo
   *
   * `GET /som3d/jobs/:id/stls`, cualquier sesión.
   */
  readonly stls: Query<Call<Som3dStlsArgs>, JobStls>;
  /**
   * URL firmada del resultado
   *
   * `GET /som3d/jobs/:id/result`, cualquier sesión.
   */
  readonly result: Query<Call<Som3dResultArgs>, JobResult>;
  /**
   * Registrar el resultado de un paciente
   *
   * `POST /som3d/jobs/:id/finalize`, cualquier sesión.
   */
  readonly finalize: Mutation<Som3dFinalizeArgs, JobStl>;
  /**
   * Cancelar un trabajo
   *
   * `DELETE /som3d/jobs/:id`, cualquier sesión.
   */
  readonly cancel: Mutation<Som3dCancelArgs, Job>;
  /**
   * Cambiar el nombre o el paciente de un trabajo
   *
   * `PATCH /som3d/jobs/:id`, cualquier sesión.
   */
  readonly update: Mutation<Som3dUpdateArgs, Job>;
  /**
   * Eliminar un trabajo que terminó
   *
   * `DELETE /som3d/jobs/:id/record`, cualquier sesión.
   */
  readonly remove: Mutation<Som3dRemoveArgs, undefined>;
  /**
   * Adelantar o atrasar un trabajo en cola
   *
   * `PATCH /som3d/jobs/:id/priority`, administradores.
   */
  readonly prioritize: Mutation<Som3dPrioritizeArgs, Job>;
  /**
   * Cambiar las notas de un resultado
   *
   * `PATCH /som3d/jobstl/:id/notes`, cualquier sesión.
   */
  readonly updateResultNotes: Mutation<Som3dUpdateResultNotesArgs, JobStl>;
  /**
   * Eliminar un resultado
   *
   * `DELETE /som3d/jobstl/:id`, cualquier sesión.
   */
  readonly removeResult: Mutation<Som3dRemoveResultArgs, undefined>;
  /**
   * Resultados 3D con su paciente, el más reciente primero
   *
   * `GET /som3d/patients-with-stl`, cualquier sesión.
   */
  readonly patientsWithStl: ListQuery<Call<Som3dPatientsWithStlArgs> | void, PatientWithStl>;
}

export interface UploadsQueries {
  /** The beginning of every key of this domain. */
  readonly all: Key;
  /**
   * Empezar una subida reanudable
   *
   * `POST /som3d/uploads`, cualquier sesión.
   */
  readonly create: Mutation<UploadsCreateArgs, undefined>;
  /**
   * Cuánto llegó de una subida
   *
   * `GET /som3d/uploads/:id`, cualquier sesión.
   */
  readonly get: Query<Call<UploadsGetArgs>, Upload>;
  /**
   * Enviar bytes de una subida
   *
   * `PATCH /som3d/uploads/:id`, cualquier sesión.
   */
  readonly append: Mutation<UploadsAppendArgs, undefined>;
  /**
   * Abandonar una subida
   *
   * `DELETE /som3d/uploads/:id`, cualquier sesión.
   */
  readonly remove: Mutation<UploadsRemoveArgs, undefined>;
}

export interface UsageQueries {
  /** The beginning of every key of this domain. */
  readonly all: Key;
  /**
   * Uso y límites de la cuenta propia
   *
   * `GET /auth/me/usage`, cualquier sesión.
   */
  readonly mine: Query<void, Usage>;
}

export interface MessagesQueries {
  /** The beginning of every key of this domain. */
  readonly all: Key;
  /**
   * Reportar un error o una sugerencia
   *
   * `POST /mensajes/`, médicos.
   */
  readonly create: Mutation<MessagesCreateArgs, Message>;
  /**
   * Mensajes propios, el más reciente primero
   *
   * `GET /mensajes/`, médicos.
   */
  readonly list: ListQuery<Call<MessagesListArgs> | void, Message>;
  /**
   * Mensajes de todos, el más reciente primero
   *
   * `GET /mensajes/admin/inbox`, administradores.
   */
  readonly inbox: ListQuery<Call<MessagesInboxArgs> | void, InboxMessage>;
  /**
   * Historia de un mensaje, lo más reciente primero
   *
   * `GET /mensajes/admin/inbox/:id/events`, administradores.
   */
  readonly events: Query<
    Call<MessagesEventsArgs>,
    {
      items: MessageEvent[];
    }
  >;
  /**
   * Atender un mensaje: leerlo, asignarlo, responderlo, cambiar su estado
   *
   * `PATCH /mensajes/admin/inbox/:id`, administradores.
   */
  readonly update: Mutation<
    MessagesUpdateArgs,
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
  >;
  /**
   * Marcar como leída, o no leída, la respuesta de un mensaje propio
   *
   * `PUT /mensajes/:id/leido`, médicos.
   */
  readonly markRead: Mutation<
    MessagesMarkReadArgs,
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
  >;
}

export interface MonitoringQueries {
  /** The beginning of every key of this domain. */
  readonly all: Key;
  /**
   * Métricas para Prometheus
   *
   * `GET /metrics`, sin sesión.
   */
  readonly metrics: Query<void, string>;
}

export interface EpaycoQueries {
  /** The beginning of every key of this domain. */
  readonly all: Key;
  /**
   * Confirmación de un pago (la llama la pasarela)
   *
   * `POST /epayco/confirmation`, sin sesión.
   */
  readonly confirm: Mutation<EpaycoConfirmArgs, ConfirmationAnswer>;
  /**
   * Confirmación de un pago por GET (la llama la pasarela)
   *
   * `GET /epayco/confirmation`, sin sesión.
   */
  readonly confirmByGet: Mutation<EpaycoConfirmByGetArgs | void, ConfirmationAnswer>;
  /**
   * Lo que la pasarela dice de un pago
   *
   * `GET /epayco/validate`, sin sesión.
   */
  readonly validate: Query<Call<EpaycoValidateArgs>, PaymentValidation>;
  /**
   * Confirmaciones recibidas, la más reciente primero
   *
   * `GET /admin/epayco/events`, administradores.
   */
  readonly listEvents: ListQuery<Call<EpaycoListEventsArgs> | void, PaymentEvent>;
  /**
   * Una confirmación con los valores que llegaron
   *
   * `GET /admin/epayco/events/:id`, administradores.
   */
  readonly getEvent: Query<Call<EpaycoGetEventArgs>, PaymentEventDetail>;
  /**
   * Procesar de nuevo una confirmación
   *
   * `POST /admin/epayco/events/:id/retry`, administradores.
   */
  readonly retryEvent: Mutation<EpaycoRetryEventArgs, PaymentEvent>;
  /**
   * Aceptar como real un pago aprobado que espera esa decisión
   *
   * `POST /admin/epayco/events/:id/accept`, administradores.
   */
  readonly acceptEvent: Mutation<EpaycoAcceptEventArgs, PaymentEvent>;
  /**
   * Registrar la referencia de un pago cuya confirmación no llegó
   *
   * `POST /admin/epayco/references`, administradores.
   */
  readonly enterReference: Mutation<EpaycoEnterReferenceArgs, PaymentEvent>;
  /**
   * Facturas emitidas, la más reciente primero
   *
   * `GET /admin/epayco/checkouts`, administradores.
   */
  readonly listCheckouts: ListQuery<Call<EpaycoListCheckoutsArgs> | void, PaymentCheckout>;
  /**
   * Preguntar ahora a la pasarela por una factura abierta y aplicar lo que responda
   *
   * `POST /admin/epayco/checkouts/:id/settle`, administradores.
   */
  readonly settleCheckout: Mutation<EpaycoSettleCheckoutArgs, PaymentCheckout>;
}

export interface WorkersQueries {
  /** The beginning of every key of this domain. */
  readonly all: Key;
  /**
   * Motores de segmentación y aceleradores de los procesos de conversión
   *
   * `GET /admin/gpu-check`, administradores.
   */
  readonly gpuCheck: Query<void, GpuCheck>;
  /**
   * Motores de segmentación y aceleradores de los procesos de conversión
   *
   * `GET /som3d/admin/gpu-check`, administradores.
   */
  readonly som3dGpuCheck: Query<void, GpuCheck>;
}

/** The options of TanStack Query for every route. */
export interface Queries {
  /** The beginning of every key. */
  readonly all: Key;
  readonly health: HealthQueries;
  readonly auth: AuthQueries;
  readonly plans: PlansQueries;
  readonly subscriptions: SubscriptionsQueries;
  readonly hospitals: HospitalsQueries;
  readonly admin: AdminQueries;
  readonly patients: PatientsQueries;
  readonly studies: StudiesQueries;
  readonly visor: VisorQueries;
  readonly som3d: Som3dQueries;
  readonly uploads: UploadsQueries;
  readonly usage: UsageQueries;
  readonly messages: MessagesQueries;
  readonly monitoring: MonitoringQueries;
  readonly epayco: EpaycoQueries;
  readonly workers: WorkersQueries;
}
