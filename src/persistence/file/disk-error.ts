import { isFlowproofError, PersistenceError } from '../../model/errors.js';

/** A disk that is full, busy or failing, a process with too many open files: the same may work in a moment. */
const PASSING: ReadonlySet<unknown> = new Set([
  ...['EIO', 'ENOSPC', 'EDQUOT', 'EMFILE', 'ENFILE', 'ENOMEM', 'EAGAIN', 'EBUSY', 'EINTR'],
  ...['ESTALE', 'ETIMEDOUT', 'EHOSTDOWN', 'EHOSTUNREACH', 'ECONNRESET', 'EREMOTEIO'],
]);

/** What callers get when a directory can't be opened. All but {@link PASSING}, such as a right that lacks, is not waited for. */
export function asStoreError(error: unknown, directory: string): unknown {
  if (isFlowproofError(error) || !(error instanceof Error)) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === undefined) return error;
  const passes = PASSING.has(code);
  const text = `the directory '${directory}' can't be opened${passes ? '' : ', and waiting does not help'}: ${message}`;
  return new PersistenceError(passes ? 'STORE_UNREACHABLE' : 'STORE_REFUSED', text, { cause: error });
}
