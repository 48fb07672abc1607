import { atomsView, eventsView } from './0003-readable.js';
import type { Migration } from './migration.js';

/** Of the words that the views know from now on. */
const FORMAT = 2;

/** The views know the words of waits and signals. */
export const waits: Migration = {
  version: 8,
  name: 'waits',
  breaking: false,
  statements: (s) => [
    `create or replace ${eventsView(s, FORMAT)}`,
    `create or replace ${atomsView(s, FORMAT)}`,
    `comment on column ${s}.shapes.atoms is 'List of [path, task, retry or wait]; its places, from 0, are the numbers in transitions.'`,
    `comment on view ${s}.atoms is 'Where each task, wait and retry of a run is now: select * from atoms where key = ...; the whole table is slow to read.'`,
  ],
};
