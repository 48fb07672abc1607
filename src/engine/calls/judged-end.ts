import type { CallEnd } from '../../calls/index.js';
import type { CompiledTask } from '../../compilation/index.js';
import { copyOfFailure, type Failure, statedFailure, toFailure } from '../../model/failure.js';
import { inWords } from '../../model/in-words.js';
import { leaveUnawaited } from '../../model/kinds.js';
import type { CallCommand } from '../state/protocol.js';

/**
 * How a call ended, and whether its task says that trying again does not help: asked while it has attempts left, and only
 * about what those are for.
 */
export function judgedEnd(
  { path, tuning }: Pick<CompiledTask, 'path' | 'tuning'>,
  { phase, turn }: Pick<CallCommand, 'phase' | 'turn'>,
  end: CallEnd,
): { readonly end: CallEnd; readonly isFinal?: boolean } {
  const { retry, retryIf } = tuning;
  const isAsked = retryIf !== undefined && retry !== undefined && phase === 'execute' && turn < retry.attempts;
  if (!isAsked || end.kind === 'result' || end.kind === 'lost' || end.failure.permanent === true) return { end };
  const { kind, failure } = end;
  const judged = (instead: Failure) => ({ end: { kind, failure: { ...instead, cause: failure } }, isFinal: true });
  try {
    const answer: unknown = retryIf(copyOfFailure(failure));
    if (typeof answer === 'boolean') return { end, isFinal: !answer };
    leaveUnawaited(answer);
    const message = `retryIf of '${path}' said ${inWords(answer)}: it has to say true or false`;
    return judged(statedFailure({ name: 'RetryError', code: 'BAD_ANSWER', message }));
  } catch (thrown) {
    return judged(toFailure(thrown));
  }
}
