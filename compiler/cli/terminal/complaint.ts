import { CheckerDefectError } from '../../findings/defect.js';
import { said } from '../../output/index.js';
import { type Io, UsageError } from './io.js';

/** Whatever went wrong: what the person can change in a sentence, a mistake of ours with its place and all that is known of it. */
export function complaint(error: unknown, { folder }: Io): string {
  if (error instanceof UsageError || isUnreadable(error) || isOfSystem(error)) return error.message;
  const cause = error instanceof CheckerDefectError ? error.cause : error;
  const place =
    error instanceof CheckerDefectError ? `, at ${said(error.place.file, folder)}:${error.place.line}:${error.place.column}` : '';
  const stack = cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
  return `this is a mistake of the checker itself${place}. Please report it, with these lines:\n${stack}`;
}

function isUnreadable(error: unknown): error is Error {
  return error instanceof Error && error.name === 'UnreadableProjectError';
}

/** A file that can't be read or written: the message names it. */
function isOfSystem(error: unknown): error is Error {
  return error instanceof Error && 'syscall' in error;
}
