/** Door of schedules: what users declare, and what is due of it when. Pure: the time is handed in. */

export { OWN_METADATA } from './check-schedule.js';
export { type CatchUp, type Due, dueOf, firstOf } from './due.js';
export { type Schedule, type ScheduleDefinition, schedule, scheduleDefinitionOf } from './schedule.js';
export { ScheduleError } from './schedule-error.js';
export type { Overlap, ScheduleOptions, ScheduleOptionsFor } from './schedule-options.js';
export { type Firings, firingsOf, type Timing } from './timing.js';
