import { canCall, instanceOf, type Outcome } from '../authoring/index.js';
import type { Codec } from '../model/codec/codec.js';
import { copyOfFailure, type Failure, statedFailure } from '../model/failure.js';
import type { Json } from '../model/json.js';
import type { CallEnd } from './end.js';
import type { CallPort } from './port.js';
import type { CallRegistry } from './registry.js';
import type { ExecuteRequest, RevertRequest, TaskRequest } from './request.js';
import { hasSchemas, issueText, parse, resultOf } from './result.js';
import { taskContext } from './task-context.js';
import { execute, lacksMethod, revert, type TaskInstance } from './task-methods.js';
import { decodedValues } from './values.js';

/** How execute ended, as revert gets it, of a task whose types are not known here. */
type AnyOutcome = Outcome<{ execute(): Promise<Record<string, unknown>> }>;

/** Calls one phase of a task, with the hooks around it. */
export function callTask(request: TaskRequest, registry: CallRegistry, port: CallPort): Promise<CallEnd> {
  return request.phase === 'execute' ? executeTask(request, registry, port) : revertTask(request, registry, port);
}

async function executeTask(request: ExecuteRequest, registry: CallRegistry, port: CallPort): Promise<CallEnd> {
  const { path, inputs, lacksInputs } = request;
  const { codec, resolve } = registry;
  if (lacksInputs !== undefined) return { kind: 'failure', failure: lacksInputs };
  const { task, outputs } = registry.task(request);
  let values: Readonly<Record<string, unknown>> = decodedValues(inputs, codec);
  const context = taskContext(request, registry, port);
  if (hasSchemas(task.requires)) {
    const parsed = await parse(task.requires, values);
    if ('issues' in parsed) return { kind: 'failure', failure: invalidInputs(path, issueText(parsed.issues)) };
    values = parsed.values;
  }
  const made = instanceOf(task.code, resolve);
  // An instance that is there is not awaited: most are.
  const instance = (isThenable(made) ? await made : made) as TaskInstance;
  if (!canCall(instance, 'execute')) throw lacksMethod(task.name, 'execute');
  const checked = resultOf(path, outputs, await execute(instance, values, context), codec);
  const result = checked instanceof Promise ? await checked : checked;
  return 'failure' in result ? { kind: 'failure', failure: result.failure } : { kind: 'result', ...result };
}

async function revertTask(request: RevertRequest, registry: CallRegistry, port: CallPort): Promise<CallEnd> {
  const { inputs, lacksInputs } = request;
  const { codec, resolve } = registry;
  const { task } = registry.task(request);
  const instance = (await instanceOf(task.code, resolve)) as TaskInstance;
  if (!canCall(instance, 'revert')) {
    if (task.hasRevert === true) throw lacksMethod(task.name, 'revert');
    // Only its instance could tell that it has nothing to undo. What that would read need not be there.
    return { kind: 'result' };
  }
  if (lacksInputs !== undefined) return { kind: 'failure', failure: lacksInputs };
  const values = decodedValues(inputs, codec);
  const context = taskContext(request, registry, port);
  return { kind: 'result', ...storable(await revert(instance, values, outcomeOf(request, codec), context), codec) };
}

function outcomeOf({ outcome, saved }: RevertRequest, codec: Codec): AnyOutcome {
  const { flowFailures, interruptions } = outcome;
  const common = {
    flowFailures,
    ...(interruptions === undefined ? {} : { interruptions }),
    ...(saved === undefined ? {} : { saved: codec.decode(saved) }),
  };
  switch (outcome.kind) {
    case 'failure':
      return { kind: 'failure', failure: copyOfFailure(outcome.failure), ...common };
    case 'interrupted':
      return { kind: 'interrupted', ...common };
    case 'result': {
      const result = outcome.result === undefined ? {} : (codec.decode(outcome.result) as Record<string, unknown>);
      return { kind: 'result', result, ...common };
    }
  }
}

/** What a revert returned is kept for whoever looks at the run; what a codec refuses is left away. */
export function storable(returned: unknown, codec: Codec): { readonly result?: Json } {
  if (returned === undefined) return {};
  try {
    return { result: codec.encode(returned) };
  } catch {
    return {};
  }
}

function invalidInputs(path: string, text: string): Failure {
  return statedFailure({ name: 'TaskContractError', code: 'INVALID_INPUT', message: `task '${path}': its inputs are not valid: ${text}` });
}

function isThenable(made: unknown): boolean {
  return typeof (made as { readonly then?: unknown } | undefined | null)?.then === 'function';
}
