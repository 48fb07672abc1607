import type { Transition } from '../../persistence/index.js';
import type { ActiveRun } from '../decide/run.js';
import { Frontier } from '../frontier/frontier.js';
import type { PendingQuestions } from '../frontier/pending-questions.js';
import { beginEntry, foldTransition } from '../state/fold.js';
import type { EngineEvent } from '../state/protocol.js';
import type { RunStatus } from '../state/run-status.js';

/**
 * A step was decided, and is not to be: the run is again what the journal says, with what was stated since and is held
 * back, with the questions that were open, and with what was sought: what executors have answered is stated again.
 *
 * @param news that the step was decided with, and the next one will be
 */
export function rollBackStep(
  run: ActiveRun,
  stored: RunStatus,
  held: readonly Transition[],
  questions: PendingQuestions,
  news: readonly EngineEvent[],
): void {
  if (held.length > 0) beginEntry(stored, run.status.atMs);
  for (const transition of held) foldTransition(stored, transition);
  const answered = news.flatMap((event) => (event.kind === 'sought' ? [event.call.atom] : []));
  run.status = stored;
  run.frontier = new Frontier(run.flow, stored, questions, [...run.frontier.sought, ...answered]);
}
