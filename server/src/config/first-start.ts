import { z } from 'zod';
import { flag, variable } from './variable.ts';

export const FIRST_START = {
  SOM3D_DEMO: variable(flag(true), 'Embedded mode only: create the demo doctor, the administrator and a first case.'),
  SOM3D_DEMO_PASSWORD: variable(
    z.string().min(8).optional(),
    'Password of medico.demo@som3d.local. Without it the password is random and printed once.',
    '',
  ),
  SOM3D_ADMIN_PASSWORD: variable(
    z.string().min(8).optional(),
    'Password of admin@som3d.local. Without it the password is random and printed once.',
    '',
  ),
};
