import { RUN_STATES, type RunState } from '../model/states.js';
import { JournalError } from './journal-error.js';

const WORDS: ReadonlySet<unknown> = new Set(RUN_STATES);

/** @throws JournalError `JOURNAL_CORRUPT` when it is no state of a run. */
export function runStateWord(runId: string, word: unknown): RunState {
  if (WORDS.has(word)) return word as RunState;
  throw new JournalError('JOURNAL_CORRUPT', runId, -1, `it has the state ${JSON.stringify(word)}, which no run can have`);
}
