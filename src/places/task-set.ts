import {
  type AnyFlow,
  type AnyTask,
  type Demands,
  type FlowDefinition,
  type FlowNote,
  flowDefinitionOf,
  type Listed,
  type RequiredKeys,
  type Resolve,
  retryDefinitionOf,
  type SentenceText,
  type ServicesIn,
  type ServicesOf,
  type TaskDefinition,
  taskDefinitionOf,
} from '../authoring/index.js';
import type { Codec } from '../model/codec/codec.js';
import { inWords } from '../model/in-words.js';
import { guardedCalls } from '../model/telemetry/guarded.js';
import type { CallTelemetry } from '../model/telemetry/telemetry.js';
import type { PlacePort } from './protocol.js';
import { serve } from './serve.js';
import type { TaskSetDefinition } from './task-set-definition.js';

/** What every task set can have beside its tasks. */
interface PlaceOptions<Services> {
  /**
   * By which engines on other machines find the workers that have these tasks: `remote({ tasks })`. Up to 100 letters,
   * digits, and `. _ -`. Default: `tasks`.
   */
  readonly name?: string;
  /**
   * Called when the place ends as it should: to close connections, for example. Not when it is killed or dies. What it throws is not
   * heard of, and after 3 seconds it is not waited for.
   */
  readonly close?: (services: Services) => unknown;
  /** Makes the instances of classes, as the app's `resolve` does in its process. */
  readonly resolve?: Resolve;
  /** The app's codec, where that has one of its own. */
  readonly codec?: Codec;
  /**
   * Traces the calls that are made in the place, as parts of the runs that they belong to: `openTelemetry()` of `flowproof/opentelemetry`, made
   * there. What it throws is ignored. Default: none.
   */
  readonly telemetry?: CallTelemetry;
}

/** `services` may be left out where no task reads any. Called once in each place, before its first call. */
type ServicesOption<Services, Needed> = {} extends Needed
  ? { readonly services?: () => Services | Promise<Services> }
  : {
      readonly services: () =>
        | (Services & Needed & FlowNote<UnmadeService<RequiredKeys<Needed>>>)
        | Promise<Services & Needed & FlowNote<UnmadeService<RequiredKeys<Needed>>>>;
    };
/** Shown by TypeScript, which refuses by itself what lacks a service. */
type UnmadeService<Names> = SentenceText<'UNMADE_SERVICE', { service: Listed<Names> }>;

/** The tasks that may be called in a place: these, or all of these flows. */
export type TaskSetOptions<Tasks extends readonly AnyTask[], Flows extends readonly AnyFlow[], Services> =
  | ({ readonly tasks: Tasks; readonly flows?: never } & PlaceOptions<Services> & ServicesOption<Services, NeededByTasks<Tasks>>)
  | ({ readonly flows: Flows; readonly tasks?: never } & PlaceOptions<Services> & ServicesOption<Services, NeededByFlows<Flows>>);

type Intersected<Union> = (Union extends unknown ? (one: Union) => void : never) extends (all: infer All) => void ? All : {};
type NeededByTasks<Tasks extends readonly AnyTask[]> = Intersected<{ [Index in keyof Tasks]: ServicesIn<Demands<Tasks[Index]>> }[number]>;
type NeededByFlows<Flows extends readonly AnyFlow[]> = Intersected<{ [Index in keyof Flows]: ServicesOf<Flows[Index]> }[number]>;

/**
 * The tasks that a place may be asked to call, with the services that they have there.
 *
 * @typeParam Services what `services` gives
 */
export interface TaskSet<out Services> {
  readonly '~flowproof': {
    readonly kind: 'taskSet';
    /** Called by the place that has imported the module. */
    readonly serve: (port: PlacePort) => Promise<void>;
    /** For whoever makes its calls in a way of its own. */
    readonly definition: TaskSetDefinition;
    /** Never there: carries the types. */
    readonly types?: { readonly services: Services };
  };
}

/**
 * The services that the task set of a module brings.
 *
 * @typeParam Module `typeof import('./tasks.js')`
 */
export type OffersOf<Module> = Module extends { readonly default: infer Exported }
  ? Exported extends Bringing<infer Services>
    ? Services
    : OffersOf<Exported>
  : {};
/** What is read of a task set, which may be one of another version of this package. */
interface Bringing<out Services> {
  readonly '~flowproof': { readonly kind: 'taskSet'; readonly types?: { readonly services: Services } };
}

/**
 * The default export of a module whose tasks are called in threads or processes: {@link threads}. It lists what may be called
 * there, and makes the services that the tasks have there: those of the app stay in its process. Importing the module elsewhere,
 * as whoever writes a flow of its tasks does, makes nothing.
 *
 * @throws TypeError when something listed is no task or flow, an option is unknown, two tasks have one name, or `services` or `close` is no function
 *
 * @example
 * ```ts
 * import { defineTask, taskSet } from 'flowproof';
 *
 * export const countWords = defineTask({
 *   name: 'countWords',
 *   requires: ['text'],
 *   provides: ['words'],
 *   execute: async ({ text }: { text: string }) => ({ words: text.split(/\s+/).length }),
 * });
 *
 * export default taskSet({ tasks: [countWords] });
 * ```
 */
export function taskSet<
  // `[]` lets lists be tuples, also where they spread others, as in [...drawing, ...printing]: `const` would refuse those.
  Tasks extends readonly AnyTask[] | [] = [],
  Flows extends readonly AnyFlow[] | [] = [],
  Services extends object = {},
>(options: TaskSetOptions<Tasks, Flows, Services>): TaskSet<Services> {
  const { name = DEFAULT_NAME, services, close, resolve, codec, telemetry } = (options ?? {}) as unknown as Partial<TaskSetDefinition>;
  if (typeof name !== 'string' || !NAME.test(name))
    throw new TypeError(`taskSet({ name }) is ${inWords(name)}: give up to 100 letters, digits, and . _ -`);
  const unknown = Object.keys(options ?? {}).find((option) => !KNOWN.includes(option));
  if (unknown !== undefined) throw new TypeError(`taskSet() has no option '${unknown}': it takes ${KNOWN.join(', ')}`);
  for (const [name, given] of Object.entries({ services, close, resolve })) {
    if (given !== undefined && typeof given !== 'function')
      throw new TypeError(`taskSet({ ${name} }) is ${inWords(given)}: give a function`);
  }
  if (telemetry !== undefined && typeof telemetry?.call !== 'function')
    throw new TypeError(`taskSet({ telemetry }) is ${inWords(telemetry)}: give what openTelemetry() makes`);
  const traced = telemetry === undefined ? {} : { telemetry: guardedCalls(telemetry) };
  const definition: TaskSetDefinition = { name, tasks: listed(options ?? {}), services, close, resolve, codec, ...traced };
  return { '~flowproof': { kind: 'taskSet', serve: (port) => serve(definition, port), definition } };
}

/** Of a task set, where it is given none. */
export const DEFAULT_NAME = 'tasks';

const NAME = /^[\w.-]{1,100}$/;

function listed({ tasks = [], flows = [] }: { readonly tasks?: readonly unknown[]; readonly flows?: readonly unknown[] }) {
  for (const [name, given] of Object.entries({ tasks, flows })) {
    if (!Array.isArray(given)) throw new TypeError(`taskSet({ ${name} }) is ${inWords(given)}: give a list`);
  }
  const found = new Map<string, TaskDefinition>();
  for (const given of tasks) {
    const task = taskDefinitionOf(given);
    if (task === undefined)
      throw new TypeError(
        `taskSet({ tasks }) lists ${inWords(given)}: ${isRetry(given) ? NO_RETRIES : 'list classes with @Task, and what defineTask made'}`,
      );
    add(found, task);
  }
  for (const given of flows) {
    const flow = flowDefinitionOf(given);
    if (flow === undefined) throw new TypeError(`taskSet({ flows }) lists ${inWords(given)}: list what .build() returned`);
    for (const task of tasksIn(flow)) add(found, task);
  }
  if (found.size === 0) throw new TypeError('taskSet() has no tasks: list some as tasks or flows');
  return found;
}

const KNOWN = ['name', 'tasks', 'flows', 'services', 'close', 'resolve', 'codec', 'telemetry'];
const NO_RETRIES = 'it is a retry, and what decides is called in the process of the app: list tasks only';

function isRetry(given: unknown): boolean {
  const retry = retryDefinitionOf(given);
  return retry.kind !== 'custom' || retry.lacksOnFailure !== true;
}

function add(found: Map<string, TaskDefinition>, task: TaskDefinition): void {
  const other = found.get(task.name);
  if (other !== undefined && other !== task)
    throw new TypeError(`taskSet() has two tasks of the name '${task.name}': give one another name`);
  found.set(task.name, task);
}

/** Waits are not called, there or anywhere. */
function tasksIn({ nodes }: FlowDefinition): readonly TaskDefinition[] {
  return nodes.flatMap(({ node }) =>
    node.kind === 'task' ? (node.wait === undefined ? [node] : []) : node.kind === 'flow' ? tasksIn(node) : [],
  );
}
