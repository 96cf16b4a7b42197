/** What the operator can mend: printed as a sentence, without a stack. */
export class UsageError extends Error {}
