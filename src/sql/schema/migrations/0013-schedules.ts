import type { Migration } from './migration.js';

/** Runs that begin by the clock. */
export const schedules: Migration = {
  version: 13,
  name: 'schedules',
  breaking: false,
  statements: (s) => [
    `create table ${s}.schedules (
       name text collate "C" primary key,
       flow text collate "C" not null,
       version int not null,
       spec json not null,
       spec_hash text not null,
       next_at timestamptz,
       last_at timestamptz,
       last_key text,
       running uuid[] not null default '{}',
       paused boolean not null default false,
       revision int not null default 1
     )`,
    `comment on table ${s}.schedules is 'Runs that begin by the clock: each firing is one statement, which moves next_at and creates the run.'`,
    `comment on column ${s}.schedules.name is 'What the app calls it; the key of each run is cron:name@time.'`,
    `comment on column ${s}.schedules.flow is 'The flow of its runs.'`,
    `comment on column ${s}.schedules.version is 'As declared: of two, the higher one counts.'`,
    `comment on column ${s}.schedules.spec is 'When and how it fires, for those who look; the inputs of its runs are in the code of the app.'`,
    `comment on column ${s}.schedules.spec_hash is 'Of all that is declared: an app fires only what stands here as it declares it.'`,
    `comment on column ${s}.schedules.next_at is 'When it is due; null: never again.'`,
    `comment on column ${s}.schedules.last_at is 'When the last run was due that it began.'`,
    `comment on column ${s}.schedules.last_key is 'The key of that run.'`,
    `comment on column ${s}.schedules.running is 'Runs of it that had not ended when it fired last.'`,
    `comment on column ${s}.schedules.paused is 'It does not fire.'`,
    `comment on column ${s}.schedules.revision is 'Grows with each change: a firing that has read another one does nothing.'`,
  ],
};
