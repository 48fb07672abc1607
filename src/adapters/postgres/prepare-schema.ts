import { asPersistenceError, DEFAULT_SCHEMA, grantUse, migrate, quoted } from '../../sql/index.js';
import { connect, type Pooler } from './connect.js';
import type { PostgresSource } from './source.js';

export interface PrepareSchemaOptions {
  /** Default: `flowproof`. */
  readonly schema?: string;
  /** As of `postgres`. Default: `none`. */
  readonly pooler?: Pooler;
  /** A role that services connect as: it gets the right to read and write rows of the schema. Default: none. */
  readonly grantTo?: string;
}

/**
 * Brings the schema up to date as a step of a deploy, with a role that may create tables; services then open it with
 * `migrate: false` as a role that may not. Any number of processes may call it at once; called again it does nothing.
 *
 * @throws PersistenceError `STORE_SCHEMA` when a newer version has changed the schema in a way that this one can't work
 * with, or when the role may not do this; `STORE_UNREACHABLE`.
 * @throws TypeError when no schema or role can have that name
 *
 * @example
 * ```ts
 * import { prepareSchema } from 'flowproof/postgres';
 * await prepareSchema('postgres://owner@localhost/shop', { grantTo: 'shop_service' });
 * ```
 */
export async function prepareSchema(source: PostgresSource, options: PrepareSchemaOptions = {}): Promise<void> {
  const { schema = DEFAULT_SCHEMA, grantTo, pooler = 'none' } = options;
  quoted(schema);
  if (grantTo !== undefined) quoted(grantTo, 'role');
  const { sql, close } = connect({ source, lanes: 1, pooler });
  try {
    await migrate(sql, { schema, migrate: true });
    if (grantTo !== undefined) await grantUse(sql, schema, grantTo);
  } catch (error) {
    throw asPersistenceError(error);
  } finally {
    await close();
  }
}
