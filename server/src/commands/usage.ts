/** A fault that the operator can correct. Commands print its sentence, without a stack. */
export class UsageError extends Error {}
