import { isFlowproofError, type Persistence } from '../../src/index.js';
import { isEnded } from '../../src/model/states.js';
import type { VirtualClock } from '../../src/testing/index.js';
import { inboxOf, wrongInbox, wrongView } from './as-stored.js';
import type { Blow } from './blow.js';
import { Ledger } from './ledger.js';
import type { LiveProcess, Stage } from './process.js';
import { Processes } from './processes.js';
import { Rounds } from './rounds.js';
import type { Scenario } from './scenarios.js';
import { TICK_MS, turns, Waiting } from './waiting.js';
import { inMemory, type Where } from './where.js';
import { type Asked, ask, type Wish } from './wishes.js';

export interface Played {
  readonly wrong: readonly string[];
  readonly log: readonly string[];
  /** How it ended first. */
  readonly end: string;
  /** Atoms that were skipped then. */
  readonly skipped: readonly string[];
  /** How many moments there were. */
  readonly moments: number;
}

interface Ended {
  readonly state: string;
  readonly failures?: readonly unknown[];
}

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
  readonly #processes = new Processes(this);
  readonly #doomed = new Map<LiveProcess, string>();
  readonly #rounds: Rounds;
  readonly #waiting: Waiting;
  #turn: Promise<unknown> = Promise.resolve();
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
    this.#rounds = new Rounds(scenario.fails);
    this.#waiting = new Waiting(clock, (what) => this.ledger.blame(what));
    this.#blows = blows;
  }

  async toItsEnd(): Promise<Played> {
    const { ledger } = this;
    const { atoms } = this.scenario.plan;
    let end: { readonly state: string; readonly skipped: readonly string[] } | undefined;
    for (let leg = 0; leg < MAX_LEGS && ledger.wrong.length === 0; leg++) {
      if (!(await this.#goesOn())) continue;
      const { state, beginnings } = ledger;
      await this.#judgeStored();
      // Somebody has had it begin anew meanwhile.
      if (ledger.state !== state || ledger.beginnings !== beginnings) continue;
      if (end !== undefined) break;
      end = { state: state ?? 'nothing', skipped: atoms.filter((path) => ledger.atom(path) === 'IGNORE') };
      await this.#again();
    }
    if (ledger.wrong.length === 0) {
      if (ledger.state === undefined || !isEnded(ledger.state)) ledger.blame(`it is ${ledger.state} after ${MAX_LEGS} legs`);
      for (const { by, wish, over } of this.#asked) if (!by.isDead) await this.#waiting.until(by, over, `whoever asked: ${wish}`);
    }
    for (const process of this.#processes.all) if (!process.isDead) await this.#waiting.until(process, process.app.stop(), 'a stop');
    for (const process of this.#processes.all) if (process.isDead) await process.buried();
    const { state = 'nothing', skipped = [] } = end ?? {};
    return { wrong: ledger.wrong, log: ledger.log, end: state, skipped, moments: this.#moments };
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

  fails(path: string, key: string, turn: number): boolean {
    return this.#rounds.fails(path, `${key} ${turn}`, this.ledger.beginnings);
  }

  roundOf(path: string, key: string): number {
    return this.#rounds.roundOf(path, key, this.ledger.beginnings);
  }

  isBroken(path: string): boolean {
    return this.#mendedIn !== this.ledger.beginnings && this.scenario.broken.includes(path);
  }

  async #strike({ moment, wish, by, brought, harm }: Blow, at: LiveProcess, where: string): Promise<void> {
    this.ledger.note(`-- moment ${moment}, ${at.name} ${where}: ${wish} ${by}, ${harm}`);
    if (wish !== 'nothing') {
      const process = by === 'here' ? at : this.#processes.besides(at);
      if (wish === 'stop') this.#processes.stops(process);
      await Promise.race([this.#ask(wish, process).taken, turns(8)]);
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

  async #waited(wish: Wish): Promise<void> {
    const process = this.#processes.any();
    await this.#waiting.until(process, this.#ask(wish, process).over, wish);
  }

  /** Moves the run on as whoever runs the flow would. @returns whether it has come to its end */
  async #goesOn(): Promise<boolean> {
    const { ledger } = this;
    const { state } = ledger;
    if (state !== undefined && isEnded(state)) return state !== 'FAILURE' || !(await this.#isHelped());
    const process = this.#processes.any();
    const run = this.#gone(process);
    const ended = await this.#waiting.until(
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
  #gone({ app, flow }: LiveProcess): Promise<Ended> {
    const given = flow as never;
    const { id, ledger, clock } = this;
    if (clock === undefined && ledger.isLeft) return app.resume(given, id, { takeover: 'force' }) as Promise<Ended>;
    return app.run(given, { id, logbook: id } as never) as Promise<Ended>;
  }

  /** An operator mends what has failed. @returns whether there was something to be done */
  async #isHelped(): Promise<boolean> {
    const { scenario, ledger } = this;
    const { mending, plan } = scenario;
    const helped = this.#helped.get(ledger.beginnings) ?? 0;
    if (mending === undefined || helped >= MAX_HELP) return false;
    this.#helped.set(ledger.beginnings, helped + 1);
    const stuck = plan.atoms.filter((path) => ledger.atom(path) === 'REVERT_FAILURE');
    if (mending.how === 'skipRevert' && stuck.includes(mending.path)) {
      await this.#waited('skipRevert');
      return true;
    }
    this.#mendedIn = ledger.beginnings;
    await this.#waited(mending.how === 'retryRevert' && stuck.includes(mending.path) ? 'retryRevert' : 'retryFailed');
    return true;
  }

  /** What has ended runs again: a success does nothing more, what was left done is undone, and after a reset everything is as in the beginning. */
  async #again(): Promise<void> {
    if (this.ledger.state === 'CANCELLED' && this.ledger.hearing.isHalted) await this.#waited('cancel');
    if (this.ledger.state === 'SUCCESS') await this.#waited('rerun');
    await this.#waited('reset');
  }

  /** What the store says of it is what has happened. */
  async #judgeStored(): Promise<void> {
    const { ledger } = this;
    const { state } = ledger;
    if (state === undefined) return;
    const process = this.#processes.any();
    const seen = process.app.inspect(this.id).catch((error: unknown) => {
      if (!isLoss(error)) throw error;
      return undefined;
    });
    const view = await this.#waiting.until(process, seen, 'inspect');
    if (view === 'died' || view === undefined || ledger.state !== state) return;
    ledger.blame(...wrongView(view, state, this));
    const inbox = await inboxOf(this);
    if (ledger.state === state) ledger.blame(...wrongInbox(inbox, state, ledger));
  }
}

/** What whoever waits for a run may be told, when others have it or have removed it. */
const LOSSES = ['STALE_RUN', 'APP_STOPPED', 'RUN_OWNED', 'RUN_NOT_FOUND'] as const;

function isLoss(error: unknown): boolean {
  return LOSSES.some((code) => isFlowproofError(error, code));
}
