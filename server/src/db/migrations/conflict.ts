/** Rows that a new rule of the database can not be laid over. */
export interface Conflict {
  readonly rule: string;
  /** Which rows, by their keys. */
  readonly rows: string;
  /** How an operator settles it. */
  readonly remedy: string;
}

/** The database was left as it was: an operator has to settle these rows, and migrate again. */
export class MigrationConflictError extends Error {
  override readonly name = 'MigrationConflictError';
  readonly conflicts: readonly Conflict[];

  constructor(conflicts: readonly Conflict[]) {
    const lines = conflicts.map(({ rule, rows, remedy }) => `- ${rows}\n  rule: ${rule}\n  to settle: ${remedy}`);
    super(`The database was not changed. These rows break a rule that it is to keep:\n${lines.join('\n')}`);
    this.conflicts = conflicts;
  }
}
