import type { Migration } from './migration.js';

/**
 * What limits of flows count. A slot is there while a run has it, so that its primary key is the limit: of two that would take the same
 * slot one gets it. Of starts each number has the time of the last one that had it.
 */
export const limits: Migration = {
  version: 12,
  name: 'limits',
  breaking: false,
  statements: (s) => [
    `alter table ${s}.runs add limit_key text`,
    `comment on column ${s}.runs.limit_key is 'Of a flow with limits: the value by which its runs are counted, or an empty text. Null: the run was made without.'`,
    `create index runs_limited on ${s}.runs (flow, limit_key, priority desc, wake_at)
      where state = 'PENDING' and owner is null and wake_at is not null and not delayed and limit_key is not null`,
    `create table ${s}.slots (
      name text not null,
      key text not null,
      n int not null,
      run_id uuid not null,
      primary key (name, key, n))`,
    `create index slots_run on ${s}.slots (run_id)`,
    `comment on table ${s}.slots is 'Which runs of flows with limits are under way.'`,
    `comment on column ${s}.slots.name is 'flow: and the name of the flow.'`,
    `comment on column ${s}.slots.key is 'The value by which runs are counted; empty where all are together.'`,
    `comment on column ${s}.slots.n is 'Its number, below the limit.'`,
    `comment on column ${s}.slots.run_id is 'The run that has it, from its claim to its end.'`,
    `create table ${s}.starts (
      name text not null,
      key text not null,
      n int not null,
      at timestamptz not null,
      primary key (name, key, n))`,
    `comment on table ${s}.starts is 'When the last runs of flows with rates were begun.'`,
    `comment on column ${s}.starts.name is 'flow: and the name of the flow.'`,
    `comment on column ${s}.starts.key is 'The value by which starts are counted; empty where all are together.'`,
    `comment on column ${s}.starts.n is 'Its number, below the limit.'`,
    `comment on column ${s}.starts.at is 'When it was had last.'`,
    `create table ${s}.limits (
      name text primary key,
      concurrency int,
      rate_limit int,
      rate_per_ms float8,
      set_at timestamptz not null default statement_timestamp())`,
    `comment on table ${s}.limits is 'Limits that count in the place of what the code of flows says.'`,
    `comment on column ${s}.limits.name is 'flow: and the name of the flow.'`,
    `comment on column ${s}.limits.concurrency is 'How many runs may be under way. Null: as the code says.'`,
    `comment on column ${s}.limits.rate_limit is 'How many may begin within the time of the rate. Null: as the code says.'`,
    `comment on column ${s}.limits.rate_per_ms is 'That time, in milliseconds. Null: as the code says.'`,
    `comment on column ${s}.limits.set_at is 'When somebody said so.'`,
  ],
};
