import { RUN_STATES, type RunState } from '../../model/states.js';
import { JournalError } from './journal-error.js';

const WORDS: ReadonlySet<unknown> = new Set(RUN_STATES);

/** @throws JournalError when this version knows no such state of a run: `JOURNAL_TOO_NEW`, as a newer one may */
export function runStateWord(runId: string, word: unknown): RunState {
  if (WORDS.has(word)) return word as RunState;
  throw new JournalError('JOURNAL_TOO_NEW', runId, -1, `it has the state ${JSON.stringify(word)}, which this version does not know`);
}
