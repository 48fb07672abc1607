import type { Migration } from './migration.js';

/** Lists of runs by their states, also of a flow or a logbook: a few failures among a million runs that were undone. */
export const states: Migration = {
  version: 5,
  name: 'states',
  breaking: false,
  statements: (s) => [
    `drop index ${s}.runs_open, ${s}.runs_flow, ${s}.runs_logbook`,
    `create index runs_state on ${s}.runs (state, uuid_send(run_id) desc)`,
    `create index runs_flow on ${s}.runs (flow, state, uuid_send(run_id) desc)`,
    `create index runs_logbook on ${s}.runs (logbook, state, uuid_send(run_id) desc) where logbook is not null`,
  ],
};
