import { defineTexts } from '../texts.ts';

export const formTexts = defineTexts(
  {
    missing: 'Este dato es necesario.',
    email: 'Escriba un correo válido, por ejemplo nombre@hospital.co.',
    invalid: 'Este valor no es válido.',
    tooShort: (least: number) => `Escriba al menos ${least} caracteres.`,
    range: 'Este valor está fuera de lo permitido.',
    optional: 'opcional',
    show: 'Mostrar',
    hide: 'Ocultar',
  },
  {
    missing: 'This is needed.',
    email: 'Write a valid address, for example name@hospital.co.',
    invalid: 'This value is not valid.',
    tooShort: (least: number) => `Write at least ${least} characters.`,
    range: 'This value is outside of what is allowed.',
    optional: 'optional',
    show: 'Show',
    hide: 'Hide',
  },
);
