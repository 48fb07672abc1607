import { type Arguments, readArguments } from './arguments.js';
import { complaint } from './complaint.js';
import { type ExitCode, type Io, UsageError } from './io.js';
import { USAGE, USAGES } from './usage.js';
import { versionOf } from './version.js';

/** Does what a person asked for, and says how it went. */
export async function main(args: readonly string[], io: Io): Promise<ExitCode> {
  try {
    return await dispatch(readArguments(args), io);
  } catch (error) {
    io.err(`flowproof: ${complaint(error, io)}\n`);
    return 2;
  }
}

async function dispatch(given: Arguments, io: Io): Promise<ExitCode> {
  switch (given.command) {
    case 'help':
      io.out(given.about === undefined ? USAGE : USAGES[given.about]);
      return 0;
    case 'version':
      io.out(`${versionOf()}\n`);
      return 0;
    case 'check': {
      const { checkCommand } = await loaded(() => import('./check-command.js'));
      return checkCommand(given, io);
    }
    case 'graph': {
      const { graphCommand } = await loaded(() => import('./graph-command.js'));
      return graphCommand(given, io);
    }
    case 'manifest': {
      const { manifestCommand } = await loaded(() => import('./manifest-command.js'));
      return manifestCommand(given, io);
    }
  }
}

/** The commands load the compiler, which is beside the package and not in it. */
async function loaded<Module>(load: () => Promise<Module>): Promise<Module> {
  try {
    return await load();
  } catch (error) {
    const { code, message } = error as { code?: unknown; message?: unknown };
    if (code !== 'ERR_MODULE_NOT_FOUND' || !String(message).includes("'ts-morph'")) throw error;
    throw new UsageError('the checker reads source with ts-morph, which is not installed: npm install --save-dev ts-morph@28');
  }
}
