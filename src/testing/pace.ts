import { AsyncLocalStorage } from 'node:async_hooks';
import type { TaskDefinition } from '../authoring/index.js';
import type { Call, Executor, ExecutorChoice } from '../calls/index.js';
import { type Clock, systemClock } from '../model/clock.js';
import { Activity } from './activity.js';
import type { StubbedFlows } from './stubbed-flows.js';
import type { VirtualClock } from './virtual-clock.js';

/** A call of a task: it does nothing itself while it waits for a run. */
interface CallUnderWay {
  end: () => void;
  waits: number;
  isOver: boolean;
}

/** How often a clock is moved on that goes as real time does. */
const STEP_MS = 10;

/** Of all apps that go by one clock. */
const paces = new WeakMap<VirtualClock, Pace>();

/**
 * Moves a clock on when somebody waits for a run, nothing is under way, and something of a run is due later. So a signal that a
 * test is about to send is not overtaken by the timeout of its wait.
 */
export class Pace {
  readonly activity = new Activity();
  readonly #clock: VirtualClock;
  /** When something of a run is due. */
  readonly #wakeUps = new Set<{ readonly atMs: number }>();
  readonly #calling = new AsyncLocalStorage<CallUnderWay>();
  #waiting = 0;
  #isMoving = false;

  static of(clock: VirtualClock): Pace {
    const pace = paces.get(clock) ?? new Pace(clock);
    paces.set(clock, pace);
    return pace;
  }

  private constructor(clock: VirtualClock) {
    this.#clock = clock;
  }

  /** The clock, as the app is given it. */
  get clock(): Clock {
    const clock = this.#clock;
    return {
      nowMs: () => clock.nowMs(),
      monotonicMs: () => clock.monotonicMs(),
      after: (delayMs, callback, options) => {
        // What is to be at once needs no time to pass.
        if (options?.upkeep === true && delayMs > 0) return clock.after(delayMs, callback);
        const wakeUp = { atMs: clock.nowMs() + delayMs };
        this.#wakeUps.add(wakeUp);
        this.activity.changed();
        const cancel = clock.after(delayMs, () => {
          this.#wakeUps.delete(wakeUp);
          this.activity.changed();
          callback();
        });
        return () => {
          this.#wakeUps.delete(wakeUp);
          cancel();
        };
      },
    };
  }

  /** The executor, whose calls are waited for before time is skipped. Stubs are called in this process. */
  watched(choice: ExecutorChoice<unknown>, stubs: StubbedFlows): ExecutorChoice {
    const make: ExecutorChoice['make'] = (parts) => {
      const executor = choice.make(parts);
      const { open, close, reattach } = executor;
      return {
        kind: executor.kind,
        slots: executor.slots,
        ...(executor.lockstep === undefined ? {} : { lockstep: executor.lockstep }),
        start: (work) => this.#watch(() => (stubs.isStub(work.request.path) ? work.callHere() : executor.start(work))),
        ...(reattach === undefined ? {} : { reattach: (work) => this.#reattached(reattach.call(executor, work)) }),
        ...(open === undefined ? {} : { open: (tasks) => opened(open.bind(executor), tasks, stubs) }),
        ...(close === undefined ? {} : { close: () => close.call(executor) }),
      };
    };
    return { kind: choice.kind, make };
  }

  async #reattached(found: Promise<Call | undefined>): Promise<Call | undefined> {
    const call = await this.activity.during(() => found);
    return call === undefined ? undefined : this.#watch(() => call);
  }

  #watch(begin: () => Call): Call {
    const underWay: CallUnderWay = { end: this.activity.begin(), waits: 0, isOver: false };
    const over = (): void => {
      underWay.isOver = true;
      underWay.end();
    };
    try {
      const call = this.#calling.run(underWay, begin);
      call.end.then(over, over);
      return call;
    } catch (error) {
      over();
      throw error;
    }
  }

  /** Somebody waits for a run: time may be skipped until the work has ended, unless the test moves it. */
  async whileWaiting<Result>(skipTime: boolean, work: () => Promise<Result>): Promise<Result> {
    const call = this.#calling.getStore();
    if (call !== undefined && !call.isOver && call.waits++ === 0) call.end();
    if (skipTime) this.#waiting++;
    void this.#move();
    try {
      return await work();
    } finally {
      if (skipTime) this.#waiting--;
      if (call !== undefined && --call.waits === 0 && !call.isOver) call.end = this.activity.begin();
      this.activity.changed();
    }
  }

  /** Lets time pass as it does outside, until the work has ended: what an app that stops waits for may never end. */
  async inRealTime<Result>(work: () => Promise<Result>): Promise<Result> {
    let cancel = (): void => undefined;
    const follow = (): void => {
      const sinceMs = systemClock.monotonicMs();
      cancel = systemClock.after(STEP_MS, () => {
        this.#clock.advance(Math.round(systemClock.monotonicMs() - sinceMs));
        follow();
      });
    };
    follow();
    try {
      return await work();
    } finally {
      cancel();
    }
  }

  /** Resolves when nothing is under way, nothing is due, and no time is being skipped. */
  async standstill(): Promise<void> {
    for (;;) {
      await this.activity.quiet();
      const nextMs = this.#nextMs();
      if (nextMs !== undefined && nextMs <= this.#clock.nowMs()) this.#clock.advance(0);
      else if (this.#waiting > 0 && nextMs !== undefined) await this.activity.change();
      else return;
    }
  }

  /** Moves the clock to what is due next. @returns false when nothing is */
  skip(): boolean {
    const nextMs = this.#nextMs();
    if (nextMs !== undefined) this.#clock.advance(Math.max(0, nextMs - this.#clock.nowMs()));
    return nextMs !== undefined;
  }

  async #move(): Promise<void> {
    if (this.#isMoving || this.#waiting === 0) return;
    this.#isMoving = true;
    try {
      for (;;) {
        await this.activity.quiet();
        if (this.#waiting === 0) return;
        if (!this.skip()) await this.activity.change();
      }
    } finally {
      this.#isMoving = false;
    }
  }

  #nextMs(): number | undefined {
    let next: number | undefined;
    for (const { atMs } of this.#wakeUps) if (next === undefined || atMs < next) next = atMs;
    return next;
  }
}

/** Where all tasks are stubs nothing else is needed. */
async function opened(open: NonNullable<Executor['open']>, tasks: readonly TaskDefinition[], stubs: StubbedFlows): Promise<void> {
  const called = stubs.without(tasks);
  if (called.length > 0) await open(called);
}
