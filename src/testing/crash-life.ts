import type { App } from '../app/index.js';
import type { AnyFlow, Resolve } from '../authoring/index.js';
import type { CallEnd, ExecutorChoice, TaskRequest } from '../calls/index.js';
import { compile } from '../compilation/index.js';
import type { AnyRunResult } from '../engine/index.js';
import { serial } from '../executors/index.js';
import { atMost, systemClock } from '../model/clock.js';
import { isFlowproofError } from '../model/errors.js';
import { endOfTurn } from '../model/event-loop.js';
import type { Phase } from '../model/states.js';
import type { Entry, Persistence } from '../persistence/index.js';
import { commitInWords } from './commit-in-words.js';
import { added, type Effects, type ReadEffects, readEffects, renamed } from './effects.js';
import { withFaults } from './faults.js';
import type { Pace } from './pace.js';
import { madeTestApp } from './test-app.js';
import { VirtualClock } from './virtual-clock.js';

/** What a flow is put through. */
export interface Trial {
  readonly flow: AnyFlow;
  readonly inputs?: unknown;
  readonly services?: object;
  readonly resolve?: Resolve;
  readonly effects: ReadEffects;
  readonly reset?: () => unknown;
  readonly signals?: Readonly<Record<string, unknown>>;
}

/** How one run of it goes. */
export interface Course {
  readonly id: string;
  readonly store: Persistence;
  /** The run is cancelled when this task has done its work. */
  readonly cancelAfter?: string;
  /** The process dies at this commit, counted from 0, before or after it is durable. */
  readonly crash?: { readonly write: number; readonly side: 'before' | 'after' };
}

/** A call of a task. */
export interface TaskCall {
  readonly path: string;
  readonly phase: Phase;
  readonly key: string;
  /** In the process that went on after the crash. */
  readonly isAfterCrash: boolean;
  /** It had ended when its process died, or the run ended. */
  hasEnded: boolean;
}

/** What came of it. */
export interface Life {
  readonly end: AnyRunResult;
  /** What the run has added to the world. */
  readonly effects: Effects;
  readonly calls: readonly TaskCall[];
  /** By which call each effect came first; asked for only without a crash. */
  readonly causes: ReadonlyMap<string, TaskCall>;
  /** What was written, in words. */
  readonly commits: readonly string[];
  readonly hasDied: boolean;
}

/** So long a run may take, in real time. */
const LIFE_MS = 60_000;

/** Lets a run live, die, and be gone on with. @throws Error when it does not end */
export async function live(trial: Trial, course: Course): Promise<Life> {
  await trial.reset?.();
  const before = await readEffects(trial.effects);
  const life = new Living(trial, course, before);
  const done = life.run();
  done.catch(() => undefined);
  if (!(await atMost(systemClock, LIFE_MS, done))) throw new Error(`flow '${trial.flow.name}' does not end: ${life.underWay()}`);
  return done;
}

class Living {
  readonly #trial: Trial;
  readonly #course: Course;
  readonly #before: Effects;
  readonly #calls: TaskCall[] = [];
  readonly #causes = new Map<string, TaskCall>();
  readonly #commits: string[] = [];
  readonly #sent = new Set<string>();
  #hasDied = false;

  constructor(trial: Trial, course: Course, before: Effects) {
    this.#trial = trial;
    this.#course = course;
    this.#before = before;
  }

  underWay(): string {
    const call = this.#calls.find(({ hasEnded }) => !hasEnded);
    return call === undefined ? 'no task is under way' : `'${call.path}' is under way, and did not end for ${LIFE_MS} ms`;
  }

  async run(): Promise<Life> {
    const { crash, store } = this.#course;
    const clock = new VirtualClock(systemClock.nowMs());
    const faulty = withFaults(store, (write, entry) => {
      this.#commits.push(this.#inWords(entry));
      return crash?.write === write ? (crash.side === 'before' ? 'die-before' : 'die-after') : 'pass';
    });
    let end = await Promise.race([this.#process(faulty, clock), faulty.died]);
    if (end === undefined) {
      this.#hasDied = true;
      await faulty.disconnect();
      end = await this.#process(store, new VirtualClock(clock.nowMs()));
    }
    return {
      end,
      effects: renamed(added(this.#before, await readEffects(this.#trial.effects)), (effect) => this.#withoutIds(effect)),
      calls: this.#calls,
      causes: new Map([...this.#causes].map(([effect, call]) => [this.#withoutIds(effect), call])),
      commits: this.#commits,
      hasDied: this.#hasDied,
    };
  }

  /** Runs or goes on with the run, until it ends or its process dies. */
  async #process(persistence: Persistence, clock: VirtualClock): Promise<AnyRunResult> {
    const { flow, services, resolve, inputs } = this.#trial;
    const { id } = this.#course;
    const given = { ...(services === undefined ? {} : { services }), ...(resolve === undefined ? {} : { resolve }) };
    const begun = { id, ...(inputs === undefined ? {} : { inputs }) };
    const executor = this.#watching(() => app);
    const { app, pace } = madeTestApp({ flows: [flow], persistence, clock, executor, recover: false, skipTime: false, ...given });
    try {
      for (let rests = 0; ; rests++) {
        const isKnown = this.#hasDied && (await isThere(app, id));
        const run = isKnown || rests > 0 ? app.resume(flow, id, { takeover: 'force' }) : app.run(flow, begun as { readonly id: string });
        const end = await this.#driven(app, pace, run as Promise<AnyRunResult>);
        // A person who has looked at it lets it go on.
        if (end.state !== 'SUSPENDED' || rests === MOST_RESTS) return end;
      }
    } finally {
      await app.stop();
    }
  }

  /** Sends signals, and lets time pass, as the run waits for them. */
  async #driven(app: App<readonly AnyFlow[]>, pace: Pace, run: Promise<AnyRunResult>): Promise<AnyRunResult> {
    let isOver = false;
    const over = (): void => {
      isOver = true;
    };
    run.then(over, over);
    for (;;) {
      await Promise.race([run, pace.standstill()]);
      if (isOver) return run;
      if (!(await this.#signal(app)) && !pace.skip()) throw new Error(await this.#whyStuck(app));
    }
  }

  /** @returns whether the run waited for one that there is */
  async #signal(app: App<readonly AnyFlow[]>): Promise<boolean> {
    const { flow, signals = {} } = this.#trial;
    const { id } = this.#course;
    for (const { path, round, waiting } of (await app.inspect(id)).atoms) {
      const { name } = waiting ?? {};
      const messageId = `${path} ${round}`;
      if (name === undefined || !Object.hasOwn(signals, name) || this.#sent.has(`${messageId} ${this.#hasDied}`)) continue;
      this.#sent.add(`${messageId} ${this.#hasDied}`);
      await (app.signal as (...args: readonly unknown[]) => Promise<void>)(flow, id, name, signals[name], { messageId });
      return true;
    }
    return false;
  }

  async #whyStuck(app: App<readonly AnyFlow[]>): Promise<string> {
    const { waiting, state } = await app.inspect(this.#course.id);
    const what =
      waiting?.name === undefined
        ? `the run is ${state}, and nothing is under way`
        : `it waits for the signal '${waiting.name}': give it in 'signals'`;
    return `flow '${this.#trial.flow.name}' does not end: ${what}`;
  }

  /** Calls tasks one at a time, and notes what each does. */
  #watching(app: () => App<readonly AnyFlow[]>): ExecutorChoice {
    const make: ExecutorChoice['make'] = (parts) => {
      const executor = serial().make(parts);
      return {
        ...executor,
        start: (work) => {
          const call = executor.start(work);
          const request = work.request as TaskRequest;
          return { end: this.#noted(request, call.end, app), abort: (reason) => call.abort(reason), kill: () => call.kill() };
        },
      };
    };
    return { kind: 'serial', make };
  }

  async #noted(
    { path, phase, idempotencyKey: key }: TaskRequest,
    ending: Promise<CallEnd>,
    app: () => App<readonly AnyFlow[]>,
  ): Promise<CallEnd> {
    const { cancelAfter, crash, id } = this.#course;
    const isAfterCrash = this.#hasDied;
    const call: TaskCall = { path, phase, key, isAfterCrash, hasEnded: false };
    this.#calls.push(call);
    const end = await ending;
    // What a process that has died still does is not known to anybody.
    if (isAfterCrash === this.#hasDied) call.hasEnded = true;
    if (crash === undefined) await this.#findCauses(call);
    if (path === cancelAfter && phase === 'execute' && end.kind === 'result') {
      await app().cancel(id);
      await this.#cancelling();
    }
    return end;
  }

  /** The same commits in each run: the cancellation is one of its own, as far as it comes soon. */
  async #cancelling(): Promise<void> {
    for (let turns = 0; turns < MOST_TURNS && !this.#commits.some((commit) => commit.includes('the run CANCEL')); turns++)
      await endOfTurn();
  }

  async #findCauses(call: TaskCall): Promise<void> {
    const now = added(this.#before, await readEffects(this.#trial.effects));
    for (const effect of now.keys()) if (!this.#causes.has(effect)) this.#causes.set(effect, call);
  }

  /** Ids and keys are others in every run: so texts that hold them can be compared. */
  #withoutIds(effect: string): string {
    let text = effect.replaceAll(this.#course.id, '<run>');
    for (const { key, path } of this.#calls) text = text.replaceAll(key, `<key of ${path}>`);
    return text;
  }

  #inWords({ transitions }: Entry): string {
    const definition = this.#trial.flow['~flowproof'].definition;
    return commitInWords(transitions, compile(definition).atoms);
  }
}

const MOST_RESTS = 10;
const MOST_TURNS = 20;

async function isThere(app: App<readonly AnyFlow[]>, id: string): Promise<boolean> {
  try {
    await app.handle(id).state();
    return true;
  } catch (error) {
    if (isFlowproofError(error, 'RUN_NOT_FOUND')) return false;
    throw error;
  }
}
