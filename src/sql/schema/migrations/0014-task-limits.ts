import type { Migration } from './migration.js';

/**
 * Slots of calls of tasks, beside those of runs: the same primary key is their limit. What waits has a row, whose number is its place; it counts while
 * the process that has asked last has the run, and lives.
 */
export const taskLimits: Migration = {
  version: 14,
  name: 'task-limits',
  breaking: false,
  statements: (s) => [
    `alter table ${s}.slots add atom int, add owner uuid`,
    `create unique index slots_atom on ${s}.slots (run_id, atom) where atom is not null`,
    `comment on table ${s}.slots is 'Which runs of flows with limits, and which calls of tasks with limits, are under way.'`,
    `comment on column ${s}.slots.name is 'flow: and the name of the flow, or task: and the name of the task.'`,
    `comment on column ${s}.slots.atom is 'Of a task: its number in the run. Null: the run itself has it.'`,
    `comment on column ${s}.slots.owner is 'Of a task: the process that has asked for it last. While no living process has the run, others may have it.'`,
    `create table ${s}.slot_waits (
      run_id uuid not null,
      atom int not null,
      id bigint not null generated always as identity,
      name text not null,
      key text not null,
      owner uuid not null,
      since timestamptz not null default clock_timestamp(),
      primary key (run_id, atom))`,
    `create index slot_waits_row on ${s}.slot_waits (name, key, id)`,
    `comment on table ${s}.slot_waits is 'Which calls of tasks with limits wait for a slot: the lowest id is next.'`,
    `comment on column ${s}.slot_waits.run_id is 'The run of the call.'`,
    `comment on column ${s}.slot_waits.atom is 'Its number in the run.'`,
    `comment on column ${s}.slot_waits.id is 'Its place among those that wait for the same.'`,
    `comment on column ${s}.slot_waits.name is 'task: and the name of the task.'`,
    `comment on column ${s}.slot_waits.key is 'The value by which the call is counted.'`,
    `comment on column ${s}.slot_waits.since is 'When it was asked for first.'`,
    `comment on column ${s}.slot_waits.owner is 'The process that has asked for it last. Where another one has the run, it does not count.'`,
  ],
};
