/** Door of the journal on PostgreSQL: `flowproof/postgres`. */

export type { StoreFinding } from '../../sql/index.js';
export {
  type ExamineStoreOptions,
  examineStore,
  type PlannedMigration,
  type PlanSchemaOptions,
  planSchema,
} from './examine.js';
export type { KyselyDatabase, KyselyQuery } from './kysely-sql.js';
export type { PgClient, PgLender, PgPool, PgResult, PgSession } from './pg-pool.js';
export { type PostgresOptions, postgres } from './postgres.js';
export { type PrepareSchemaOptions, prepareSchema } from './prepare-schema.js';
export type { PostgresConnection, PostgresSource } from './source.js';
export { transaction } from './transaction.js';
export type { KyselyTransactions, TransactionOf, TransactionSource } from './transaction-source.js';
