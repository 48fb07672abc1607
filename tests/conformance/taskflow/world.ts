import { type Attempts, EveryCall } from './attempts.js';
import type { StopSpec, TraceEvent } from './case.js';
import type { JsonRecord } from './json.js';

/** What a flow does to the world, and when the world stops it: all that outlives a crash. */
export class World {
  readonly #attempts: Attempts;
  #stops: readonly StopSpec[] = [];
  #reached = new Map<string, number>();
  #suspend: () => void = () => undefined;
  #kill: () => void = () => undefined;
  trace: TraceEvent[] = [];
  /** Events that say again what a listener before the crash was told. */
  repeated = new Set<TraceEvent>();
  calls: JsonRecord[] = [];
  /** Calls of pieces of work that had been called in a process that died. */
  again: JsonRecord[] = [];
  /** The process is gone: nothing that it does happens. */
  dead = false;
  /** Somebody who listened knows that the run has ended. */
  endHeard = false;
  /** In which state of TaskFlow's a process died that was about to go on with the run; nothing of it is in the journal. */
  #leftIn: string | undefined;
  /** What a process told after its death: durable, and nobody heard it. */
  readonly #unheard = new Set<string>();

  constructor(attempts: Attempts = new EveryCall()) {
    this.#attempts = attempts;
  }

  beginSegment(stops: readonly StopSpec[], means: { suspend(): void; kill(): void }): void {
    this.trace = [];
    this.repeated = new Set();
    this.calls = [];
    this.again = [];
    this.dead = false;
    this.endHeard = false;
    this.#stops = stops;
    this.#reached = new Map();
    this.#suspend = means.suspend;
    this.#kill = means.kill;
  }

  /**
   * Takes note of an event. What an engine tells after the crash was durable before it: steps are atomic, so these
   * events have happened too.
   */
  told(event: TraceEvent, isRepeated: boolean): void {
    this.trace.push(event);
    this.#attempts.told(event);
    if (!this.dead && event[0] === 'flow') this.endHeard = ENDS.has(event[2]);
    const said = `${event[1]} ${event[2]}`;
    if (this.dead) this.#unheard.add(said);
    if (isRepeated) this.repeated.add(event);
    // Who listens now hears for the first time what the dead process told nobody.
    if (isRepeated && !this.#unheard.delete(said)) return;
    if (event[0] !== 'flow') this.#point(said);
    else for (const state of event[2] === 'SUSPENDED' ? ['SUSPENDING', 'SUSPENDED'] : [event[2]]) this.#point(`flow ${state}`);
  }

  /**
   * Before it goes on with a run of a process that died, TaskFlow tells states that flowproof does not have, and a recorded
   * process may die in them. Says whether this one does.
   *
   * @param isOver the run has ended without anybody having heard it: TaskFlow goes on with it, and has nothing to do
   */
  diesOnItsWay(isOver: boolean): boolean {
    const way = ['RESUMING', 'SUSPENDED', ...(isOver ? ['RUNNING'] : [])];
    for (const state of way.slice(way.indexOf(this.#leftIn ?? '') + 1)) {
      this.#point(`flow ${state}`);
      this.#leftIn = this.dead && state !== 'RUNNING' ? state : undefined;
      if (this.dead) return true;
    }
    return false;
  }

  /** Takes note of a call; resolves with its number, counted over the whole case, and never when the process dies in it. */
  async called(call: JsonRecord): Promise<number> {
    if (this.dead) return NEVER;
    const { attempt, again } = this.#attempts.next(call);
    (again ? this.again : this.calls).push(call);
    const { op, atom } = call;
    this.#point(`${atom} call ${op}`);
    return this.dead ? NEVER : attempt;
  }

  #point(reached: string): void {
    if (this.dead) return;
    const nth = (this.#reached.get(reached) ?? 0) + 1;
    this.#reached.set(reached, nth);
    for (const { action, at } of this.#stops) {
      if (pointOf(at) !== reached || (at.nth ?? 1) !== nth) continue;
      if (action === 'suspend') {
        this.#suspend();
      } else {
        this.dead = true;
        this.#kill();
        return;
      }
    }
  }
}

const ENDS: ReadonlySet<string> = new Set(['SUCCESS', 'REVERTED', 'FAILURE']);
const NEVER = new Promise<never>(() => undefined);

function pointOf({ atom, state, call }: StopSpec['at']): string {
  if (call !== undefined) return `${atom} call ${call}`;
  return atom === undefined ? `flow ${state}` : `${atom} ${state}`;
}
