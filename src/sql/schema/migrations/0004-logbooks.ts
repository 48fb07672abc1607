import type { Migration } from './migration.js';

/** Groups of runs, names and values to find runs by, and an index for each way to list them. */
export const logbooks: Migration = {
  version: 4,
  name: 'logbooks',
  breaking: false,
  statements: (s) => [
    `create table ${s}.logbooks (
       name text collate "C" primary key,
       created_at timestamptz not null default clock_timestamp(),
       metadata json not null
     )`,
    `comment on table ${s}.logbooks is 'Groups of runs.'`,
    `comment on column ${s}.logbooks.name is 'What the user calls it.'`,
    `comment on column ${s}.logbooks.created_at is 'When it, or its first run, was made.'`,
    `comment on column ${s}.logbooks.metadata is 'Names and texts that the user gave it.'`,

    `alter table ${s}.runs add logbook text collate "C", add metadata json`,
    `comment on column ${s}.runs.logbook is 'The logbook that it belongs to, if any.'`,
    `comment on column ${s}.runs.metadata is 'Names and texts that the user gave it; see run_metadata for how they are found.'`,
    // Of an order that the primary key does not have, so that no planner takes that one for a walk: see list-runs.ts.
    `create index runs_logbook on ${s}.runs (logbook, uuid_send(run_id) desc) where logbook is not null`,
    `create index runs_flow on ${s}.runs (flow, uuid_send(run_id) desc)`,
    `create index runs_unfinished on ${s}.runs (run_id desc) where ended_at is null`,

    `create table ${s}.run_metadata (
       name text collate "C" not null,
       value text collate "C" not null,
       run_id uuid not null,
       primary key (name, value, run_id)
     )`,
    `comment on table ${s}.run_metadata is 'Finds runs by their metadata, in order, however many there are.'`,
    `comment on column ${s}.run_metadata.name is 'Key in runs.metadata.'`,
    `comment on column ${s}.run_metadata.value is 'Its text.'`,
    `comment on column ${s}.run_metadata.run_id is 'The run that has it.'`,
  ],
};
