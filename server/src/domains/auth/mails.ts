import type { OutgoingMail } from '../mail/outbox.ts';

const SIGNATURE = '\n\nSOM3D\n';

/** Minutes as a person says them. */
function spanOf(minutes: number): string {
  if (minutes % 60 !== 0) return `${minutes} minutos`;
  return minutes === 60 ? 'una hora' : `${minutes / 60} horas`;
}

/** The mails of accounts, in Spanish. Codes and links stand in the body alone: subjects are shown on locked screens. */
export function registrationCodeMail(to: string, code: string, minutes: number): OutgoingMail {
  return {
    kind: 'registro_codigo',
    to,
    minutes,
    subject: 'Su código de registro en SOM3D',
    text: `Su código de registro es ${code}\n\nVence en ${spanOf(minutes)}. Si usted no lo pidió, ignore este correo.${SIGNATURE}`,
  };
}

/** For the owner of an account, when somebody registers with the same address. */
export function accountExistsMail(to: string): OutgoingMail {
  return {
    kind: 'registro_existente',
    to,
    subject: 'Su cuenta en SOM3D',
    text: `Alguien intentó registrarse en SOM3D con este correo, que ya tiene una cuenta.\n\nSi fue usted, inicie sesión; si olvidó su contraseña, pida cambiarla. Si no fue usted, ignore este correo.${SIGNATURE}`,
  };
}

/** For somebody whose address is like an account's but for accents. */
export function similarAddressMail(to: string): OutgoingMail {
  return {
    kind: 'registro_parecido',
    to,
    subject: 'Su registro en SOM3D',
    text: `Este correo no se puede registrar en SOM3D porque es casi igual al de otra cuenta. Escriba al soporte para crear la suya.\n\nSi usted no lo pidió, ignore este correo.${SIGNATURE}`,
  };
}

export function resetLinkMail(to: string, link: string, minutes: number): OutgoingMail {
  return {
    kind: 'clave_enlace',
    to,
    minutes,
    subject: 'Cambie su contraseña de SOM3D',
    text: `Para elegir una contraseña nueva abra este enlace:\n\n${link}\n\nVence en ${spanOf(minutes)} y sirve una sola vez. Si usted no lo pidió, ignore este correo: su contraseña no cambia.${SIGNATURE}`,
  };
}

export function resetCodeMail(to: string, code: string, minutes: number): OutgoingMail {
  return {
    kind: 'clave_codigo',
    to,
    minutes,
    subject: 'Su código para cambiar la contraseña de SOM3D',
    text: `Su código para cambiar la contraseña es ${code}\n\nVence en ${spanOf(minutes)}. No lo comparta con nadie. Si usted no lo pidió, ignore este correo: su contraseña no cambia.${SIGNATURE}`,
  };
}

export function passwordChangedMail(to: string): OutgoingMail {
  return {
    kind: 'clave_cambiada',
    to,
    subject: 'Su contraseña de SOM3D cambió',
    text: `La contraseña de su cuenta acaba de cambiar y todas las sesiones se cerraron.\n\nSi no fue usted, pida de inmediato una contraseña nueva y avise al soporte.${SIGNATURE}`,
  };
}

/** To the new address, which becomes the account's with this code. */
export function newAddressCodeMail(to: string, code: string, minutes: number): OutgoingMail {
  return {
    kind: 'correo_codigo',
    to,
    minutes,
    subject: 'Confirme su correo nuevo en SOM3D',
    text: `Su código para confirmar este correo es ${code}\n\nVence en ${spanOf(minutes)}. Si usted no lo pidió, ignore este correo: nada cambia.${SIGNATURE}`,
  };
}

/** To the present address, when another one was asked for. */
export function newAddressAskedMail(to: string): OutgoingMail {
  return {
    kind: 'correo_pedido',
    to,
    subject: 'Se pidió cambiar el correo de su cuenta de SOM3D',
    text: `Se pidió que su cuenta use otro correo. El cambio se hace cuando se confirme desde el correo nuevo.\n\nSi no fue usted, cambie de inmediato su contraseña: así el cambio queda sin efecto.${SIGNATURE}`,
  };
}

/** To the address that the account had. */
export function addressChangedMail(to: string): OutgoingMail {
  return {
    kind: 'correo_cambiado',
    to,
    subject: 'El correo de su cuenta de SOM3D cambió',
    text: `Su cuenta usa desde ahora otro correo, y este ya no sirve para ingresar.\n\nSi no fue usted, avise de inmediato al soporte.${SIGNATURE}`,
  };
}

/** To the address that an administrator gave the account. */
export function addressAssignedMail(to: string): OutgoingMail {
  return {
    kind: 'correo_asignado',
    to,
    subject: 'Este es ahora el correo de su cuenta de SOM3D',
    text: `Un administrador puso este correo en su cuenta. Desde ahora ingrese con él y con su contraseña de siempre.\n\nSi usted no tiene una cuenta en SOM3D, avise al soporte.${SIGNATURE}`,
  };
}

/** Once a day, to the owner of an account whose password somebody tries. @param at the present instant */
export function failedLoginsMail(to: string, id_usuario: number, at: Date): OutgoingMail {
  return {
    kind: 'ingresos_fallidos',
    to,
    subject: 'Intentos fallidos de ingresar a su cuenta de SOM3D',
    text: `Hubo varios intentos fallidos de ingresar a su cuenta con una contraseña errada.\n\nSi fue usted, no tiene que hacer nada. Si no fue usted, su cuenta sigue protegida: puede ingresar como siempre desde un equipo en el que ya ingresó.${SIGNATURE}`,
    dedupe_key: `ingresos_fallidos:${id_usuario}:${at.toISOString().slice(0, 10)}`,
  };
}

/** Once, when an account takes no more codes. */
export function failedCodesMail(to: string, minutes: number): OutgoingMail {
  return {
    kind: 'codigos_fallidos',
    to,
    subject: 'Códigos errados en su cuenta de SOM3D',
    text: `Se escribieron diez códigos errados para cambiar datos de su cuenta. Por unos días no se aceptan más códigos.\n\nPara cambiar su contraseña pida un enlace: llega a este correo, vence en ${spanOf(minutes)} y funciona como siempre. Si usted no pidió esos códigos, no tiene que hacer nada: su contraseña no cambió.${SIGNATURE}`,
  };
}

export function secondFactorOnMail(to: string): OutgoingMail {
  return {
    kind: 'segundo_factor_activado',
    to,
    subject: 'El segundo factor de su cuenta de SOM3D quedó activo',
    text: `Desde ahora su cuenta pide un código de su aplicación al ingresar.\n\nSi no fue usted, cambie de inmediato su contraseña y avise al soporte.${SIGNATURE}`,
  };
}

export function secondFactorOffMail(to: string): OutgoingMail {
  return {
    kind: 'segundo_factor_retirado',
    to,
    subject: 'Su cuenta de SOM3D ya no tiene segundo factor',
    text: `Se quitó el segundo factor: ahora basta la contraseña para ingresar a su cuenta.\n\nSi no fue usted, cambie de inmediato su contraseña y avise al soporte.${SIGNATURE}`,
  };
}

/** @param left recovery codes that are not used */
export function recoveryUsedMail(to: string, left: number): OutgoingMail {
  return {
    kind: 'codigo_recuperacion',
    to,
    subject: 'Se usó un código de recuperación de su cuenta de SOM3D',
    text: `Alguien se identificó en su cuenta con un código de recuperación. Quedan ${left}.\n\nSi no fue usted, cambie de inmediato su contraseña y avise al soporte.${SIGNATURE}`,
  };
}

/** When an administrator has ended what the owner had signed in with. */
export function sessionsEndedMail(to: string): OutgoingMail {
  return {
    kind: 'sesiones_cerradas',
    to,
    subject: 'Se cerraron las sesiones de su cuenta de SOM3D',
    text: `Un administrador cerró todas las sesiones de su cuenta. Para seguir, ingrese otra vez con su contraseña.\n\nSi tiene dudas, escriba al soporte.${SIGNATURE}`,
  };
}

export function accountSuspendedMail(to: string): OutgoingMail {
  return {
    kind: 'cuenta_suspendida',
    to,
    subject: 'Su cuenta de SOM3D fue suspendida',
    text: `Un administrador suspendió su cuenta y cerró sus sesiones. Sus datos se conservan.\n\nPara reactivarla, escriba al soporte.${SIGNATURE}`,
  };
}

export function accountResumedMail(to: string): OutgoingMail {
  return {
    kind: 'cuenta_reactivada',
    to,
    subject: 'Su cuenta de SOM3D fue reactivada',
    text: `Un administrador reactivó su cuenta. Puede ingresar como siempre.${SIGNATURE}`,
  };
}
