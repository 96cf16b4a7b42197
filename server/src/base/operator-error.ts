/** What the operator can mend, and has to: `message` is one sentence that says what is wrong, where, and what helps. */
export class OperatorError extends Error {}
