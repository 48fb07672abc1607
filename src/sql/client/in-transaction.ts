import type { RunStatement } from './sql.js';
import { isLost } from './sql-errors.js';

/**
 * What `work` sends, between BEGIN and COMMIT on one connection. Rolled back when something of it fails; not where the
 * connection is lost, as the server does that by itself then.
 *
 * @param begin sends BEGIN; default: by `run`
 */
export async function inTransaction<Result>(
  run: RunStatement,
  work: (run: RunStatement) => Promise<Result>,
  begin: () => Promise<unknown> = () => run('begin'),
): Promise<Result> {
  try {
    await begin();
    const result = await work(run);
    await run('commit');
    return result;
  } catch (error) {
    if (!isLost(error)) await run('rollback').catch(() => undefined);
    throw error;
  }
}
