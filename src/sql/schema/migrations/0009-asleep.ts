import type { Migration } from './migration.js';

/** Runs that rest, and were asked to go on, are found by who has their flow; what sleeps is found by the index of what is due. */
export const asleep: Migration = {
  version: 9,
  name: 'asleep',
  breaking: false,
  statements: (s) => [
    `create index runs_asked on ${s}.runs (flow, wake_at) where owner is null and wake_at is not null and state in ('SUSPENDED', 'FAILURE')`,
    `comment on column ${s}.runs.wake_at is 'When a run is due that nobody has. Null: a RUNNING one at once, others never; infinity: when a message comes.'`,
  ],
};
