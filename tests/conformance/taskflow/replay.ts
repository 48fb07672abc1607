import { type AnyFlow, memory } from 'flowproof';
import { type FaultyPersistence, withFaults } from 'flowproof/testing';
import type { Actual, AnySegment, Case } from './case.js';
import { invalidOf } from './invalid.js';
import { type Ended, ID, open, type Process, raisedBy } from './process.js';
import { readBack } from './read-back.js';
import { World } from './world.js';

/** Runs a recorded case on flowproof, segment after segment, and says what happened in TaskFlow's words. */
export async function replay(recorded: Case): Promise<Actual> {
  const world = new World();
  const store = memory();
  const segments: AnySegment[] = [];
  let process: (Process & { readonly persistence: FaultyPersistence }) | undefined;
  for (const [index, segment] of (recorded.run ?? [{}]).entries()) {
    const { dead: crashed, endHeard: told } = world;
    if (process === undefined || segment.engine !== 'same') {
      if (process !== undefined && !crashed) await process.app.stop();
      world.beginSegment([], IDLE);
      const persistence = withFaults(store, () => 'pass');
      const opened = open(world, recorded, segment.flow ?? recorded.flow, { persistence });
      if ('invalid' in opened) {
        if (index === 0) return opened;
        segments.push(opened);
        break;
      }
      process = { ...opened, persistence };
    }
    const { persistence } = process;
    world.beginSegment(segment.stops ?? [], { suspend: () => void process?.app.suspend(ID), kill: () => persistence.kill() });
    const ended = await runSegment(world, recorded, process, persistence.died, { first: index === 0, crashed, told });
    segments.push(ended);
    if ('invalid' in ended) break;
  }
  if (process !== undefined && !world.dead) await process.app.stop();
  return { segments };
}

const IDLE = { suspend: () => undefined, kill: () => undefined };

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
  { app, built, spec }: Process,
  died: Promise<void>,
  before: Before,
): Promise<AnySegment> {
  let ended: Ended | undefined;
  try {
    ended = await Promise.race([goOn(world, app, built.flow, recorded, before), died.then(() => undefined)]);
  } catch (error) {
    return { invalid: invalidOf(error, spec, built) };
  }
  const common = { trace: world.trace.filter((event) => !world.repeated.has(event)), calls: world.calls };
  if (ended === undefined) return { ...common, outcome: 'CRASHED', flow_state: '', raised: null, atoms: {} };
  const view = await app.inspect(ID);
  return { ...common, outcome: ended.state, flow_state: view.state, raised: raisedBy(ended), ...readBack(view, built, spec) };
}

/** Runs, goes on, or runs again: what TaskFlow's `run` does by itself is said here (D-18). */
async function goOn(
  world: World,
  app: Process['app'],
  flow: AnyFlow,
  recorded: Case,
  { first, crashed, told }: Before,
): Promise<Ended | undefined> {
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
  if (crashed && world.diesOnItsWay(isEnded(state))) return undefined;
  return app.resume(flow as never, ID, { takeover: 'force' });
}

/** What it says of a run that ended: unheard, when it is gone on with after a crash. */
function isEnded(state: string): boolean {
  return state === 'SUCCESS' || state === 'REVERTED' || state === 'FAILURE';
}

/** Without one of these, a FAILURE is what TaskFlow calls REVERTED: some things are undone, and the others stay. */
const STUCK: ReadonlySet<string> = new Set(['FAILURE', 'REVERT_FAILURE']);
