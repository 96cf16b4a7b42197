import { defineTexts } from '../texts.ts';

export const sessionTexts = defineTexts(
  {
    signIn: 'Ingresar',
    signInTitle: 'Ingrese a SOM3D',
    email: 'Correo',
    password: 'Contraseña',
    secondFactor: 'Código de su aplicación, o de recuperación',
    forgot: 'Olvidé mi contraseña',
    register: 'Crear una cuenta',
    noAccount: '¿Aún no tiene cuenta?',
  },
  {
    signIn: 'Sign in',
    signInTitle: 'Sign in to SOM3D',
    email: 'E-mail',
    password: 'Password',
    secondFactor: 'Code of your app, or a recovery code',
    forgot: 'I forgot my password',
    register: 'Create an account',
    noAccount: 'No account yet?',
  },
);
