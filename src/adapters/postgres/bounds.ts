/** Until a connection is ready. Names are looked up, certificates exchanged. */
export const CONNECTING_MS = 5_000;
/** Statements of a transaction of ours: they wait for others who change the schema, and may build something. */
export const CHANGING_MS = 300_000;
