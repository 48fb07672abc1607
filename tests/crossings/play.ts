import { isFlowproofError, memory, type Persistence } from '../../src/index.js';
import { isEnded } from '../../src/model/states.js';
import { VirtualClock } from '../../src/testing/index.js';
import { Ledger } from './ledger.js';
import { LiveProcess, type Stage } from './process.js';
import type { Scenario } from './scenarios.js';
import { type Asked, ask, type Wish } from './wishes.js';

/** What becomes of the process in which it happens: it dies then, or at its next write, or gets no answer to that. */
export const HARMS = ['none', 'dies', 'dies before its next write', 'dies after its next write', 'gets no answer'] as const;
export type Harm = (typeof HARMS)[number];

/** Something happens to a run. */
export interface Blow {
  /** When: counted from 0, before and after each write, and twice in each call. */
  readonly moment: number;
  readonly wish: Wish | 'nothing';
  /** Who asks: the process that is there at that moment, or another one. */
  readonly by: 'here' | 'elsewhere';
  /** Whether messages are brought before anything else happens. */
  readonly brought: boolean;
  readonly harm: Harm;
}

export interface Played {
  readonly wrong: readonly string[];
  readonly log: readonly string[];
  /** How it ended first. */
  readonly end: string;
  /** How many moments there were. */
  readonly moments: number;
}

interface Ended {
  readonly state: string;
  readonly failures?: readonly unknown[];
}

/** Where runs are kept, and by which clock. */
export interface Where {
  readonly store: Persistence;
  readonly clock?: VirtualClock;
  readonly leaseMs: number;
  readonly id: string;
}

export function inMemory(): Where {
  const clock = new VirtualClock(1_000_000);
  return { store: memory({ clock }), clock, leaseMs: 5_000, id: 'r' };
}

const TICK_MS = 1_000;
/** So often time goes on by a tick while something is waited for. */
const PATIENCE = 60;
/** Where time goes on by itself, it is looked at so often, after so long each time. */
const REAL_PATIENCE = 4_000;
const LOOK_MS = 5;
/** So many times a run is gone on with, and an operator helps. */
const MAX_LEGS = 40;
const MAX_HELP = 8;

export function play(scenario: Scenario, blows: readonly Blow[], where: Where = inMemory()): Promise<Played> {
  return new Play(scenario, blows, where).toItsEnd();
}

/** A run from its beginning to its end, and from there again; with two processes, to which things happen. */
class Play implements Stage {
  readonly scenario: Scenario;
  readonly store: Persistence;
  readonly clock: VirtualClock | undefined;
  readonly leaseMs: number;
  readonly id: string;
  readonly ledger: Ledger;
  readonly #blows: readonly Blow[];
  readonly #asked: { readonly by: LiveProcess; readonly wish: string; readonly over: Promise<void> }[] = [];
  readonly #stopped = new Set<LiveProcess>();
  readonly #doomed = new Map<LiveProcess, string>();
  readonly #failed = new Map<string, Set<string>>();
  readonly #processes: LiveProcess[] = [];
  #turn: Promise<unknown> = Promise.resolve();
  #made = 0;
  #moments = 0;
  #losesNext = false;
  /** The beginning in which what was broken has been mended. */
  #mendedIn = -1;
  readonly #helped = new Map<number, number>();

  constructor(scenario: Scenario, blows: readonly Blow[], { store, clock, leaseMs, id }: Where) {
    this.id = id;
    this.scenario = scenario;
    this.store = store;
    this.clock = clock;
    this.leaseMs = leaseMs;
    this.ledger = new Ledger(scenario.plan, clock !== undefined);
    this.#blows = blows;
  }

  async toItsEnd(): Promise<Played> {
    const { ledger } = this;
    let end: string | undefined;
    for (let leg = 0; leg < MAX_LEGS && ledger.wrong.length === 0; leg++) {
      if (!(await this.#goesOn())) continue;
      const { state, beginnings } = ledger;
      await this.#judgeStored();
      // Somebody has had it begin anew meanwhile.
      if (ledger.state !== state || ledger.beginnings !== beginnings) continue;
      if (end !== undefined) break;
      end = state ?? 'nothing';
      await this.#again();
    }
    if (ledger.wrong.length === 0) {
      if (ledger.state === undefined || !isEnded(ledger.state)) ledger.blame(`it is ${ledger.state} after ${MAX_LEGS} legs`);
      for (const { by, wish, over } of this.#asked) if (!by.isDead) await this.#waited(by, over, `whoever asked: ${wish}`);
    }
    for (const process of this.#processes) if (!process.isDead) await this.#waited(process, process.app.stop(), 'a stop');
    for (const process of this.#processes) if (process.isDead) await process.buried();
    return { wrong: ledger.wrong, log: ledger.log, end: end ?? 'nothing', moments: this.#moments };
  }

  async happens(at: LiveProcess, where: string): Promise<void> {
    const moment = this.#moments++;
    if (this.#doomed.get(at) === where) return at.die();
    for (const blow of this.#blows) if (blow.moment === moment) await this.#strike(blow, at, where);
  }

  inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => undefined);
    return result;
  }

  losesAnswer(): boolean {
    const loses = this.#losesNext;
    this.#losesNext = false;
    return loses;
  }

  fails(path: string, key: string): boolean {
    // Whatever begins anew fails as it did before.
    const task = `${path} ${this.ledger.beginnings}`;
    const failed = this.#failed.get(task) ?? new Set();
    if (failed.size < (this.scenario.fails[path] ?? 0)) this.#failed.set(task, failed.add(key));
    return failed.has(key);
  }

  isBroken(path: string): boolean {
    return this.#mendedIn !== this.ledger.beginnings && this.scenario.broken.includes(path);
  }

  async #strike({ moment, wish, by, brought, harm }: Blow, at: LiveProcess, where: string): Promise<void> {
    this.ledger.note(`-- moment ${moment}, ${at.name} ${where}: ${wish} ${by}, ${harm}`);
    if (wish !== 'nothing') {
      const process = by === 'here' ? at : this.#besides(at);
      if (wish === 'stop') this.#stopped.add(process);
      await this.#turnsUntil(this.#ask(wish, process).taken);
      if (brought) this.clock?.advance(TICK_MS);
      await turns(3);
    }
    switch (harm) {
      case 'none':
        return;
      case 'dies':
        at.die();
        return;
      case 'dies before its next write':
        this.#doomed.set(at, 'before a write');
        return;
      case 'dies after its next write':
        this.#doomed.set(at, 'after a write');
        return;
      case 'gets no answer':
        this.#losesNext = true;
    }
  }

  #ask(wish: Wish, by: LiveProcess): Asked {
    const asked = ask(wish, by, this);
    this.#asked.push({ by, wish, over: asked.over });
    return asked;
  }

  /** Moves the run on as whoever runs the flow would. @returns whether it has come to its end */
  async #goesOn(): Promise<boolean> {
    const { ledger } = this;
    const { state } = ledger;
    if (state !== undefined && isEnded(state)) return state !== 'FAILURE' || !(await this.#isHelped());
    const process = this.#process();
    const run = this.#gone(process);
    const ended = await this.#waited(
      process,
      run.catch((error: unknown) => {
        if (!process.isDead && !isLoss(error)) ledger.blame(`the run failed: ${error instanceof Error ? error.stack : String(error)}`);
        return undefined;
      }),
      'the run',
    );
    if (ended === 'died' || ended === undefined) return false;
    if ((ended.state === 'REVERTED' || ended.state === 'FAILURE') && (ended.failures ?? []).length === 0) {
      ledger.blame(`${ended.state} without failures`);
    }
    return false;
  }

  /** As whoever runs it again would; where time is real, nobody waits until it is known that a process has died. */
  #gone({ app }: LiveProcess): Promise<Ended> {
    const flow = this.scenario.flow as never;
    const { id, ledger, clock } = this;
    if (clock === undefined && ledger.isLeft) return app.resume(flow, id, { takeover: 'force' }) as Promise<Ended>;
    return app.run(flow, { id, logbook: id } as never) as Promise<Ended>;
  }

  /** An operator mends what has failed. @returns whether there was something to be done */
  async #isHelped(): Promise<boolean> {
    const { scenario, ledger } = this;
    const { mending, plan } = scenario;
    const helped = this.#helped.get(ledger.beginnings) ?? 0;
    if (mending === undefined || helped >= MAX_HELP) return false;
    this.#helped.set(ledger.beginnings, helped + 1);
    const stuck = plan.atoms.filter((path) => ledger.atom(path) === 'REVERT_FAILURE');
    const process = this.#process();
    if (mending.how === 'skipRevert' && stuck.includes(mending.path)) {
      await this.#waited(process, this.#ask('skipRevert', process).over, 'skipRevert');
      return true;
    }
    this.#mendedIn = ledger.beginnings;
    const wish = mending.how === 'retryRevert' && stuck.includes(mending.path) ? 'retryRevert' : 'retryFailed';
    await this.#waited(process, this.#ask(wish, process).over, wish);
    return true;
  }

  /** What has ended runs again: a success does nothing more, and after a reset everything is as in the beginning. */
  async #again(): Promise<void> {
    const process = this.#process();
    if (this.ledger.state === 'SUCCESS') await this.#waited(process, this.#ask('rerun', process).over, 'rerun');
    const next = this.#process();
    await this.#waited(next, this.#ask('reset', next).over, 'reset');
  }

  /** What the store says of it is what has happened. */
  async #judgeStored(): Promise<void> {
    const { ledger, store } = this;
    const { state } = ledger;
    if (state === undefined) return;
    const process = this.#process();
    const seen = process.app.inspect(this.id).catch((error: unknown) => {
      if (!isLoss(error)) throw error;
      return undefined;
    });
    const view = await this.#waited(process, seen, 'inspect');
    if (view === 'died' || view === undefined || ledger.state !== state) return;
    if (view.state !== state) ledger.blame(`it is ${state}, and shown as ${view.state}`);
    for (const { path, state: of } of view.atoms) {
      const known = ledger.atom(path);
      if (of !== known && known !== 'WITHDRAWN') ledger.blame(`${path} is ${known}, and shown as ${of}`);
    }
    if ((state === 'REVERTED' || state === 'FAILURE') && view.failures.length === 0) ledger.blame(`${state} without failures`);
    const journal = store.connect();
    await journal.open();
    const run = await journal.find({ key: this.id });
    const loaded = run && (await journal.load(run.runId));
    await journal.close();
    if (ledger.state !== state) return;
    for (const { kind } of loaded?.inbox ?? [])
      if (state !== 'FAILURE' || kind === 'cancel' || kind === 'suspend') ledger.blame(`it is ${state}, and a ${kind} is in its inbox`);
  }

  /** One that lives: the first, or a new one when it has died. */
  #process(): LiveProcess {
    return this.#living()[0] ?? this.#begun();
  }

  #besides(other: LiveProcess): LiveProcess {
    return this.#living().find((one) => one !== other) ?? this.#begun();
  }

  #living(): readonly LiveProcess[] {
    return this.#processes.filter((one) => !one.isDead && !this.#stopped.has(one));
  }

  #begun(): LiveProcess {
    const process: LiveProcess = new LiveProcess(String.fromCharCode(65 + (this.#made++ % 26)), this);
    this.#processes.push(process);
    return process;
  }

  /** Time goes on until something is there, or the process has died. */
  async #waited<Result>(process: LiveProcess, promise: Promise<Result>, what: string): Promise<Result | 'died' | undefined> {
    const over = Promise.race([promise, process.died]);
    let isOver = false;
    over.then(
      () => {
        isOver = true;
      },
      () => {
        isOver = true;
      },
    );
    for (let look = 0; look < (this.clock === undefined ? REAL_PATIENCE : PATIENCE); look++) {
      await turns(4);
      if (isOver) return over;
      if (this.clock === undefined) await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
      else this.clock.advance(TICK_MS);
    }
    this.ledger.blame(`${what} hangs`);
    return undefined;
  }

  async #turnsUntil(promise: Promise<unknown>): Promise<void> {
    await Promise.race([promise, turns(8)]);
  }
}

/** What whoever waits for a run may be told, when others have it or have removed it. */
const LOSSES = ['STALE_RUN', 'APP_STOPPED', 'RUN_OWNED', 'RUN_NOT_FOUND'] as const;

function isLoss(error: unknown): boolean {
  return LOSSES.some((code) => isFlowproofError(error, code));
}

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
}
