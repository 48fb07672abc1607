import type { LockSession } from './lock-session.js';
import type { Sql, Statements } from './sql.js';

/** What one journal works with. */
export interface Connections {
  readonly sql: Sql;
  /** Where steps are written: as many statements at a time. */
  readonly lanes: readonly Statements[];
  /** Whether they are ours, with settings of ours. */
  readonly own: boolean;
  /** For locks that end with the process: only where connections are ours. */
  readonly locks?: LockSession;
  /** A transaction of the user's, as its client hands it out: only where the journal does not wait for the user's connections. */
  readonly within?: (transaction: unknown) => Statements;
  /** Ends within a bound, though no answer comes: what is on its way then has none. */
  close(): Promise<void>;
}
