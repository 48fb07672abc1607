import type { Json } from '../../../src/model/json.js';
import { argumentsOf, called } from './arguments.js';
import { type FailSpec, type FlowSpec, type RetrySpec, retryName, type TaskFlowDecision } from './case.js';
import { ScriptedError } from './encoding.js';
import { type Args, failsNow } from './expressions.js';
import { type JsonRecord, textOf } from './json.js';
import { namedValues, outputsOf, wholeOf } from './provides.js';
import type { World } from './world.js';

/** A retry of one's own, as `defineRetry` takes it. */
export interface RetryCode {
  readonly name: string;
  readonly requires: readonly string[];
  readonly provides: readonly string[];
  execute(history: History, inputs: Args): Promise<Readonly<Record<string, Json>>>;
  onFailure(history: History, inputs: Args): Promise<TaskFlowDecision>;
  revert(history: History, inputs: Args): Promise<void>;
}

type Call = JsonRecord & { decision?: TaskFlowDecision };

interface History {
  readonly attempts: readonly {
    readonly provided: Readonly<Record<string, Json>>;
    readonly failures: readonly { readonly path: string }[];
  }[];
}

/** TaskFlow's stock retries, R-4.5, R-4.6, R-4.7, as code of a user: so that their calls can be seen and scripted. */
export function retryOf(world: World, flow: FlowSpec, spec: RetrySpec, atomAt: (path: string) => string): RetryCode {
  const name = retryName(flow);
  const whole = wholeOf(name);
  const values = spec.kind === 'ParameterizedForEach' ? ['values'] : [];
  const args = argumentsOf({
    requires: [...values, ...(spec.requires ?? [])],
    ...(spec.rebind === undefined ? {} : { rebind: spec.rebind }),
  });
  // Revert is told what was asked for by name; that execute takes `values` is nobody's wish.
  const toRevert = new Set([...(spec.requires ?? []), ...(Array.isArray(spec.rebind) ? [] : Object.keys(spec.rebind ?? {}))]);
  const told = (history: History) =>
    history.attempts.map(({ provided, failures }) => [
      provided[whole] ?? null,
      [...new Set(failures.map(({ path }) => atomAt(path)))].sort(),
    ]);
  const tried = (history: History): readonly Json[] => history.attempts.map(({ provided }) => provided[whole] ?? null);
  const given = (inputs: Args): Args => called(args, (argument) => inputs[args.find((one) => one.name === argument)?.value ?? argument]);
  const call = async (op: string, history: History, given: Args, fail?: FailSpec): Promise<Call> => {
    const made: Call = { op, atom: name, args: given, history: told(history) };
    const attempt = await world.called(made);
    if (failsNow(fail, attempt)) throw new ScriptedError(fail.message);
    return made;
  };
  return {
    name,
    requires: [...new Set(args.map(({ value }) => value))],
    provides: [whole, ...[...outputsOf(spec.provides).keys()].map((output) => `${output}?`)],
    execute: async (history, inputs) => {
      await call('execute', history, given(inputs), spec.script?.execute_fail);
      return namedValues(name, spec.provides, nextOf(spec, given(inputs), tried(history)));
    },
    onFailure: async (history, inputs) => {
      const made = await call('on_failure', history, given(inputs), spec.script?.on_failure_fail);
      made.decision = decisionOf(spec, given(inputs), tried(history));
      return made.decision;
    },
    revert: async (history, inputs) => {
      const kept = Object.entries(given(inputs)).filter(([argument]) => toRevert.has(argument));
      await call('revert', history, Object.fromEntries(kept), spec.script?.revert_fail);
    },
  };
}

function nextOf(spec: RetrySpec, args: Args, tried: readonly Json[]): Json {
  switch (spec.kind) {
    case 'AlwaysRevert':
    case 'AlwaysRevertAll':
      return null;
    case 'Times':
    case 'Decisions':
      return tried.length + 1;
    default: {
      const [next] = left(spec, args, tried);
      if (next === undefined) throw Object.assign(new Error('no value is left'), { name: 'NotFound' });
      return next;
    }
  }
}

function decisionOf(spec: RetrySpec, args: Args, tried: readonly Json[]): TaskFlowDecision {
  const otherwise = spec.revert_all === true ? 'REVERT_ALL' : 'REVERT';
  switch (spec.kind) {
    case 'AlwaysRevert':
      return 'REVERT';
    case 'AlwaysRevertAll':
      return 'REVERT_ALL';
    case 'Times':
      return tried.length < (spec.attempts ?? 1) ? 'RETRY' : otherwise;
    case 'Decisions': {
      const decisions = spec.decisions ?? [];
      return decisions[Math.max(0, Math.min(tried.length, decisions.length) - 1)] ?? 'REVERT';
    }
    default:
      return left(spec, args, tried).length > 0 ? 'RETRY' : otherwise;
  }
}

/** Each value that was tried takes one of its equals away. */
function left(spec: RetrySpec, args: Args, tried: readonly Json[]): readonly Json[] {
  const values = spec.kind === 'ParameterizedForEach' ? args.values : spec.values;
  const gone = tried.map(textOf);
  return (Array.isArray(values) ? (values as readonly Json[]) : []).filter((value) => {
    const at = gone.indexOf(textOf(value));
    if (at < 0) return true;
    gone.splice(at, 1);
    return false;
  });
}
