import { PersistenceError } from '../../model/errors.js';

type JournalErrorCode = 'JOURNAL_GAP' | 'JOURNAL_CORRUPT' | 'JOURNAL_TOO_NEW' | 'JOURNAL_SEALED';

/**
 * What a journal holds can't be read: nothing of the run is given out, nothing was changed.
 *
 * `JOURNAL_GAP`: entries are missing. `JOURNAL_CORRUPT`: an entry is not what any version writes. `JOURNAL_TOO_NEW`: a
 * newer version of flowproof wrote it; leave the run to that version. `JOURNAL_SEALED`: its values are encrypted or
 * kept elsewhere, and the store was opened without what it takes to read them.
 */
export class JournalError extends PersistenceError<JournalErrorCode> {
  constructor(
    code: JournalErrorCode,
    readonly runId: string,
    /** Place of the entry in the run; -1 when it is about the run as a whole. */
    readonly seq: number,
    readonly reason: string,
    options?: { readonly cause?: unknown },
  ) {
    super(code, `the journal of run '${runId}' can't be read${seq < 0 ? '' : ` at seq ${seq}`}: ${reason}`, options);
  }
}
