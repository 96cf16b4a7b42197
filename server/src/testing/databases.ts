export { DumpError } from '../db/dump/errors.ts';
export { type Statement, StatementSplitter } from '../db/dump/splitter.ts';
export { isLockError, isTransientError, uniqueViolation } from '../db/errors.ts';
export { migrate, MigrationConflictError, type MigrationLog, pendingMigrations } from '../db/migrate.ts';
export { type Database, kysely, openOrm, type OrmOptions, toInstant } from '../db/orm.ts';
export { inTransaction } from '../db/transaction.ts';
export { seedDemo } from '../setup/seeds.ts';
