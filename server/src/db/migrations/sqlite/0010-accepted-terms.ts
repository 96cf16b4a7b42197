import type { Migration } from '../session.ts';

/** Which terms an account has accepted, and when. */
export const acceptedTerms: Migration = {
  name: '0010-accepted-terms',
  apply: async (_session, change) => {
    await change('alter table `Usuario` add column `terms_version` text null');
    await change('alter table `Usuario` add column `terms_accepted_at` datetime null');
  },
};
