import {
  asPersistenceError,
  type Connections,
  DEFAULT_SCHEMA,
  diagnose,
  missingMigrations,
  quoted,
  type StoreFinding,
} from '../../sql/index.js';
import { connect, type Pooler } from './connect.js';
import type { PostgresSource } from './source.js';

/** A change of the schema that is to be made. */
export interface PlannedMigration {
  readonly version: number;
  readonly name: string;
  /** Older versions of flowproof can't work with a schema that has it. */
  readonly breaking: boolean;
  /** In the order in which they are run, in one transaction with all others. */
  readonly statements: readonly string[];
}

export interface PlanSchemaOptions {
  /** Default: `flowproof`. */
  readonly schema?: string;
  /** As of `postgres`. Default: `none`. */
  readonly pooler?: Pooler;
}

/**
 * What {@link prepareSchema} would do. Only looks.
 *
 * @throws PersistenceError `STORE_SCHEMA` when a newer version has changed the schema in a way that this one can't work with;
 * `STORE_UNREACHABLE`.
 *
 * @example
 * ```ts
 * import { planSchema } from 'flowproof/postgres';
 * for (const { version, name } of await planSchema('postgres://owner@localhost/shop')) console.log(version, name);
 * ```
 */
export async function planSchema(source: PostgresSource, options: PlanSchemaOptions = {}): Promise<readonly PlannedMigration[]> {
  const { schema = DEFAULT_SCHEMA } = options;
  const missing = await connected(source, options, ({ sql }) => missingMigrations(sql, schema));
  return missing.map(({ version, name, breaking, statements }) => ({ version, name, breaking, statements: statements(quoted(schema)) }));
}

export interface ExamineStoreOptions extends PlanSchemaOptions {
  /** A run that a process has is worth a look when it has had no step for so long. Default: a day. */
  readonly quietMs?: number;
}

/**
 * Looks at the server, the clocks and the schema, and for runs that no process drives: what `flowproof doctor` says. Writes nothing.
 *
 * @throws PersistenceError `STORE_SCHEMA` when a newer version has changed the schema in a way that this one can't work with;
 * `STORE_UNREACHABLE`.
 *
 * @example
 * ```ts
 * import { examineStore } from 'flowproof/postgres';
 * const found = await examineStore('postgres://localhost/shop');
 * if (found.some(({ verdict }) => verdict === 'problem')) console.error(found);
 * ```
 */
export async function examineStore(source: PostgresSource, options: ExamineStoreOptions = {}): Promise<readonly StoreFinding[]> {
  const { schema = DEFAULT_SCHEMA, quietMs = DAY_MS } = options;
  return connected(source, options, ({ sql }) => diagnose(sql, { schema, quietMs }));
}

const DAY_MS = 86_400_000;

async function connected<Result>(
  source: PostgresSource,
  { schema = DEFAULT_SCHEMA, pooler = 'none' }: PlanSchemaOptions,
  look: (connections: Connections) => Promise<Result>,
): Promise<Result> {
  quoted(schema);
  const connections = connect({ source, lanes: 0, pooler });
  try {
    return await look(connections);
  } catch (error) {
    throw asPersistenceError(error);
  } finally {
    await connections.close();
  }
}
