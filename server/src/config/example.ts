import { GROUPS } from './config.ts';
import type { Variable } from './variable.ts';

/** Variables whose defaults depend on the machine: the example does not show the values of one machine. */
const OF_THE_MACHINE = new Set(['SOM3D_WORKER_THREADS']);

/** The text of `.env.example`: every variable with its meaning and its default. */
export function envExample(): string {
  const blocks = Object.entries(GROUPS).map(([group, variables]) => {
    const lines = Object.entries<Variable>(variables).map(([name, { schema, doc, example }]) => {
      const fallback = OF_THE_MACHINE.has(name)
        ? undefined
        : (schema.safeParse(undefined).data as string | number | boolean | undefined);
      return `# ${doc}\n${fallback === undefined ? `# ${name}=${example ?? ''}` : `${name}=${fallback}`}`;
    });
    return `## ${group}\n${lines.join('\n')}`;
  });
  return `# Every variable of the service. Copy this file to .env. An empty variable counts as absent.\n\n${blocks.join('\n\n')}\n`;
}
