export * from './access.ts';
export * from './from-text.ts';
export * from './pagination.ts';
export * from './problem.ts';
export * as scalars from './scalars.ts';
