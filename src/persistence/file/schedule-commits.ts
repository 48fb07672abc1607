import type { StoredSchedule } from '../contract/schedules.js';
import type { ScheduleTable } from '../memory/schedule-table.js';
import type { Commit } from './commit-queue.js';
import type { CommitParams } from './commits.js';
import { schedulesLine, unscheduledLine } from './records.js';

/** Changes schedules to what they are to be when its turn has come. Settles with how many that were. */
export function scheduling(
  changed: (table: ScheduleTable) => readonly StoredSchedule[],
  { index, settle, fail }: CommitParams<number>,
): Commit {
  const { schedules } = index.table;
  let changes: readonly StoredSchedule[] = [];
  return {
    scopes: 'all',
    sync: true,
    async prepare() {
      changes = changed(schedules);
      if (changes.length > 0) return [schedulesLine(changes)];
      settle(0);
      return [];
    },
    done() {
      for (const schedule of changes) schedules.set(schedule);
      settle(changes.length);
    },
    failed: fail,
  };
}

export function unscheduling(name: string, { index, settle, fail }: CommitParams<void>): Commit {
  const { schedules } = index.table;
  return {
    scopes: 'all',
    sync: true,
    async prepare() {
      if (schedules.has(name)) return [unscheduledLine(name)];
      settle();
      return [];
    },
    done() {
      schedules.remove(name);
      settle();
    },
    failed: fail,
  };
}
