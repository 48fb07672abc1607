import type { TaskDefinition } from '../../authoring/index.js';
import type { Executor, ExecutorChoice, ExecutorParts } from '../../calls/index.js';
import { AppSlots, type Executors, SlotLoans, type SlottedExecutor } from '../../engine/index.js';
import { serial } from '../../executors/index.js';
import { inWords } from '../../model/in-words.js';
import type { Registry } from '../registry/registry.js';
import type { ServedExecutor } from './executor-life.js';
import { checkedExecutor } from './setting-values.js';

interface Chosen {
  readonly executor?: ExecutorChoice<unknown>;
  readonly executors?: Readonly<Record<string, ExecutorChoice<unknown>>>;
}

/** The executors of an app, and what lends their slots where one has only so many. */
export interface ExecutorSettings {
  readonly executors: Executors;
  readonly loans?: SlotLoans;
}

/** Makes the executors of an app. @throws TypeError when one is none, or makes none */
export function executorSettings({ executor = serial(), executors = {} }: Chosen, parts: ExecutorParts): ExecutorSettings {
  if (typeof executors !== 'object' || executors === null) {
    throw new TypeError(`executors is ${inWords(executors)}: give an object of executors by their names, such as { cpu: threads(…) }`);
  }
  const own = slotted(made('executor', executor, parts));
  const named = new Map(Object.entries(executors).map(([name, choice]) => [name, slotted(made(`executors.${name}`, choice, parts))]));
  const isBounded = [own, ...named.values()].some(({ slots }) => slots !== undefined);
  return { executors: { own, named }, ...(isBounded ? { loans: new SlotLoans() } : {}) };
}

/** Says of a name, or of the app's own executor, whether others can read what its calls are given. */
export function revealing({ executor, executors = {} }: Chosen): (runsOn: string | undefined) => boolean {
  return (runsOn) => (runsOn === undefined ? executor : (executors[runsOn] ?? executor))?.revealsSecrets === true;
}

function made(option: string, choice: ExecutorChoice<unknown>, parts: ExecutorParts): Executor {
  if (typeof (choice as Partial<ExecutorChoice> | null | undefined)?.make !== 'function') {
    throw new TypeError(`${option} is ${inWords(choice)}: give an executor, such as serial(), concurrent() or threads(…)`);
  }
  return checkedExecutor(choice.make(parts));
}

function slotted(executor: Executor): SlottedExecutor {
  const { limit } = executor.slots;
  return limit === undefined ? { executor } : { executor, slots: new AppSlots(limit) };
}

/** Each executor with the tasks that it calls: of those that flows made from data have, nothing is known yet. */
export function servedExecutors({ own, named }: Executors, { tasks }: Pick<Registry, 'tasks'>): readonly ServedExecutor[] {
  const served = [{ executor: own.executor, tasks: of(undefined) }];
  for (const [name, { executor }] of named) served.push({ executor, tasks: of(name) });
  return served;

  function of(name: string | undefined): readonly TaskDefinition[] {
    const wanted = tasks.filter(({ runsOn }) => (runsOn !== undefined && named.has(runsOn) ? runsOn : undefined) === name);
    return [...new Set(wanted.map(({ task }) => task))];
  }
}
