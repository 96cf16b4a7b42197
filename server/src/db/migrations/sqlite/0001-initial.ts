import type { Migration } from '../session.ts';
import { accounts } from './0001-initial/accounts.ts';
import { clinical } from './0001-initial/clinical.ts';
import { jobs } from './0001-initial/jobs.ts';
import { payments } from './0001-initial/payments.ts';
import { service } from './0001-initial/service.ts';

/** The first schema of an embedded database. */
export const initial: Migration = {
  name: '0001-initial',
  apply: async (_session, change) => {
    for (const statement of [accounts, payments, clinical, jobs, service].flat()) {
      // SQLite keeps the text of a definition; the schema comparison can read it when it is on one line
      await change(
        statement
          .replace(/\s*\n\s*/g, ' ')
          .replace(/\( (?=`)/, '(')
          .replace(/ \)$/, ')'),
      );
    }
  },
};
