import type { Migration } from './migration.js';

/** What it takes to find what dead or stopped processes left, with every renewal of a lease, however many runs there are. */
export const recovery: Migration = {
  version: 7,
  name: 'recovery',
  breaking: false,
  statements: (s) => [
    `alter table ${s}.runs add wake_at timestamptz, add needs smallint not null default 1,
       add takes smallint not null default 0, add priority smallint not null default 0`,
    `comment on column ${s}.runs.wake_at is 'When a run that nobody has is due; null: at once.'`,
    `comment on column ${s}.runs.needs is 'Highest format of its steps: versions that do not read it leave the run alone.'`,
    `comment on column ${s}.runs.takes is 'How often it was taken without a step since: each time that process may have died of it. After 5 nobody takes it any more.'`,
    `comment on column ${s}.runs.priority is 'Higher ones are taken first.'`,
    // One condition says what is due, whoever wrote the row.
    `create index runs_due on ${s}.runs (flow, (coalesce(wake_at, '-infinity'))) where owner is null and state = 'RUNNING'`,
    `create index runs_owner on ${s}.runs (owner) where owner is not null`,
    `create index runs_poisoned on ${s}.runs (run_id) where takes >= 5`,
  ],
};
