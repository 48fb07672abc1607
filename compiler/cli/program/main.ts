import { complaint } from '../terminal/complaint.js';
import { exitCodeOf } from '../terminal/exit-code.js';
import type { ExitCode, Io } from '../terminal/io.js';
import type { Session } from '../terminal/session.js';
import { CommanderError } from './commander.js';
import { programFor } from './program.js';

/** Does what a person asked for, and says how it went. */
export async function main(args: readonly string[], io: Io): Promise<ExitCode> {
  const session: Session = { io, args, code: 0 };
  try {
    await programFor(session).parseAsync(args.length === 0 ? ['--help'] : args, { from: 'user' });
    return session.code;
  } catch (error) {
    // It has said already what there is to say.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    io.err(`flowproof: ${complaint(error, io)}\n`);
    return exitCodeOf(error);
  }
}
