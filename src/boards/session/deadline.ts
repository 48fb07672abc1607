import { BoardError } from '../../model/board-error.js';
import type { Clock } from '../../model/clock.js';
import { isFlowproofError } from '../../model/errors.js';
import { whyUntrusted } from './untrusted.js';

/**
 * What a call to a board ends with in any case: its answer, or an error of ours after `ms`. Clients of some servers never answer
 * what they sent into a connection that is cut.
 */
export function inTime<T>(clock: Clock, ms: number, what: string, call: () => Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const cancel = clock.after(ms, () => reject(new BoardError('BOARD_UNREACHABLE', `${what} had no answer within ${Math.round(ms)} ms`)));
    const end = (give: () => void): void => {
      cancel();
      give();
    };
    Promise.resolve()
      .then(call)
      .then(
        (answer) => end(() => resolve(answer)),
        (error: unknown) => end(() => reject(asBoardError(error, what))),
      );
  });
}

function asBoardError(error: unknown, what: string): unknown {
  if (isFlowproofError(error)) return error;
  const untrusted = whyUntrusted(error);
  if (untrusted !== undefined) {
    const mend = `${untrusted}. Give the certificate of its authority: { tls: { ca } }, or NODE_EXTRA_CA_CERTS`;
    return new BoardError('BOARD_REFUSED', `${what} failed, the server is not trusted: ${mend}`, { cause: error });
  }
  const message = error instanceof Error ? error.message : String(error);
  return new BoardError('BOARD_UNREACHABLE', `${what} failed: ${message}`, { cause: error });
}
