import { defineTexts } from '../texts.ts';

export const sessionTexts = defineTexts(
  {
    signIn: 'Ingresar',
    signInTitle: 'Ingrese a SOM3D',
    email: 'Correo',
    password: 'Contraseña',
    forgot: 'Olvidé mi contraseña',
    register: 'Crear una cuenta',
    noAccount: '¿Aún no tiene cuenta?',
  },
  {
    signIn: 'Sign in',
    signInTitle: 'Sign in to SOM3D',
    email: 'E-mail',
    password: 'Password',
    forgot: 'I forgot my password',
    register: 'Create an account',
    noAccount: 'No account yet?',
  },
);
