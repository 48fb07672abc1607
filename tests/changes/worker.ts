import { type AnyFlow, concurrent, type FlowEvent, flowproof, isFlowproofError, serial } from '../../src/index.js';
import { Connections, type Fate } from './connections.js';
import type { Shift } from './history.js';
import type { Life } from './life.js';
import { Observer, type View } from './observer.js';
import { INPUTS } from './plans.js';
import type { Where } from './where.js';

const inputs = Object.fromEntries(INPUTS.map((name) => [name, 1]));
/** Nothing takes so long: who waits longer waits for ever. Looked at so often, after so many milliseconds each time. */
const LOOKS = 3_000;
const LOOK_MS = 10;
/** Who stands still for so long has lost what it had. */
const LEASE_MS = 5_000;

type AnyApp = ReturnType<typeof flowproof<readonly never[]>>;

export interface Result {
  readonly state: string;
  readonly results?: Readonly<Record<string, unknown>>;
  readonly failures?: readonly { readonly path: string; readonly failure: { readonly code?: string } }[];
}

/** How a shift ended. */
export type End =
  | { readonly kind: 'result'; readonly result: Result }
  /** It is not there any more, or stands still. */
  | { readonly kind: 'died' | 'frozen' }
  | { readonly kind: 'refused'; readonly report: readonly string[] }
  /** Another process has the run. */
  | { readonly kind: 'lost' }
  /** Also of a run that moves no more. */
  | { readonly kind: 'failed'; readonly why: string };

export interface Shifted {
  readonly end: End;
  /** What was decided for a part of the flow, and for what is behind it, is decided anew: a retry or an operator has begun it again. */
  readonly retried: boolean;
  /** An answer did not come. */
  readonly lost: boolean;
}

/** A process that stands still, and does not know that others go on. */
interface Sleeper {
  readonly app: AnyApp;
  readonly connections: Connections;
  readonly end: Promise<End>;
  /** Of the run when it was last its own. */
  readonly epoch: number;
  /** It asks for the second time: what it is told then may be about the first. */
  readonly asksAgain: boolean;
}

/** The store of one run, and the processes that work on it one after another. */
export class Worker {
  readonly #where: Where;
  readonly #life: Life;
  readonly #observer: Observer;
  #sleepers: Sleeper[] = [];

  constructor(where: Where, life: Life) {
    this.#where = where;
    this.#life = life;
    this.#observer = new Observer(where);
  }

  look(): Promise<View | undefined> {
    return this.#observer.look();
  }

  /** A process with this version of the flow works on the run; the last one is not there any more, or stands still. */
  async works(flow: AnyFlow, shift: Shift, before: View | undefined): Promise<Shifted> {
    const { until, at, loses } = shift;
    let [events, writes] = [0, 0];
    let [retried, lost] = [before?.state === 'FAILURE' && shift.helps === 'retryFailed', false];
    const connections = new Connections(this.#where.store, (write, { transitions }): Fate => {
      writes++;
      retried ||= transitions.some(([word]) => word === 'RETRYING');
      if (write === at && (until === 'die-before' || until === 'die-after')) return until;
      // What is not begun yet is nobody's.
      if (write === Math.max(at, 1) && until === 'freeze') return 'freeze';
      if (write !== loses) return 'pass';
      lost = true;
      return 'lose-answer';
    });
    const onEvent = (event: FlowEvent): void => {
      if (event.type === 'task' && until === 'rest' && events++ === at) void app.suspend(this.#where.id).catch(() => undefined);
    };
    const app = this.#app([flow], connections.store, {
      executor: shift.executor === 'serial' ? serial() : concurrent({ perRun: 3 }),
      onFailure: shift.onFailure,
      onEvent,
    });
    const worked = this.#asked(app, flow, shift, before).then(resultOf, failureOf);
    const died = connections.died.then((): End => ({ kind: 'died' }));
    const frozen = connections.frozen.then((): End => ({ kind: 'frozen' }));
    const end = await this.#waited(Promise.race([worked, died, frozen]), () => writes);
    if (end.kind === 'frozen') {
      const asksAgain = lost && writes === loses + 2;
      this.#sleepers.push({ app, connections, end: worked, epoch: (await this.look())?.epoch ?? 0, asksAgain });
    } else await this.#leaves(app, connections, end);
    return { end, retried, lost };
  }

  /** An operator lets the run begin anew, with this version of the flow. */
  async resets(flow: AnyFlow): Promise<void> {
    const app = this.#app([flow], this.#where.store);
    await app.reset(this.#where.id);
    await app.stop();
    this.#life.anew();
  }

  /**
   * Those that stood still go on, if others have taken the run since: they find that they have lost it.
   *
   * @returns what is wrong with what they do then
   */
  async awakens(): Promise<readonly string[]> {
    const { epoch = 0 } = (await this.look()) ?? {};
    const wrong: string[] = [];
    for (const { app, connections, end, asksAgain, ...sleeper } of this.#sleepers) {
      if (sleeper.epoch >= epoch) continue;
      const { calls } = this.#life;
      this.#where.clock?.advance(LEASE_MS);
      connections.thaws();
      const found = await this.#waited(end, () => this.#life.calls);
      // It hears that the run had come to its end, or to a rest, when it was its own.
      const hasEnded = asksAgain && found.kind === 'result';
      if (found.kind !== 'lost' && !hasEnded)
        wrong.push(`another process has the run, and who stood still is told ${JSON.stringify(found)}`);
      // Where time is real it did not stand still for long: what was written may be called yet.
      if (this.#where.clock !== undefined && this.#life.calls > calls) wrong.push('who stood still goes on with what others have');
      await this.#leaves(app, connections, found);
    }
    this.#sleepers = this.#sleepers.filter((sleeper) => sleeper.epoch >= epoch);
    return wrong;
  }

  /** Nobody works on the run any more. */
  async ends(): Promise<void> {
    for (const { connections } of this.#sleepers) await connections.closed();
    await this.#observer.leaves();
  }

  #app(flows: readonly AnyFlow[], persistence: Where['store'], options: object = {}): AnyApp {
    const { clock } = this.#where;
    const given = { persistence, flows, recover: false, leaseMs: LEASE_MS, ...(clock === undefined ? {} : { clock }), ...options };
    return flowproof(given as never) as unknown as AnyApp;
  }

  async #leaves(app: AnyApp, connections: Connections, { kind }: End): Promise<void> {
    if (kind === 'died') await connections.closed();
    else await app.stop();
  }

  /** Time goes on while nothing else does. */
  async #waited(end: Promise<End>, progress: () => number): Promise<End> {
    let over: End | undefined;
    void end.then((one) => {
      over = one;
    });
    let before = progress();
    for (let look = 0; look < LOOKS; look++) {
      for (let turn = 0; turn < 4 && over === undefined; turn++) await new Promise((resolve) => setImmediate(resolve));
      if (over !== undefined) return over;
      const now = progress();
      if (this.#where.clock === undefined) await Promise.race([end, new Promise((resolve) => setTimeout(resolve, LOOK_MS))]);
      else if (now === before) this.#where.clock.advance(LOOK_MS);
      before = now;
    }
    return { kind: 'failed', why: 'it hangs' };
  }

  async #asked(app: AnyApp, flow: AnyFlow, { cancels, helps }: Shift, before: View | undefined): Promise<Result> {
    const { id } = this.#where;
    const given = flow as never;
    if (before === undefined) return (await app.run(given, { id, inputs } as never)) as Result;
    if (before.state === 'SUCCESS') return (await app.rerun(given, id)) as Result;
    if (before.state === 'FAILURE') {
      const failed = before.atoms.find(({ state }) => state === 'REVERT_FAILURE');
      if (helps === 'retryFailed') return (await (await app.retryFailed(id)).result()) as Result;
      if (failed !== undefined && helps === 'skipRevert') this.#life.undoneByHand(failed.path);
      if (failed !== undefined) return (await (await app[helps](id, failed.path)).result()) as Result;
    }
    if (cancels && !['FAILURE', 'REVERTED', 'CANCELLED'].includes(before.state)) await app.cancel(id);
    return (await app.resume(given, id, { takeover: 'force' })) as Result;
  }
}

function resultOf(result: Result): End {
  return { kind: 'result', result };
}

function failureOf(error: unknown): End {
  if (isFlowproofError(error, 'INCOMPATIBLE_FLOW')) return { kind: 'refused', report: (error as unknown as { report: string[] }).report };
  if (isFlowproofError(error, 'STALE_RUN')) return { kind: 'lost' };
  return { kind: 'failed', why: error instanceof Error ? (error.stack ?? error.message) : String(error) };
}
