import type { Session } from '../terminal/session.js';
import { versionOf } from '../terminal/version.js';
import { boardCommands } from './board-commands.js';
import { Command, type CommandUnknownOpts } from './commander.js';
import { completionCommands } from './completion.js';
import { databaseCommands } from './database-commands.js';
import { limitsCommands } from './limits-commands.js';
import { projectCommands } from './project-commands.js';
import { revertsCommands } from './reverts-commands.js';
import { runsCommands } from './runs-commands.js';
import { schedulesCommands } from './schedules-commands.js';
import { uiCommands } from './ui-commands.js';
import { workerCommands } from './worker-commands.js';

/** What adds commands to the program. A new group of commands is one more of these. */
const GROUPS: readonly ((program: Command, session: Session) => void)[] = [
  projectCommands,
  runsCommands,
  revertsCommands,
  boardCommands,
  workerCommands,
  schedulesCommands,
  limitsCommands,
  uiCommands,
  databaseCommands,
  completionCommands,
];

/** Where the output is no terminal, help is as wide as this. */
const HELP_COLUMNS = 100;

/** The program for one call. It ends nothing by itself: what it would, it throws as CommanderError. */
export function programFor(session: Session): Command {
  const { io } = session;
  const columns = (): number => io.columns ?? HELP_COLUMNS;
  const program = new Command('flowproof')
    .description('Task flows that the compiler proves and the database remembers.')
    .version(versionOf(), '--version', 'say which version this is')
    .helpOption('-h, --help', 'say what a command does')
    .helpCommand(false)
    .exitOverride()
    .configureOutput({
      writeOut: io.out,
      writeErr: io.err,
      outputError: (text, write) => write(text.replace(/^error: /, 'flowproof: ')),
      getOutHelpWidth: columns,
      getErrHelpWidth: columns,
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    })
    .addHelpText('afterAll', EXIT_CODES);
  for (const add of GROUPS) add(program, session);
  program
    .command('help')
    .summary('say what a command does')
    .argument('[command...]')
    .action((words) => helped(program, words));
  return program;
}

function helped(program: Command, words: readonly string[]): void {
  let command: CommandUnknownOpts = program;
  for (const word of words) {
    const below = command.commands.find((one) => one.name() === word);
    if (below === undefined) command.error(`error: unknown command '${word}'`);
    command = below;
  }
  command.outputHelp();
}

const EXIT_CODES = `
Exit codes:
  0  it was done
  1  the answer is no: errors were found, a run ended otherwise, the schema is behind
  2  it was asked wrongly, or there is a defect of ours
  3  the store, the board or the broker is out of reach, or can't be used`;
