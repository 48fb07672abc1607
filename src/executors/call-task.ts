import { canCall, instanceOf, type Resolve } from '../authoring/index.js';
import { InterruptedCall, type Work } from '../engine/index.js';
import type { Phase } from '../model/states.js';

type Hook = ((context: object) => unknown) | undefined;

interface TaskInstance {
  execute(inputs: object, context: object): unknown;
  /** Absent where only hooks are called when the task is undone. */
  readonly revert?: (inputs: object, outcome: object, context: object) => unknown;
  readonly preExecute: Hook;
  readonly postExecute: Hook;
  readonly preRevert: Hook;
  readonly postRevert: Hook;
}

/** Runs one call of a task in this thread, with the hooks around it. */
export async function callTask(work: Work, resolve: Resolve | undefined): Promise<unknown> {
  const { task, phase } = work;
  const made = instanceOf(task.code, resolve);
  // Nobody waits for an instance that is there: most are.
  const instance = (isThenable(made) ? await made : made) as TaskInstance;
  if (!canCall(instance, phase)) throw lacks(task.name, phase);
  return phase === 'execute' ? execute(work, instance) : revert(work, instance);
}

/** TaskFlow; nobody waits for hooks that are not there. */
function execute({ inputs, context }: Work, instance: TaskInstance): unknown {
  const { preExecute, postExecute } = instance;
  if (preExecute === undefined && postExecute === undefined) return instance.execute(inputs, context);
  // It has done something, and must not count as a task that did nothing. TaskFlow ends its engine here.
  const afterwards = (failure: unknown) => new InterruptedCall(failure);
  return around(instance, preExecute, () => instance.execute(inputs, context), postExecute, context, afterwards);
}

/** TaskFlow. */
function revert({ inputs, outcome, context }: Extract<Work, { phase: 'revert' }>, instance: TaskInstance): unknown {
  const { preRevert, postRevert } = instance;
  if (preRevert === undefined && postRevert === undefined) return instance.revert?.(inputs, outcome, context);
  const afterwards = (failure: unknown) => failure;
  return around(instance, preRevert, () => instance.revert?.(inputs, outcome, context), postRevert, context, afterwards);
}

function isThenable(made: unknown): boolean {
  return typeof (made as { readonly then?: unknown } | undefined | null)?.then === 'function';
}

/** What a container gives may be anything. */
function lacks(task: string, phase: Phase): Error {
  const error = new Error(`task '${task}' has no ${phase}() here: write one in its class, or let 'resolve' give an instance that has one`);
  return Object.assign(error, { name: 'TaskContractError', code: 'NO_METHOD' });
}

/** The last hook is called whatever happened before; of several failures the first one is told. */
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
