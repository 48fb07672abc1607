/** Door of the journal on PGlite, PostgreSQL inside this process: `flowproof/pglite`. */
export { type PgliteOptions, pglite } from './pglite.js';
export type { PgliteDatabase, PgliteStatements } from './pglite-sql.js';
