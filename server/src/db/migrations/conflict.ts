/** Rows that a new rule of the database does not allow, and that have no single safe answer. */
export interface Conflict {
  readonly rule: string;
  /** The rows, by their keys. */
  readonly rows: string;
  /** How an operator settles it. */
  readonly remedy: string;
  /** Statements that settle it as the remedy says. A reader checks them before running them. */
  readonly sql: string;
}

/** Conflicts that the message prints whole. */
const IN_FULL = 20;

function printed({ rule, rows, remedy, sql }: Conflict): string {
  return `- ${rows}\n  rule: ${rule}\n  to settle: ${remedy}\n  ${sql}`;
}

/** How many conflicts of each rule are not printed. */
function remainder(conflicts: readonly Conflict[]): string[] {
  const counts = Map.groupBy(conflicts, ({ rule }) => rule);
  return [...counts].map(([rule, rows]) => `- and ${rows.length} more: ${rule}`);
}

/** The conflicts for an operator: the first twenty whole, of the others how many there are. */
export function printConflicts(conflicts: readonly Conflict[]): string {
  return [...conflicts.slice(0, IN_FULL).map(printed), ...remainder(conflicts.slice(IN_FULL))].join('\n');
}

/** The migration changed nothing: an operator settles these rows and migrates again. */
export class MigrationConflictError extends Error {
  override readonly name = 'MigrationConflictError';
  readonly conflicts: readonly Conflict[];

  constructor(conflicts: readonly Conflict[]) {
    super(`The migration did not change the database. These rows break a new rule:\n${printConflicts(conflicts)}`);
    this.conflicts = conflicts;
  }
}
