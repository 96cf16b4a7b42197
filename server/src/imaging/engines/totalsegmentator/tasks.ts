import type { ResolvedRequest } from '../../request.ts';
import { ownThreshold, tissueNamed, type Tissue } from '../tissues.ts';

/** One run of the tool. */
export interface Task {
  name: string;
  /** Only these of its classes; all of them where empty. */
  classes: readonly string[];
}

export interface Plan {
  tasks: Task[];
  /** What is asked for and is a range of HU. */
  tissues: Tissue[];
  /** Extra tasks whose name can not be one. */
  refused: string[];
}

function range(count: number, name: (n: number) => string): string[] {
  return Array.from({ length: count }, (_, i) => name(i + 1));
}

/** Of the task `total`, what is bone. */
export const BONES: readonly string[] = [
  'skull',
  ...range(7, (n) => `vertebrae_C${n}`),
  ...range(12, (n) => `vertebrae_T${n}`),
  ...range(5, (n) => `vertebrae_L${n}`),
  'vertebrae_S1',
  'sacrum',
  'sternum',
  ...range(12, (n) => `rib_left_${n}`),
  ...range(12, (n) => `rib_right_${n}`),
  ...['clavicula', 'scapula', 'humerus', 'hip', 'femur'].flatMap((bone) => [`${bone}_left`, `${bone}_right`]),
];

const ORTHOPAEDICS: Task = { name: 'total', classes: BONES };
/** Some have capitals: `lung_vessels_LEGACY`. */
const TASK_NAME = /^[A-Za-z][A-Za-z0-9_]{1,63}$/;
/** A task of the tool and a built-in tissue have this name: the task is better at it. */
const PREFERRED_TASKS: ReadonlySet<string> = new Set(['teeth']);

/**
 * What to run for a request. An own threshold takes the place of bone, as in the built-in engine, and nothing asked
 * for means bone. Extra tasks that name a built-in tissue are that, others go to the tool as they are; a task that a flag asks for too is run once.
 */
export function planTasks(request: ResolvedRequest): Plan {
  const own = ownThreshold(request);
  const tasks = new Map<string, Task>();
  const add = (task: Task): void => {
    const known = tasks.get(task.name);
    // The whole of a task has its part.
    if (known === undefined || task.classes.length === 0) tasks.set(task.name, task);
  };
  if (own === null && request.enable_ortopedia) add(ORTHOPAEDICS);
  if (own === null && request.enable_appendicular) add({ name: 'appendicular_bones', classes: [] });
  if (own === null && request.enable_skull) add({ name: 'craniofacial_structures', classes: [] });
  if (request.enable_muscles) add({ name: 'thigh_shoulder_muscles', classes: [] });
  if (request.enable_hip_implant) add({ name: 'hip_implant', classes: [] });
  if (request.enable_teeth) add({ name: 'teeth', classes: [] });
  const tissues = new Set<Tissue>(own === null ? [] : [own]);
  const refused: string[] = [];
  for (const given of request.extraTasks.map((text) => text.trim()).filter((text) => text !== '')) {
    const tissue = PREFERRED_TASKS.has(given) ? undefined : tissueNamed(given);
    if (tissue !== undefined) tissues.add(tissue);
    else if (TASK_NAME.test(given)) add({ name: given, classes: [] });
    else refused.push(given);
  }
  if (tasks.size === 0 && tissues.size === 0) add(ORTHOPAEDICS);
  return { tasks: [...tasks.values()], tissues: [...tissues], refused };
}
