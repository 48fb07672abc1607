import { complaint } from '../terminal/complaint.js';
import { exitCodeOf, worse } from '../terminal/exit-code.js';
import type { ExitCode, Io } from '../terminal/io.js';

/**
 * Does something for each id in turn. What fails for one is said, and the others go on, unless the store is away: then the rest
 * would fail, too.
 *
 * @param act says how it went for one
 */
export async function eachId(ids: readonly string[], io: Io, act: (id: string) => Promise<ExitCode>): Promise<ExitCode> {
  let code: ExitCode = 0;
  for (const id of ids) {
    if (io.signal.aborted) return worse(code, 1);
    try {
      code = worse(code, await act(id));
    } catch (error) {
      code = worse(code, exitCodeOf(error));
      if (exitCodeOf(error) === 3) throw error;
      io.err(`flowproof: ${complaint(error, io)}\n`);
    }
  }
  return code;
}
