export * from './access.ts';
export { choice, clamped, filter, numeric, numericField, numericOrNull } from './from-text.ts';
export * from './pagination.ts';
export * from './problem.ts';
export * as scalars from './scalars.ts';
export { fields } from './fields.ts';
