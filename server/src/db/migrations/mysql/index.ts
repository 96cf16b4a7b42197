import type { Migration } from '../session.ts';
import { adopt } from './0001-adopt.ts';
import { jobPauses } from './0002-job-pauses.ts';
import { accountSafety } from './0003-account-safety.ts';
import { safekeeping } from './0004-safekeeping.ts';
import { paymentQuestions } from './0005-payment-questions.ts';
import { auditChain } from './0006-audit-chain.ts';
import { jobPreviews } from './0007-job-previews.ts';
import { mailTerms } from './0008-mail-terms.ts';
import { uploads } from './0009-uploads.ts';
import { acceptedTerms } from './0010-accepted-terms.ts';
import { secondFactor } from './0011-second-factor.ts';

/** In the order of their application. Never change a released migration; add a new one. */
export const migrations: readonly Migration[] = [
  adopt,
  jobPauses,
  accountSafety,
  safekeeping,
  paymentQuestions,
  auditChain,
  jobPreviews,
  mailTerms,
  uploads,
  acceptedTerms,
  secondFactor,
];
