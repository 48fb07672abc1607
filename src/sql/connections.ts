import type { LockClient } from './owner-lock.js';
import type { Sql, Statements } from './sql.js';

/** What one journal works with. */
export interface Connections {
  readonly sql: Sql;
  /** Where steps are written: as many statements at a time. */
  readonly lanes: readonly Statements[];
  /** Whether they are ours, with settings of ours. */
  readonly own: boolean;
  /** A connection for a lock that ends with the process: only where connections are ours. */
  readonly lockClient?: () => LockClient;
  /** A transaction of the user's, as its client hands it out: only where the journal does not wait for the user's connections. */
  readonly within?: (transaction: unknown) => Statements;
  close(): Promise<void>;
}
