import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { contract, routesOf, statusesOf, type NamedRoute } from '@som3d/contract';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** Folder in which the servers of this run keep what they have answered. */
    answersFolder: string;
  }
}

/** Statuses that one mechanism gives for all routes; they are tested there, not for each route. */
const GENERIC = new Set([400, 408, 413, 415, 500, 503]);

/** Statuses of a route that some test must have seen. */
function wanted({ route }: NamedRoute): number[] {
  return statusesOf(route).filter((status) => status in route.responses || !GENERIC.has(status));
}

/**
 * `GET /patients/:id (patients.get): 403` for every status that no test has seen.
 *
 * @param folder where this run's servers have kept their answers
 */
function unseenAnswers(folder: string): string[] {
  const seen = new Set(
    readdirSync(folder).flatMap((name) => readFileSync(path.join(folder, name), 'utf8').split('\n')),
  );
  return routesOf(contract).flatMap((named) => {
    const line = `${named.route.method} ${named.route.path}`;
    const missing = wanted(named).filter((status) => !seen.has(`${line} ${status}`));
    return missing.length > 0 ? [`${line} (${named.name}): ${missing.join(', ')}`] : [];
  });
}

/** What `npm test` leaves out. The rest of the tests must still see every answer. */
const EVERY_CHANGE = ['!long'];

/** Whether a run takes at least what `npm test` takes. */
async function isWhole(vitest: TestProject['vitest']): Promise<boolean> {
  const { testNamePattern, tagsFilter = EVERY_CHANGE } = vitest.config;
  const files = await vitest.globTestSpecifications();
  return (
    !testNamePattern &&
    isDeepStrictEqual(tagsFilter, EVERY_CHANGE) &&
    vitest.state.getTestModules().length === files.length
  );
}

/**
 * Walks the contract once the whole suite has run: a route that no test has called, or that has not given every status
 * it declares, fails the run. A run of a part of the suite is left alone.
 */
export default (project: TestProject): (() => Promise<void>) => {
  const { vitest } = project;
  const folder = mkdtempSync(path.join(tmpdir(), 'som3d-answers-'));
  project.provide('answersFolder', folder);
  return async () => {
    const whole = await isWhole(vitest);
    const unseen = whole ? unseenAnswers(folder) : [];
    rmSync(folder, { recursive: true, force: true });
    if (unseen.length > 0)
      throw new Error(`the contract promises answers that no test has seen:\n  ${unseen.join('\n  ')}`);
    if (whole) console.log('contract: every route has given every status it declares');
  };
};
