import { type AnyFlow, type App, type Failure, type FlowEvent, flowproof, memory, type Persistence } from 'flowproof';
import { type FaultyPersistence, rounds, VirtualClock, withFaults } from 'flowproof/testing';
import type { Actual, Case, FlowSpec, RaisedFailure, Segment, SegmentSpec, TraceEvent } from './case.js';
import { encodeFailure, failureValue } from './encoding.js';
import { type BuiltFlow, buildFlow } from './flows.js';
import { invalidOf } from './invalid.js';
import { byText, type Json } from './json.js';
import { wholeOf } from './provides.js';
import { readBack } from './read-back.js';
import { World } from './world.js';

/** Under this id each case runs, in a store of its own. */
const ID = 'run';

/** Behaves as TaskFlow where flowproof decided otherwise: internal, on no public type. */
export interface CompatOptions {
  readonly deferReverts: boolean;
  readonly shadowing: 'error' | 'nearest';
  readonly injected: 'error' | 'wins';
  readonly optionalOrders: boolean;
  readonly failures: 'unresolved' | 'all';
}

interface Process {
  readonly app: App<readonly AnyFlow[]>;
  readonly built: BuiltFlow;
  readonly spec: FlowSpec;
  readonly store: FaultyPersistence;
}

type Ended = { readonly state: string; readonly failures?: readonly { readonly failure: Failure }[] };

/** Runs a recorded case on flowproof, segment after segment, and says what happened in TaskFlow's words. */
export async function replay(recorded: Case): Promise<Actual> {
  const world = new World();
  const store = memory();
  const segments: (Segment | Extract<Actual, { invalid: unknown }>)[] = [];
  let process: Process | undefined;
  for (const [index, segment] of (recorded.run ?? [{}]).entries()) {
    const { dead: crashed, endHeard: told } = world;
    if (process === undefined || segment.engine !== 'same') {
      if (process !== undefined && !crashed) await process.app.stop();
      world.beginSegment([], IDLE);
      const opened = open(world, recorded, segment.flow ?? recorded.flow, store);
      if ('invalid' in opened) {
        if (index === 0) return opened;
        segments.push(opened);
        break;
      }
      process = opened;
    }
    const ended = await runSegment(world, recorded, segment, process, { first: index === 0, crashed, told });
    segments.push(ended);
    if ('invalid' in ended) break;
  }
  if (process !== undefined && !world.dead) await process.app.stop();
  return { segments };
}

const IDLE = { suspend: () => undefined, kill: () => undefined };

/** Another process on the same store. */
function open(world: World, recorded: Case, spec: FlowSpec, shared: Persistence): Process | Extract<Actual, { invalid: unknown }> {
  let built: BuiltFlow | undefined;
  try {
    built = buildFlow(world, spec, Object.keys(recorded.store ?? {}));
    const store = withFaults(shared, () => 'pass');
    const compat: CompatOptions = {
      deferReverts: recorded.options?.defer_reverts === true,
      shadowing: 'nearest',
      injected: 'wins',
      optionalOrders: false,
      failures: 'all',
    };
    const make = flowproof as unknown as (options: object) => Process['app'];
    const app = make({
      persistence: store,
      flows: [built.flow],
      executor: rounds(),
      clock: new VirtualClock(),
      compat,
      ...(recorded.options?.never_resolve === true ? { onFailure: 'stop' } : {}),
    });
    const { names } = built;
    app.on((event) => {
      const told = traceEvent(event, names);
      if (told !== undefined) world.told(told, 'resumed' in event && event.resumed && isStart(told));
    });
    return { app, built, spec, store };
  } catch (error) {
    return { invalid: invalidOf(error, spec, built) };
  }
}

interface Before {
  readonly first: boolean;
  /** The process before this one is gone. */
  readonly crashed: boolean;
  /** It had told how the run ended. */
  readonly told: boolean;
}

async function runSegment(
  world: World,
  recorded: Case,
  segment: SegmentSpec,
  { app, built, spec, store }: Process,
  before: Before,
): Promise<Segment | Extract<Actual, { invalid: unknown }>> {
  world.beginSegment(segment.stops ?? [], { suspend: () => void app.suspend(ID), kill: () => store.kill() });
  let ended: Ended | undefined;
  try {
    ended = await Promise.race([goOn(app, built.flow, recorded, before), store.died.then(() => undefined)]);
  } catch (error) {
    return { invalid: invalidOf(error, spec, built) };
  }
  const common = { trace: world.trace.filter((event) => !world.repeated.has(event)), calls: world.calls };
  if (ended === undefined) return { ...common, outcome: 'CRASHED', flow_state: '', raised: null, atoms: {} };
  const view = await app.inspect(ID);
  return { ...common, outcome: ended.state, flow_state: view.state, raised: raisedBy(ended), ...readBack(view, built, spec) };
}

/** Runs, goes on, or runs again: what TaskFlow's `run` does by itself is said here (D-18). */
async function goOn(app: Process['app'], flow: AnyFlow, recorded: Case, { first, crashed, told }: Before): Promise<Ended> {
  const given = { id: ID, inputs: recorded.store ?? {} };
  if (first) return app.run(flow, given as never);
  const { state, atoms } = await app.inspect(ID);
  const engine = app.engine(flow as never, given as never);
  // What ended with the crash, unheard, has only to be read.
  if (!crashed || told) {
    if (state === 'SUCCESS') return engine.rerun();
    if (state === 'REVERTED' || (state === 'FAILURE' && atoms.every((atom) => !STUCK.has(atom.state)))) {
      await engine.reset();
      return engine.run();
    }
  }
  return app.resume(flow as never, ID, { takeover: 'force' });
}

/** Without one of these, a FAILURE is what TaskFlow calls REVERTED: some things are undone, and the others stay. */
const STUCK: ReadonlySet<string> = new Set(['FAILURE', 'REVERT_FAILURE']);

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
function raisedBy({ state, failures = [] }: Ended): RaisedFailure | null {
  if (state === 'SUCCESS' || state === 'SUSPENDED' || failures.length === 0) return null;
  const encoded = failures.map(({ failure }) => encodeFailure(failure));
  const [only] = encoded;
  if (encoded.length === 1 && only !== undefined) return only;
  return { error: 'WrappedFailure', failures: encoded.sort(byText) };
}
