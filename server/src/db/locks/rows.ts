import { LockMode } from '@mikro-orm/core';

/**
 * Holds the rows until the transaction ends, for a change. They are read again: what this entity manager has seen of
 * them before may be old.
 */
export const FOR_UPDATE = { lockMode: LockMode.PESSIMISTIC_WRITE, refresh: true } as const;

/** Holds the rows until the transaction ends, so that nobody removes what the caller is about to refer to. */
export const FOR_SHARE = { lockMode: LockMode.PESSIMISTIC_READ, refresh: true } as const;
