import { isEnded, type RunState } from '../../model/states.js';
import type { CreateRunParams, InboxMessage } from '../contract/journal.js';
import {
  type DeclaredSchedule,
  type DueParams,
  type DueSchedules,
  type Firing,
  MOST_RUNNING,
  type ScheduleChange,
  type StoredSchedule,
} from '../contract/schedules.js';

/** What a firing comes to, before anything of it is written. */
export type Fired =
  | { readonly kind: 'stale' }
  /** `taken`: there is a run of that id, so that it only moves on. */
  | {
      readonly kind: 'fires' | 'overlap' | 'taken';
      readonly schedule: StoredSchedule;
      /** What those hear that are replaced. */
      readonly messages: readonly InboxMessage[];
    };

/** Schedules by name, for the stores that live in one process. */
export class ScheduleTable {
  readonly #byName = new Map<string, StoredSchedule>();

  all(names?: readonly string[]): readonly StoredSchedule[] {
    const all = [...this.#byName.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
    return names === undefined ? all : all.filter(({ name }) => names.includes(name));
  }

  /** As it is from now on. */
  set(schedule: StoredSchedule): void {
    this.#byName.set(schedule.name, schedule);
  }

  remove(name: string): void {
    this.#byName.delete(name);
  }

  has(name: string): boolean {
    return this.#byName.has(name);
  }

  /** Those of these that are new, or newer than what is there, as they would be. */
  declared(schedules: readonly DeclaredSchedule[]): readonly StoredSchedule[] {
    return schedules.flatMap((given): readonly StoredSchedule[] => {
      const { name, flow, version, spec, specHash, nextAtMs } = given;
      const before = this.#byName.get(name);
      if (before !== undefined && before.version >= version) return [];
      const { nextAtMs: _, revision = 0, ...kept } = before ?? { paused: false, running: [] };
      return [{ ...kept, name, flow, version, spec, specHash, ...nextOf(nextAtMs), revision: revision + 1 }];
    });
  }

  /** As it would be; nothing when it is another one by now. */
  changed(name: string, revision: number, { paused, nextAtMs }: ScheduleChange): StoredSchedule | undefined {
    const before = this.#byName.get(name);
    if (before?.revision !== revision) return undefined;
    return { ...moved(before, nextAtMs), paused: paused ?? before.paused, revision: revision + 1 };
  }

  due({ declared, nowMs: given }: DueParams, ownMs: number): DueSchedules {
    const nowMs = given ?? ownMs;
    const mine = this.all().filter(
      ({ name, specHash, paused, nextAtMs }) =>
        !paused && nextAtMs !== undefined && declared.some((one) => one.name === name && one.specHash === specHash),
    );
    const isDue = ({ nextAtMs = Number.POSITIVE_INFINITY }: StoredSchedule): boolean => nextAtMs <= nowMs;
    const later = mine.filter((schedule) => !isDue(schedule)).map(({ nextAtMs }) => nextAtMs as number);
    return { schedules: mine.filter(isDue), nowMs, ...(later.length === 0 ? {} : { nextAtMs: Math.min(...later) }) };
  }

  /** @param stateOf of a run by its id; nothing where there is none */
  fired(
    firing: Firing,
    run: { readonly runId: string; readonly key: string; readonly isTaken: boolean },
    stateOf: (runId: string) => RunState | undefined,
  ): Fired {
    const { name, revision, atMs, nextAtMs, overlap } = firing;
    const before = this.#byName.get(name);
    if (before?.revision !== revision || (before.paused && nextAtMs !== undefined)) return { kind: 'stale' };
    const running = before.running.filter((runId) => {
      const state = stateOf(runId);
      return state !== undefined && !isEnded(state);
    });
    const next = { ...moved(before, nextAtMs), revision: revision + 1 };
    if (run.isTaken) return { kind: 'taken', schedule: { ...next, running }, messages: [] };
    if (overlap === 'skip' && running.length > 0) return { kind: 'overlap', schedule: { ...next, running }, messages: [] };
    const messages = overlap === 'replace' ? running.map((runId) => ({ id: run.key, runId, kind: 'cancel' }) as const) : [];
    const all = [...running, run.runId].slice(-MOST_RUNNING);
    return { kind: 'fires', schedule: { ...next, running: all, lastAtMs: atMs, lastKey: run.key }, messages };
  }
}

/** What the firing that a run begins by comes to in this table of runs. */
export function firedIn(
  table: { readonly schedules: ScheduleTable; get(runId: string): { readonly state: RunState } | undefined },
  firing: Firing,
  { entry, key }: Pick<CreateRunParams, 'entry' | 'key'>,
  isTaken: boolean,
): Fired {
  return table.schedules.fired(firing, { runId: entry.runId, key, isTaken }, (runId) => table.get(runId)?.state);
}

function moved(schedule: StoredSchedule, nextAtMs: number | null | undefined): StoredSchedule {
  if (nextAtMs === undefined) return schedule;
  const { nextAtMs: _, ...rest } = schedule;
  return { ...rest, ...nextOf(nextAtMs ?? undefined) };
}

function nextOf(nextAtMs: number | undefined): Pick<StoredSchedule, 'nextAtMs'> {
  return nextAtMs === undefined ? {} : { nextAtMs };
}
