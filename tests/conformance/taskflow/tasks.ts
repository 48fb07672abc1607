import { type AnyTask, defineTask, type Failure } from 'flowproof';
import { type Argument, argumentsOf, called, revertArgumentsOf } from './arguments.js';
import type { TaskSpec } from './case.js';
import { failureValue, ScriptedError } from './encoding.js';
import { evaluate, failsNow } from './expressions.js';
import type { Json } from './json.js';
import { namedValues, outputsOf, wholeOf } from './provides.js';
import type { World } from './world.js';

/** A task with its placement in a flow. */
export interface BuiltTask {
  readonly task: AnyTask;
  readonly placement: { readonly rebind: Readonly<Record<string, string>>; readonly inject: Readonly<Record<string, unknown>> };
}

/** What reverts are told of how execute ended, in any of its kinds. */
interface Ended {
  readonly kind: 'result' | 'failure' | 'interrupted';
  readonly result?: Readonly<Record<string, Json>>;
  readonly flowFailures: readonly { readonly path: string; readonly failure: Failure }[];
}

/**
 * The task of a case: it says what it was called with, and does what its script says. Execute and revert may read
 * different values by the same argument name, so revert's arguments are inputs of their own.
 */
export function taskOf(world: World, spec: TaskSpec, atomAt: (path: string) => string): BuiltTask {
  const { name, do: script = {}, revert = {} } = spec;
  const forward = argumentsOf(spec);
  const back = revertArgumentsOf(spec);
  const whole = wholeOf(name);
  const task = defineTask({
    name,
    requires: forward.map(port),
    revertRequires: back.map((argument) => port({ ...argument, name: inRevert(argument.name) })),
    // A part of a result that is not there is no mistake of a TaskFlow task.
    provides: [whole, ...[...outputsOf(spec.provides).keys()].map((output) => `${output}?`)],
    priority: spec.priority ?? 0,
    execute: async (inputs: Readonly<Record<string, Json>>): Promise<Readonly<Record<string, Json>>> => {
      const args = called(forward, (argument) => inputs[argument]);
      const attempt = await world.called({ op: 'execute', atom: name, args });
      if (failsNow(script.fail, attempt, args)) throw new ScriptedError(script.fail.message);
      return namedValues(name, spec.provides, evaluate(script.result, args, attempt));
    },
    revert: async (inputs: Readonly<Record<string, Json>>, outcome: Ended): Promise<Json> => {
      const args = called(back, (argument) => inputs[inRevert(argument)]);
      const failures = [...new Set(outcome.flowFailures.map(({ path }) => atomAt(path)))].sort();
      const own = outcome.flowFailures.find(({ path }) => atomAt(path) === name)?.failure;
      const attempt = await world.called({ op: 'revert', atom: name, args, result: resultOf(outcome, own, whole), failures });
      if (failsNow(revert.fail, attempt, args)) throw new ScriptedError(revert.fail.message);
      return evaluate(revert.result, args, attempt);
    },
  } as never) as unknown as AnyTask;
  return { task, placement: placementOf(spec, forward, back) };
}

function port({ name, fallback }: Argument): string {
  return fallback === undefined ? name : `${name}?`;
}

function inRevert(argument: string): string {
  return `${argument} in revert`;
}

function placementOf(spec: TaskSpec, forward: readonly Argument[], back: readonly Argument[]): BuiltTask['placement'] {
  const inputs = [...forward, ...back.map((argument) => ({ ...argument, name: inRevert(argument.name) }))];
  const injected = inputs.filter(({ value }) => Object.hasOwn(spec.inject ?? {}, value));
  return {
    rebind: Object.fromEntries(inputs.filter((input) => !injected.includes(input)).map(({ name, value }) => [name, value])),
    inject: Object.fromEntries(injected.map(({ name, value }) => [name, spec.inject?.[value]])),
  };
}

/** TaskFlow tells a failure, also after a call that was lost: there flowproof says `interrupted`, and that failure beside it. */
function resultOf({ kind, result }: Ended, own: Failure | undefined, whole: string): Json {
  if (kind === 'result') return result?.[whole] ?? null;
  return own === undefined || own.code === 'INTERRUPTED' ? null : failureValue(own);
}
