import type { Migration } from './migration.js';

/** An index for lists of runs by their states: a few failures among a million runs that were undone. */
export const states: Migration = {
  version: 5,
  name: 'states',
  breaking: false,
  statements: (s) => [`create index runs_state on ${s}.runs (state, uuid_send(run_id) desc)`, `drop index ${s}.runs_open`],
};
