import type { Resolve, TaskClass, TaskDefinition } from '../authoring/index.js';
import { InterruptedCall, type Work } from '../engine/index.js';

type Hook = ((context: object) => unknown) | undefined;

interface TaskInstance {
  execute(inputs: object, context: object): unknown;
  revert(inputs: object, outcome: object, context: object): unknown;
  readonly preExecute: Hook;
  readonly postExecute: Hook;
  readonly preRevert: Hook;
  readonly postRevert: Hook;
}

/** Runs one call of a task in this thread, with the hooks around it. */
export async function callTask(work: Work, resolve: Resolve | undefined): Promise<unknown> {
  const made = instanceOf(work.task, resolve);
  const instance = (made instanceof Promise ? await made : made) as TaskInstance;
  return work.phase === 'execute' ? execute(work, instance) : revert(work, instance);
}

/** TaskFlow; nobody waits for hooks that are not there. */
function execute({ inputs, context }: Work, instance: TaskInstance): unknown {
  if (instance.preExecute === undefined && instance.postExecute === undefined) return instance.execute(inputs, context);
  return around(instance, 'preExecute', 'postExecute', context, () => instance.execute(inputs, context));
}

function revert({ inputs, outcome, context }: Extract<Work, { phase: 'revert' }>, instance: TaskInstance): unknown {
  if (instance.preRevert === undefined && instance.postRevert === undefined) return instance.revert(inputs, outcome, context);
  return around(instance, 'preRevert', 'postRevert', context, () => instance.revert(inputs, outcome, context));
}

/**
 * The last hook is called whatever happened before. When it fails after the call itself has succeeded, that was done and
 * must not count as nothing (TaskFlow, which ends the whole engine); otherwise the first failure is the one to tell.
 */
async function around(
  instance: TaskInstance,
  before: 'preExecute' | 'preRevert',
  after: 'postExecute' | 'postRevert',
  context: object,
  call: () => unknown,
): Promise<unknown> {
  let returned: unknown;
  try {
    await instance[before]?.(context);
    returned = await call();
  } catch (failure) {
    await quietly(() => instance[after]?.(context));
    throw failure;
  }
  try {
    await instance[after]?.(context);
  } catch (failure) {
    throw new InterruptedCall(failure);
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

/** A new instance for each call: nothing that a task keeps in its fields outlives the call, here or on another machine. */
function instanceOf({ code }: TaskDefinition, resolve: Resolve | undefined): object | Promise<object> {
  if (code.kind === 'object') return code.target;
  return resolve === undefined ? new code.target() : resolve(code.target as TaskClass);
}
