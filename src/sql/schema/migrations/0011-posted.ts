import type { Migration } from './migration.js';

/**
 * Posted runs are claimed in the order of one index, of their flow; those that are due later wait in another one, and are moved when
 * their time comes: so neither is read past what is asked for, however many there are.
 */
export const posted: Migration = {
  version: 11,
  name: 'posted',
  breaking: false,
  statements: (s) => [
    `alter table ${s}.runs add delayed boolean not null default false`,
    `comment on column ${s}.runs.delayed is 'Of a posted run: it is due later than now. Who finds that its time has come makes it false.'`,
    `comment on column ${s}.runs.wake_at is 'When a run is due that nobody has. Null: a RUNNING one at once, others never; infinity: when a message comes, or, PENDING, when it is requeued.'`,
    `comment on column ${s}.runs.priority is 'Of posted runs the highest are claimed first.'`,
    `create index runs_posted on ${s}.runs (flow, priority desc, wake_at) where state = 'PENDING' and owner is null and wake_at is not null and not delayed`,
    `create index runs_delayed on ${s}.runs (flow, wake_at) where state = 'PENDING' and owner is null and wake_at is not null and delayed`,
  ],
};
