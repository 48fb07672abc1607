import type { Row, Sql, Statement } from './sql.js';
import { asPersistenceError, isWorthSending } from './sql-errors.js';

/**
 * For statements that may be sent twice: all but those that write the journal.
 *
 * @param again what is sent when there was no answer. Default: the same
 * @throws PersistenceError
 */
export async function readAgain(sql: Sql, statement: Statement, params: readonly unknown[], again = statement): Promise<readonly Row[]> {
  for (let sends = 1; ; sends++) {
    try {
      return await sql.query(sends === 1 ? statement : again, params);
    } catch (error) {
      if (!isWorthSending(error, sends)) throw asPersistenceError(error);
    }
  }
}
