import type { Phase } from '../model/states.js';

type Hook = ((context: object) => unknown) | undefined;

/** What has the methods of a task. */
export interface TaskInstance {
  execute(inputs: object, context: object): unknown;
  /** Absent where only hooks are called when the task is undone. */
  readonly revert?: (inputs: object, outcome: object, context: object) => unknown;
  readonly preExecute: Hook;
  readonly postExecute: Hook;
  readonly preRevert: Hook;
  readonly postRevert: Hook;
}

/** Thrown when what a task did is not known, although its code may have returned. */
export class Interruption {
  readonly #failure: unknown;

  constructor(failure: unknown) {
    this.#failure = failure;
  }

  /** Why, if it is one. Asked of whatever tasks throw, such as a proxy: it is not touched. */
  static of(thrown: unknown): { readonly failure: unknown } | undefined {
    return typeof thrown === 'object' && thrown !== null && #failure in thrown ? { failure: thrown.#failure } : undefined;
  }
}

/** Execute with its hooks: TaskFlow; no await for hooks that are not there. */
export function execute(instance: TaskInstance, inputs: object, context: object): unknown {
  const { preExecute, postExecute } = instance;
  if (preExecute === undefined && postExecute === undefined) return instance.execute(inputs, context);
  // It has done something, and must not count as a task that did nothing. TaskFlow ends its engine here.
  const afterwards = (failure: unknown) => new Interruption(failure);
  return around(instance, preExecute, () => instance.execute(inputs, context), postExecute, context, afterwards);
}

/** The same of revert: TaskFlow. */
export function revert(instance: TaskInstance, inputs: object, outcome: object, context: object): unknown {
  const { preRevert, postRevert } = instance;
  if (preRevert === undefined && postRevert === undefined) return instance.revert?.(inputs, outcome, context);
  const afterwards = (failure: unknown) => failure;
  return around(instance, preRevert, () => instance.revert?.(inputs, outcome, context), postRevert, context, afterwards);
}

/** What a container gives may be anything. */
export function lacksMethod(task: string, phase: Phase): Error {
  const error = new Error(`task '${task}' has no ${phase}() here: write one in its class, or let 'resolve' give an instance that has one`);
  return Object.assign(error, { name: 'TaskContractError', code: 'NO_METHOD' });
}

/** The last hook is called whatever happened before; of several failures the first one counts. */
async function around(
  instance: TaskInstance,
  before: Hook,
  call: () => unknown,
  after: Hook,
  context: object,
  afterwards: (failure: unknown) => unknown,
): Promise<unknown> {
  let returned: unknown;
  try {
    await before?.call(instance, context);
    returned = await call();
  } catch (failure) {
    await quietly(() => after?.call(instance, context));
    throw failure;
  }
  try {
    await after?.call(instance, context);
  } catch (failure) {
    throw afterwards(failure);
  }
  return returned;
}

async function quietly(hook: () => unknown): Promise<void> {
  try {
    await hook();
  } catch {
    // What failed first says more.
  }
}
