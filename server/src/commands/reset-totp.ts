import { Command } from 'commander';
import { Usuario } from '../db/entities/auth.entity.ts';
import { FOR_UPDATE } from '../db/locks/rows.ts';
import { inTransaction } from '../db/transaction.ts';
import { secondFactorOffMail } from '../domains/auth/mails.ts';
import { clearSecondFactor } from '../domains/auth/second-factor.ts';
import { endAccessOf } from '../domains/auth/sessions.ts';
import { enqueueMail } from '../domains/mail/outbox.ts';
import { withDatabase } from './database.ts';
import { say } from './say.ts';
import { UsageError } from './usage.ts';

export function resetTotpCommand(): Command {
  return new Command('reset-totp')
    .description(
      'Take the second factor of an account away, when its owner has lost it. Ends its sessions; its owner gets a mail.',
    )
    .requiredOption('--correo <address>', 'e-mail address of the account')
    .action(async ({ correo }: { correo: string }) => {
      await withDatabase(async (orm) => {
        await inTransaction(orm.em, async (em) => {
          const user = await em.findOne(Usuario, { correo: correo.trim().toLowerCase() }, FOR_UPDATE);
          if (!user) throw new UsageError(`${correo} has no account.`);
          if (!clearSecondFactor(em, user)) throw new UsageError(`${correo} has no second factor.`);
          await em.flush();
          const now = new Date();
          await endAccessOf(em, user.id_usuario, now);
          await enqueueMail(em, secondFactorOffMail(user.correo), now);
        });
        say(`The second factor of ${correo} is gone. Its owner signs in with the password alone.`);
      });
    });
}
