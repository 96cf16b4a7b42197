import { wrap } from '@mikro-orm/core';

/** An entity's columns as they are now: a copy, which later changes of the entity do not reach. */
export function recordOf(entity: object): Readonly<Record<string, unknown>> {
  return { ...wrap(entity).toPOJO() };
}
