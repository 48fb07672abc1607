import {
  type AnyFlow,
  type App,
  type Clock,
  type ExecutorChoice,
  type Failure,
  type FlowEvent,
  flowproof,
  type Persistence,
} from 'flowproof';
import { rounds, VirtualClock } from 'flowproof/testing';
import type { Case, FlowSpec, Invalid, RaisedFailure, TraceEvent } from './case.js';
import { encodeFailure, failureValue } from './encoding.js';
import { type BuiltFlow, buildFlow } from './flows.js';
import { invalidOf } from './invalid.js';
import { byText, type Json } from './json.js';
import { wholeOf } from './provides.js';
import { TASKFLOW, TASKFLOW_DEFERRING } from './scoping/semantics.js';
import type { World } from './world.js';

/** Under this id each case runs, in a store of its own. */
export const ID = 'run';

/** A process that can run the flow of a case. */
export interface Process {
  readonly app: App<readonly AnyFlow[]>;
  readonly built: BuiltFlow;
  readonly spec: FlowSpec;
}

export type Ended = { readonly state: string; readonly failures?: readonly { readonly failure: Failure }[] };

/** What a process has around it. */
export interface Surroundings {
  readonly persistence: Persistence;
  readonly clock?: Clock;
  /** TaskFlow's way unless something else is tried. */
  readonly executor?: ExecutorChoice;
}

/** Another process on the same store; or what is wrong with the flow. */
export function open(
  world: World,
  recorded: Case,
  spec: FlowSpec,
  { persistence, clock = new VirtualClock(), executor = rounds() }: Surroundings,
): Process | { readonly invalid: Invalid } {
  let built: BuiltFlow | undefined;
  try {
    built = buildFlow(world, spec, Object.keys(recorded.store ?? {}));
    const semantics = recorded.options?.defer_reverts === true ? TASKFLOW_DEFERRING : TASKFLOW;
    const make = flowproof as unknown as (options: object) => Process['app'];
    const stop = recorded.options?.never_resolve === true ? { onFailure: 'stop' } : {};
    const app = make({ persistence, flows: [built.flow], executor, clock, semantics, ...stop });
    const { names } = built;
    app.on((event) => {
      const told = traceEvent(event, names);
      if (told !== undefined) world.told(told, 'resumed' in event && event.resumed && isStart(told));
    });
    return { app, built, spec };
  } catch (error) {
    return { invalid: invalidOf(error, spec, built) };
  }
}

function isStart([kind, , state]: TraceEvent): boolean {
  return kind !== 'flow' && (state === 'RUNNING' || state === 'REVERTING');
}

function traceEvent(event: FlowEvent, names: ReadonlyMap<string, string>): TraceEvent | undefined {
  if (event.type === 'run') return ['flow', event.flow, event.state, event.oldState];
  if (event.type !== 'task' && event.type !== 'retry') return undefined;
  const name = names.get(event.path) ?? event.path;
  const common = [event.type, name, event.state, event.oldState] as const;
  switch (event.state) {
    case 'SUCCESS':
      return [...common, (event.result as Readonly<Record<string, Json>> | undefined)?.[wholeOf(name)] ?? null];
    case 'REVERTED':
      return [...common, (event.result as Json | undefined) ?? null];
    case 'FAILURE':
    case 'REVERT_FAILURE':
      return [...common, event.failure === undefined ? null : failureValue(event.failure)];
    default:
      return common;
  }
}

/** What TaskFlow's `run` would have raised. */
export function raisedBy({ state, failures = [] }: Ended): RaisedFailure | null {
  if (state === 'SUCCESS' || state === 'SUSPENDED' || failures.length === 0) return null;
  const encoded = failures.map(({ failure }) => encodeFailure(failure));
  const [only] = encoded;
  if (encoded.length === 1 && only !== undefined) return only;
  return { error: 'WrappedFailure', failures: encoded.sort(byText) };
}
