import { isFlowproofError } from '#model/flowproof-error.js';
import { printable } from '#model/text/printable.js';
import { CheckerDefectError } from '../../findings/defect.js';
import { shownPath } from '../../output/index.js';
import { type Io, UsageError } from './io.js';

/** Whatever went wrong: what the person can change in a sentence, a mistake of ours with its place and all that is known of it. */
export function complaint(error: unknown, { folder }: Pick<Io, 'folder'>): string {
  if (isFlowproofError(error)) return withoutPassword(`${printable(error.message)} (${error.code})`);
  if (error instanceof UsageError || isUnreadable(error) || isOfSystem(error)) return withoutPassword(error.message);
  const cause = error instanceof CheckerDefectError ? error.cause : error;
  const place =
    error instanceof CheckerDefectError ? `, at ${shownPath(error.place.file, folder)}:${error.place.line}:${error.place.column}` : '';
  const stack = cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
  return `this is a mistake of ${place === '' ? 'the program' : 'the checker'} itself${place}. Please report it, with these lines:\n${withoutPassword(stack)}`;
}

/** No password of an address is printed. */
export function withoutPassword(text: string): string {
  return text.replace(/:\/\/([^:/@\s]*):[^@\s]*@/g, '://$1:…@');
}

function isUnreadable(error: unknown): error is Error {
  return error instanceof Error && error.name === 'UnreadableProjectError';
}

/** A file that can't be read or written: the message names it. */
function isOfSystem(error: unknown): error is Error {
  return error instanceof Error && 'syscall' in error;
}
