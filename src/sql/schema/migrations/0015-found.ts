import { atomsView, eventsView } from './0003-readable.js';
import type { Migration } from './migration.js';

/** Of the words that the views know from now on. */
const FORMAT = 3;

/** The views know the word of calls that have gone on though their engine died. */
export const found: Migration = {
  version: 15,
  name: 'found',
  breaking: false,
  statements: (s) => [`create or replace ${eventsView(s, FORMAT)}`, `create or replace ${atomsView(s, FORMAT)}`],
};
