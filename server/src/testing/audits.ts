export { AuditKeeper, readKeptHead } from '../domains/audit/keeper.ts';
export { verifyChain, type Verification } from '../db/audit/verify.ts';
