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

export function resetLinkMail(to: string, link: string, minutes: number): OutgoingMail {
  return {
    kind: 'clave_enlace',
    to,
    subject: 'Cambie su contraseña de SOM3D',
    text: `Para elegir una contraseña nueva abra este enlace:\n\n${link}\n\nVence en ${spanOf(minutes)} y sirve una sola vez. Si usted no lo pidió, ignore este correo: su contraseña no cambia.${SIGNATURE}`,
  };
}

export function resetCodeMail(to: string, code: string, minutes: number): OutgoingMail {
  return {
    kind: 'clave_codigo',
    to,
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
