/** The schema of the tables, where none is named. */
export const DEFAULT_SCHEMA = 'flowproof';

/** The largest step that is sent, bytes of JSON: a larger one would be refused by the server, or be in its way. */
export const MAX_STEP_BYTES = 16 * 1_048_576;
