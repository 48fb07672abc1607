import type { Migration } from './migration.js';

export const journal: Migration = {
  version: 1,
  name: 'journal',
  breaking: true,
  statements: (s) => [
    `create table ${s}.journal (
       run_id uuid not null,
       writer uuid not null,
       at timestamptz not null,
       seq int not null,
       epoch int not null,
       format smallint not null,
       kind text not null,
       step_id bytea not null,
       transitions json not null,
       primary key (run_id, seq)
     )`,
    `create index journal_snapshots on ${s}.journal (run_id, seq) where kind = 'snapshot'`,
    `comment on table ${s}.journal is 'What happened in each run, one row a step. Rows are only ever added. The primary key decides who may write the next one.'`,
    `comment on column ${s}.journal.seq is 'Place in the run, from 0, without holes.'`,
    `comment on column ${s}.journal.epoch is 'Grows with each takeover by another engine.'`,
    `comment on column ${s}.journal.writer is 'The engine that wrote the row.'`,
    `comment on column ${s}.journal.step_id is 'With the writer: tells this write from any other, when an answer was lost.'`,
    `comment on column ${s}.journal.at is 'Clock of the writer.'`,
    `comment on column ${s}.journal.kind is 'step, or snapshot: all of the state, so that readers may begin here.'`,
    `comment on column ${s}.journal.transitions is 'List of [word, atom, ...]. Atoms are places in the atom table of the shape of the run.'`,

    `create table ${s}.runs (
       run_id uuid primary key,
       key text not null unique,
       flow text not null,
       version int not null,
       fingerprint text not null,
       inputs_hash text not null,
       state text not null,
       owner uuid,
       created_at timestamptz not null,
       ended_at timestamptz
     ) with (fillfactor = 80)`,
    `create index runs_open on ${s}.runs (run_id desc) where state <> 'SUCCESS'`,
    `comment on table ${s}.runs is 'Summary of each run. Written together with the row of the journal that changes it; the journal is the truth.'`,
    `comment on column ${s}.runs.key is 'The id that the user gave the run; its own when none was given.'`,
    `comment on column ${s}.runs.owner is 'The engine process that has the run; alive while its row in leases says so.'`,

    `create table ${s}.shapes (
       fingerprint text primary key,
       atoms json not null,
       manifest json not null
     )`,
    `comment on table ${s}.shapes is 'The graph of each flow that ever ran, once.'`,

    `create table ${s}.inbox (
       run_id uuid not null,
       id text not null,
       place bigint generated always as identity,
       kind text not null,
       payload json,
       at timestamptz not null default clock_timestamp(),
       primary key (run_id, id)
     )`,
    `comment on table ${s}.inbox is 'What outsiders wish of a run. The engine that has the run deletes a row with the step that uses it.'`,
    `comment on column ${s}.inbox.place is 'Order of arrival.'`,

    `create table ${s}.leases (
       owner uuid primary key,
       expires_at timestamptz not null
     )`,
    `comment on table ${s}.leases is 'Which engine processes are alive, by the clock of this server.'`,
  ],
};
