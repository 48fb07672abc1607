import { PersistenceError } from '../../model/errors.js';
import { type Entry, isWrapped, type LoadedRun } from '../../persistence/index.js';
import { foldEntry } from './fold.js';
import { newRun, type RunStatus } from './run-status.js';

/** A run was loaded as it is stored, and its state is encrypted: only who has the keys can fold it. */
export class SealedRunError extends Error {
  override readonly name = 'SealedRunError';
  constructor(runId: string) {
    super(`the state of run '${runId}' is encrypted`);
  }
}

/** A stored run, folded. @throws PersistenceError `JOURNAL_CORRUPT` when its entries contradict each other */
export async function foldRun(loaded: LoadedRun): Promise<RunStatus> {
  const { runId } = loaded.summary;
  const status = newRun(runId, loaded.shape.atoms.length, loaded.shape.manifest);
  for await (const page of loaded.entries) {
    for (const entry of page) {
      const [first] = entry.transitions;
      if (first?.[0] === 'SNAPSHOT' && isWrapped(first[1])) throw new SealedRunError(runId);
      try {
        foldEntry(status, entry);
      } catch (cause) {
        throw cannotFollow(entry, cause);
      }
    }
  }
  return status;
}

/** An entry says what can't have happened. */
export function cannotFollow({ runId, seq }: Pick<Entry, 'runId' | 'seq'>, cause: unknown): PersistenceError {
  const message = `entry ${seq} of run '${runId}' can't follow what is before it: ${(cause as Error).message}`;
  return new PersistenceError('JOURNAL_CORRUPT', message, { cause });
}
