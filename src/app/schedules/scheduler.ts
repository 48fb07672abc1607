import { type FlowEvent, type ScheduleEvent, Unfired } from '../../engine/index.js';
import { type Clock, LONGEST_TIMER_MS } from '../../model/clock.js';
import type { Codec } from '../../model/codec/codec.js';
import { type FlowproofErrorCode, isFlowproofError } from '../../model/errors.js';
import { toFailure } from '../../model/failure.js';
import { maskedFailure } from '../../model/masking.js';
import type { DueParams, DueSchedules, Journal, ScheduleStore, StoredSchedule } from '../../persistence/index.js';
import { dueOf, firstOf, ScheduleError } from '../../schedules/index.js';
import type { StartedRun } from '../driving/driver.js';
import type { DueSource } from '../driving/ticker.js';
import type { Registry } from '../registry/registry.js';
import type { Runs } from '../runs/runs.js';
import { type DeclaredHere, declaredHere, type PreparedSchedule, preparedSchedule } from './declared.js';
import { differencesOf } from './differences.js';
import { ScheduleRequests } from './schedule-requests.js';
import { Scheduling } from './scheduling.js';

/** What could not begin is not tried again before. */
const REST_MS = 60_000;

export interface SchedulerParts {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly codec: Codec;
  readonly runs: Runs;
  /** Those of the app: its schedules, and whether it is one of a test, whose schedules go by its clock and not by that of the store. */
  readonly options: { readonly schedules?: readonly unknown[]; readonly underTest?: object };
  readonly registry: Pick<Registry, 'today'>;
  emit(event: FlowEvent): void;
}

/** The schedules of an app: declared when it begins to work, and fired when the store says that they are due. */
export class Scheduler implements DueSource {
  readonly #parts: SchedulerParts;
  readonly #scheduling: Scheduling;
  readonly #declared: ReadonlyMap<string, DeclaredHere>;
  readonly #goesByClock: boolean;
  #begun: Promise<void> | undefined;
  #prepared: ReadonlyMap<string, PreparedSchedule> = new Map();
  /** Those that are being fired. */
  readonly #busy = new Set<string>();
  /** Until when, by the clock that only grows. */
  readonly #resting = new Map<string, number>();
  /** When a tick asked last, by the clock that only grows, and what the time of the schedules was ahead of that then. */
  #askedAtMs = 0;
  #aheadMs = 0;
  #timer: { readonly atMs: number; cancel(): void } | undefined;

  /** What operators do with all that are stored. */
  readonly requests: ScheduleRequests;

  /** @throws ScheduleError `INVALID_SCHEDULE`, FlowDefinitionError */
  constructor(parts: SchedulerParts) {
    this.#parts = parts;
    this.#goesByClock = parts.options.underTest !== undefined;
    this.#declared = declaredHere(parts.options.schedules ?? [], parts.registry);
    this.#scheduling = new Scheduling({ ...parts.runs.scheduling(), journal: parts.journal });
    this.requests = new ScheduleRequests(parts.journal, ({ name, specHash }) => this.#prepared.get(name)?.specHash === specHash);
  }

  /**
   * Stores the schedules of this app, once, and fires them from then on.
   *
   * @returns nothing: the app has none
   * @throws ScheduleError, PersistenceError: the next call tries again
   */
  begin(): Promise<void> | undefined {
    if (this.#declared.size === 0) return undefined;
    this.#begun ??= this.#begin().catch((error: unknown) => {
      this.#begun = undefined;
      throw error;
    });
    return this.#begun;
  }

  /** As this app declares it; nothing where it does not. */
  prepared(name: string): PreparedSchedule | undefined {
    return this.#prepared.get(name);
  }

  /** The time that schedules go by, when it is this by the store. */
  nowMs(storeNowMs: number): number {
    return this.#goesByClock ? this.#parts.clock.nowMs() : storeNowMs;
  }

  params(): DueParams {
    this.#askedAtMs = this.#parts.clock.monotonicMs();
    const declared = [...this.#prepared].map(([name, { specHash }]) => ({ name, specHash }));
    return { declared, ...(this.#goesByClock ? { nowMs: this.#parts.clock.nowMs() } : {}) };
  }

  heard({ schedules, nowMs, nextAtMs }: DueSchedules): void {
    this.#aheadMs = nowMs - this.#askedAtMs;
    this.#timer?.cancel();
    this.#timer = undefined;
    for (const stored of schedules) void this.#fireAll(stored, nowMs);
    if (nextAtMs !== undefined) this.#lookAt(nextAtMs);
  }

  /**
   * One run of a schedule, whose firing is made so for it.
   *
   * @returns nothing: there is one of this id
   * @throws Unfired, AppStoppedError, PersistenceError
   */
  fire(
    { today, inputs, definition }: PreparedSchedule,
    stored: StoredSchedule,
    atMs: number,
    nextAtMs?: number | null,
  ): Promise<StartedRun | undefined> {
    const { name, overlap, logbook, metadata } = definition;
    const names = {
      key: `cron:${name}@${new Date(atMs).toISOString()}`,
      ...(logbook === undefined ? {} : { logbook }),
      metadata: { ...metadata, schedule: name, scheduledAtMs: String(atMs) },
    };
    const { revision, running } = stored;
    // What an operator wants is not held back by what is under way.
    const firing =
      nextAtMs === undefined
        ? { name, revision, atMs, overlap: overlap === 'skip' ? ('allow' as const) : overlap }
        : { name, revision, atMs, nextAtMs, overlap };
    return this.#scheduling.fire({ flow: today.flow, names, inputs, firing, earlier: running });
  }

  async #begin(): Promise<void> {
    const { journal, codec } = this.#parts;
    const declared = this.#declared;
    const { schedules } = journal;
    const [first = ''] = declared.keys();
    if (schedules === undefined) throw new ScheduleError('INVALID_SCHEDULE', first, 'the store of this app keeps no schedules');
    const prepared = new Map<string, PreparedSchedule>();
    for (const [name, one] of declared) prepared.set(name, await preparedSchedule(one, codec));
    await this.#declare(schedules, prepared);
    this.#prepared = prepared;
    this.#scheduling.begin(this);
    for (const { today } of prepared.values()) this.#scheduling.beginsOf(today.flow);
  }

  async #declare(store: ScheduleStore, prepared: ReadonlyMap<string, PreparedSchedule>): Promise<void> {
    const names = [...prepared.keys()];
    const { schedules, nowMs: storeNowMs } = await store.list(names);
    const nowMs = this.nowMs(storeNowMs);
    refuseOthers(prepared, schedules);
    const stored = new Map(schedules.map((one) => [one.name, one]));
    const news = [...prepared].flatMap(([name, { definition, today, firings, spec, specHash }]) => {
      const before = stored.get(name);
      if (before !== undefined && before.version >= definition.version) return [];
      const nextAtMs = firstOf(firings, nowMs, before?.paused === false ? before.nextAtMs : undefined);
      const next = nextAtMs === undefined ? {} : { nextAtMs };
      return [{ name, flow: today.flow.name, version: definition.version, spec, specHash, ...next }];
    });
    if (news.length === 0) return;
    await store.declare(news);
    // Another app may have been a moment faster.
    refuseOthers(prepared, (await store.list(names)).schedules);
  }

  async #fireAll(stored: StoredSchedule, nowMs: number): Promise<void> {
    const { name } = stored;
    const prepared = this.#prepared.get(name);
    const { clock } = this.#parts;
    if (prepared === undefined || this.#busy.has(name) || clock.monotonicMs() < (this.#resting.get(name) ?? 0)) return;
    this.#busy.add(name);
    try {
      await this.#goThrough(prepared, stored, nowMs);
      this.#resting.delete(name);
    } catch (error) {
      this.#failed(prepared, stored, error);
    } finally {
      this.#busy.delete(name);
    }
  }

  /** Each of its firings moves the schedule to the next one, so that another app may go on after any of them. */
  async #goThrough(prepared: PreparedSchedule, stored: StoredSchedule, nowMs: number): Promise<void> {
    const { firings, definition } = prepared;
    const dueAtMs = stored.nextAtMs ?? nowMs;
    const due = dueOf(firings, definition.catchUp, dueAtMs, nowMs);
    const lastAtMs = due.nextAtMs ?? null;
    if (due.fires.length === 0) {
      const isMine = await this.#parts.journal.schedules?.change(stored.name, stored.revision, { nextAtMs: lastAtMs });
      if (isMine === true) this.#say(prepared, dueAtMs, { fired: false, runId: undefined, reason: 'missed' });
    }
    for (const [index, atMs] of due.fires.entries()) {
      const current = { ...stored, revision: stored.revision + index };
      const end = await this.#fireOne(prepared, current, atMs, due.fires[index + 1] ?? lastAtMs);
      if (end === 'stale') return;
    }
    if (due.nextAtMs !== undefined) this.#lookAt(due.nextAtMs);
  }

  async #fireOne(prepared: PreparedSchedule, stored: StoredSchedule, atMs: number, nextAtMs: number | null): Promise<'stale' | 'done'> {
    try {
      const started = await this.fire(prepared, stored, atMs, nextAtMs);
      if (started !== undefined) this.#say(prepared, atMs, { fired: true, runId: started.key });
      else this.#say(prepared, atMs, { fired: false, runId: undefined, reason: 'taken' });
      return 'done';
    } catch (error) {
      if (!(error instanceof Unfired)) throw error;
      if (error.why === 'stale') return 'stale';
      this.#say(prepared, atMs, { fired: false, runId: undefined, reason: 'overlap' });
      return 'done';
    }
  }

  /** A store that is away is asked again with the next tick. */
  #failed(prepared: PreparedSchedule, { name, nextAtMs }: StoredSchedule, error: unknown): void {
    const { clock } = this.#parts;
    if (PASSING.some((code) => isFlowproofError(error, code))) return;
    this.#resting.set(name, clock.monotonicMs() + REST_MS);
    const failure = toFailure(error);
    const shown = prepared.today.flow.secrets === undefined ? failure : maskedFailure(failure);
    this.#say(prepared, nextAtMs ?? clock.nowMs(), { fired: false, runId: undefined, reason: 'refused', failure: shown });
  }

  #say(
    { definition: { name }, today: { flow } }: PreparedSchedule,
    scheduledAtMs: number,
    what: Pick<ScheduleEvent, 'fired' | 'runId' | 'reason' | 'failure'>,
  ): void {
    this.#parts.emit({ type: 'schedule', flow: flow.name, atMs: this.#parts.clock.nowMs(), name, scheduledAtMs, ...what });
  }

  /** So that it is not a tick late. What is looked at before anyway needs no second time. */
  #lookAt(atMs: number): void {
    const { clock } = this.#parts;
    if (this.#timer !== undefined && this.#timer.atMs <= atMs) return;
    const delayMs = Math.ceil(atMs - this.#aheadMs - clock.monotonicMs());
    const waitMs = Math.min(Math.max(0, delayMs), LONGEST_TIMER_MS);
    this.#timer?.cancel();
    const ring = (): void => {
      this.#timer = undefined;
      this.#scheduling.hurry();
    };
    this.#timer = { atMs, cancel: clock.after(waitMs, ring, { keepsAlive: false, upkeep: true }) };
  }
}

const PASSING: readonly FlowproofErrorCode[] = ['STORE_UNREACHABLE', 'STORE_CLOSED', 'APP_STOPPED'];

/** @throws ScheduleError `SCHEDULE_CONFLICT` */
function refuseOthers(prepared: ReadonlyMap<string, PreparedSchedule>, stored: readonly StoredSchedule[]): void {
  for (const one of stored) {
    const mine = prepared.get(one.name);
    if (mine === undefined || mine.definition.version !== one.version || mine.specHash === one.specHash) continue;
    const differences = differencesOf({ flow: mine.today.flow.name, spec: mine.spec }, one).join(', ');
    const why = `version ${one.version} of it is stored with another content (${differences}): give it a higher version here, or another name`;
    throw new ScheduleError('SCHEDULE_CONFLICT', one.name, why);
  }
}
