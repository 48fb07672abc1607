import { atomsView, eventsView } from './0003-readable.js';
import type { Migration } from './migration.js';

/** Of the words that the views know from now on. */
const FORMAT = 2;

/** Runs that were cancelled where they were, and may be undone yet; the views know their word, and those that came after 0008. */
export const partial: Migration = {
  version: 10,
  name: 'partial',
  breaking: false,
  statements: (s) => [
    `alter table ${s}.runs add partial boolean not null default false`,
    `comment on column ${s}.runs.partial is 'Cancelled where it was: something that it has done stays done.'`,
    // What an older version asks for is found in it, too.
    `create index runs_resting on ${s}.runs (flow, wake_at) where owner is null and wake_at is not null and state in ('SUSPENDED', 'FAILURE', 'CANCELLED')`,
    `drop index ${s}.runs_asked`,
    `create or replace ${eventsView(s, FORMAT)}`,
    `create or replace ${atomsView(s, FORMAT)}`,
  ],
};
