import { text } from 'node:stream/consumers';
import { scalars } from '@som3d/contract';
import { Command } from 'commander';
import { z } from 'zod';
import { AppError } from '../base/errors.ts';
import { uniqueViolation } from '../db/errors.ts';
import { Usuario } from '../db/entities/auth.entity.ts';
import { isTaken } from '../domains/auth/accounts.ts';
import { refuseWeakPassword } from '../domains/auth/password-rules.ts';
import { hashPassword } from '../domains/auth/passwords.ts';
import { randomPassword } from '../setup/first-start.ts';
import { withDatabase } from './database.ts';
import { UsageError } from './usage.ts';

const Input = z.object({
  correo: scalars.correo.required,
  nombre: scalars.personName.required,
  apellido: scalars.personName.required,
  password: scalars.password,
});

interface Options {
  readonly correo: string;
  readonly nombre: string;
  readonly apellido: string;
  readonly passwordStdin?: boolean;
}

/** The password from standard input, without the line end that a shell adds. */
async function readPassword(): Promise<string> {
  return (await text(process.stdin)).replace(/\r?\n$/, '');
}

async function refuseUnusable(check: Promise<void>): Promise<void> {
  try {
    await check;
  } catch (error) {
    throw error instanceof AppError ? new UsageError(error.detail) : error;
  }
}

export function adminCommand(): Command {
  return new Command('create-admin')
    .description('Create an administrator. Without --password-stdin it prints a random password, once.')
    .requiredOption('--correo <address>', 'e-mail address to log in with')
    .option('--nombre <name>', 'first name', 'Administrador')
    .option('--apellido <name>', 'last name', 'Principal')
    .option('--password-stdin', 'read the password from standard input')
    .action(async ({ passwordStdin, ...options }: Options) => {
      const password = passwordStdin ? await readPassword() : randomPassword();
      const input = Input.safeParse({ ...options, password });
      if (!input.success) throw new UsageError(z.prettifyError(input.error));
      const { password: _, ...fields } = input.data;
      await refuseUnusable(refuseWeakPassword(password, fields, 'password'));
      await withDatabase(async (orm, config) => {
        const em = orm.em.fork();
        if (await isTaken(em, fields.correo)) throw new UsageError(`${fields.correo} has an account already`);
        const contrasena = await hashPassword(input.data.password, config);
        em.create(Usuario, { ...fields, contrasena, rol: 'ADMINISTRADOR', activo: true });
        await em.flush().catch((error: unknown) => {
          if (uniqueViolation(error) === 'uq_usuario_correo')
            throw new UsageError(`${fields.correo} has an account already.`);
          throw error;
        });
        process.stdout.write(`Administrator ${fields.correo} created.\n`);
        if (!passwordStdin) process.stdout.write(`Password (shown only now): ${password}\n`);
      });
    });
}
