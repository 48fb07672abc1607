import { type ExecutorChoice, memory, type Persistence } from 'flowproof';
import { type Fault, rounds, VirtualClock, withFaults } from 'flowproof/testing';
import { EachPiece } from './attempts.js';
import type { Case } from './case.js';
import { byText, type JsonRecord, textOf } from './json.js';
import { type Ended, ID, open, type Process, raisedBy } from './process.js';
import { readBack } from './read-back.js';
import { World } from './world.js';

/** Where a run is hurt: at which of its writes, counted from 0, and how. */
export interface Point {
  readonly write: number;
  readonly fault: Exclude<Fault, 'pass'>;
}

export const FAULTS = ['die-before', 'die-after', 'lose-answer'] as const;

/** How a case ends, and what was called on the way, each piece of work once. */
export interface End {
  readonly text: string;
  /** How often the run was written. */
  readonly writes: number;
}

/** How calls are numbered, and where tasks run. */
export interface Ways {
  readonly attempts?: EachPiece;
  readonly executor?: ExecutorChoice;
  /** Atoms after whose first success the run is to rest; then it is gone on with. */
  readonly restAfter?: ReadonlySet<string>;
}

/** The end of a case that nothing happens to; none where its flow is refused. */
export function undisturbed(recorded: Case, ways: Ways = {}): Promise<End | undefined> {
  return hurt(recorded, [], ways);
}

/** The end of a case that is hurt, in each process at one point, and goes on from its journal alone. */
export async function hurt(
  recorded: Case,
  points: readonly Point[],
  { attempts = new EachPiece(), executor = rounds(), restAfter = new Set() }: Ways = {},
): Promise<End | undefined> {
  const rested = new Set<string>();
  const world = new World(attempts);
  const store = memory();
  const calls: JsonRecord[] = [];
  for (let index = 0; ; index++) {
    const life = mortal(world, store, points[index]);
    const process = open(world, recorded, recorded.flow, { persistence: life.persistence, clock: life.clock, executor });
    if ('invalid' in process) return undefined;
    world.beginSegment([], IDLE);
    process.app.on((event) => {
      if (event.type !== 'task' || event.state !== 'SUCCESS') return;
      const name = process.built.names.get(event.path) ?? event.path;
      if (!restAfter.has(name) || rested.has(name)) return;
      rested.add(name);
      void process.app.suspend(ID);
    });
    let ended = await Promise.race([goOn(process, recorded, attempts), life.died]);
    while (ended?.state === 'SUSPENDED') ended = await Promise.race([goOn(process, recorded, attempts), life.died]);
    calls.push(...world.calls);
    if (ended !== undefined) return { text: await told(process, ended, calls), writes: life.writes() };
  }
}

/** A connection to the store that is hurt at a point. */
function mortal(world: World, store: Persistence, point: Point | undefined) {
  let writes = 0;
  const clock = new VirtualClock();
  const persistence = withFaults(store, (write): Fault => {
    writes++;
    if (write !== point?.write) return 'pass';
    // Who gets no answer waits a moment before asking once more.
    if (point.fault === 'lose-answer') setImmediate(() => clock.advance(1_000));
    else world.dead = true;
    return point.fault;
  });
  return { persistence, clock, died: persistence.died.then(() => undefined), writes: () => writes };
}

/** Begins the run, or goes on with it. One that died before its first write was never begun. */
async function goOn({ app, built }: Process, recorded: Case, attempts: EachPiece): Promise<Ended> {
  if ((await app.runs()).runs.length === 0) return app.run(built.flow, { id: ID, inputs: recorded.store ?? {} } as never);
  const { atoms } = await app.inspect(ID);
  const states = new Map(atoms.map(({ path, state }) => [built.names.get(path) ?? path, state]));
  attempts.goesOn((atom) => states.get(atom));
  return app.resume(built.flow as never, ID, { takeover: 'force' });
}

const IDLE = { suspend: () => undefined, kill: () => undefined };

async function told({ app, built, spec }: Process, ended: Ended, calls: readonly JsonRecord[]): Promise<string> {
  const view = await app.inspect(ID);
  await app.stop();
  return textOf({
    state: view.state,
    ended: ended.state,
    raised: raisedBy(ended),
    ...readBack(view, built, spec),
    calls: [...calls].sort(byText),
  });
}
