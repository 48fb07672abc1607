import { type Io, UsageError } from './io.js';

/** Asks before a command destroys something. @throws UsageError without a terminal to ask at, unless the command has `--yes` */
export async function confirmed(question: string, isConfirmed: boolean, { ask, err, signal }: Io): Promise<boolean> {
  if (isConfirmed) return true;
  if (ask === undefined) throw new UsageError('this destroys something, and nobody can be asked: say --yes');
  const answer = (await ask(`${question} [y/N] `)).trim().toLowerCase();
  if (!signal.aborted && (answer === 'y' || answer === 'yes')) return true;
  err('flowproof: nothing was done\n');
  return false;
}

/** A question can't be answered while ids are read from where the answer would come from. */
export function askable(words: readonly string[], io: Io): Io {
  const { ask: _, ...others } = io;
  return words.includes('-') ? others : io;
}
