import type { LimitStore, ScheduleStore, SlotStore } from '../../persistence/index.js';
import { type SqlLimitsParams, sqlLimits } from '../read/limits.js';
import { sqlSchedules } from '../read/schedules.js';
import { sqlSlots } from './sql-slots.js';

/** What is kept beside the runs. */
export function sideStores(tables: SqlLimitsParams): {
  readonly schedules: ScheduleStore;
  readonly limits: LimitStore;
  readonly slots: SlotStore;
} {
  return { schedules: sqlSchedules(tables), limits: sqlLimits(tables), slots: sqlSlots(tables) };
}
