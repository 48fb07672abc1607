import type { JobState } from 'flowproof/contracts';
import type { Session } from '../terminal/session.js';
import { durationMs } from '../terminal/times.js';
import { type Command, InvalidArgumentError, Option } from './commander.js';
import { countFrom1 } from './option-values.js';
import { app, database, format, whereOf } from './store-options.js';

const JOB_STATES: readonly JobState[] = ['free', 'delayed', 'claimed', 'trashed'];

/** `board …`, for operators, and `conductor`. */
export function boardCommands(program: Command, session: Session): void {
  const board = program.command('board').summary('look at the jobs of a board, and let them be claimed or not').helpCommand(false);
  board.description(
    'The board of an app, or a store that is one, where runs are posted for conductors. A job has the id of its run: what is asked of a run that has begun is asked by `runs`.',
  );
  listCommand(board, session);
  const { io } = session;

  board
    .command('counts')
    .summary('how many jobs there are in each state')
    .description('Says how many jobs are free, delayed, claimed and in the trash, and what is paused.')
    .addOption(new Option('-o, --output <format>', 'how it is printed').choices(['table', 'json']).default('table' as const))
    .addOption(app())
    .addOption(database())
    .action(async (options, command) => {
      const { countsCommand } = await import('../boards/board-commands.js');
      session.code = await countsCommand({ where: whereOf(options, command), format: options.output }, io);
    });

  board
    .command('requeue')
    .summary('let jobs of the trash be claimed again')
    .description('Lets jobs that are in the trash, or delayed, be claimed at once, with no losses.')
    .argument('[ids...]', 'ids of jobs; - reads them from standard input')
    .option('--all', 'all that are in the trash')
    .option('--flow <name>', 'with --all: only of this flow')
    .option('--preview', 'only say which it would be')
    .addOption(format())
    .addOption(app())
    .addOption(database())
    .action(async (ids, options, command) => {
      const { all = false, preview = false, flow, output } = options;
      const { requeueCommand } = await import('../boards/board-commands.js');
      session.code = await requeueCommand({ where: whereOf(options, command), ids, all, preview, flow, format: output }, io);
    });

  const pausing = (name: 'pause' | 'resume', summary: string, description: string) =>
    board
      .command(name)
      .summary(summary)
      .description(description)
      .argument('[flow]', 'name of a flow; left out: the whole board')
      .addOption(app())
      .addOption(database())
      .action(async (flow, options, command) => {
        const { pauseCommand } = await import('../boards/board-commands.js');
        session.code = await pauseCommand({ where: whereOf(options, command), flow, isPaused: name === 'pause' }, io);
      });
  pausing('pause', 'let no job be claimed', 'Lets no job be claimed, or none of a flow, until it is resumed. What is claimed goes on.');
  pausing('resume', 'let jobs be claimed again', 'Ends a pause of the board, or of a flow.');

  conductorCommand(program, session);
}

function listCommand(board: Command, session: Session): void {
  board
    .command('list')
    .summary('which jobs there are')
    .description('Lists jobs in the order of their ids.')
    .addOption(new Option('--state <states>', 'only in these states, such as delayed,trashed').choices(JOB_STATES).argParser(statesOf))
    .option('--flow <name>', 'only of this flow')
    .addOption(new Option('--limit <n>', 'so many').argParser(limitOf).default(100))
    .option('--after <id>', 'those after this one: as the page said')
    .option('--all', 'all there are')
    .addOption(format())
    .addOption(app())
    .addOption(database())
    .addHelpText('after', LIST_EXAMPLES)
    .action(async (options, command) => {
      const { state, flow, after, limit, all = false, output } = options;
      const { jobsCommand } = await import('../boards/jobs-command.js');
      const query = {
        limit: all ? MOST : limit,
        ...(state === undefined ? {} : { states: state }),
        ...(flow === undefined ? {} : { flow }),
        ...(after === undefined ? {} : { after }),
      };
      session.code = await jobsCommand({ where: whereOf(options, command), query, all, format: output }, session.io);
    });
}

function conductorCommand(program: Command, session: Session): void {
  program
    .command('conductor')
    .summary('claim jobs, and drive their runs')
    .description(
      'Claims jobs from the board of an app and drives their runs in this process, until SIGTERM or Ctrl-C stops it. Of several on one board each job is had by one; when that one dies, others go on.',
    )
    .addOption(new Option('--concurrency <n>', 'how many at once').argParser(countFrom1).default(16))
    .addOption(new Option('--flow <names>', 'only jobs of these flows, such as order,refund').argParser((names) => names.split(',')))
    .addOption(
      new Option('--stop <mode>', 'what stopping does: handover gives runs to others between two tasks, drain lets them end first')
        .choices(['handover', 'drain'])
        .default('handover' as const),
    )
    .addOption(new Option('--grace <time>', 'how long tasks, or with drain runs, may take to end when it is stopped').argParser(durationMs))
    .option('--verbose', 'say each job that is claimed and consumed')
    .addOption(new Option('-o, --output <format>', 'how it is said').choices(['text', 'json']).default('text' as const))
    .addOption(app())
    .addHelpText('after', CONDUCTOR_EXAMPLES)
    .action(async (options) => {
      const { concurrency, flow: flows, stop: mode, grace: graceMs, verbose = false, output } = options;
      const { conductorCommand: conduct } = await import('../boards/conductor-command.js');
      const stop = { mode, ...(graceMs === undefined ? {} : { graceMs }) };
      session.code = await conduct({ where: options, concurrency, flows, stop, verbose, format: output }, session.io);
    });
}

/** So many jobs come at once where all are asked for. */
const MOST = 1_000;

function statesOf(written: string, before: readonly JobState[] = []): readonly JobState[] {
  const states = written.toLowerCase().split(',');
  if (!states.every((state): state is JobState => (JOB_STATES as readonly string[]).includes(state)))
    throw new InvalidArgumentError(`Allowed states are ${JOB_STATES.join(', ')}.`);
  return [...before, ...states];
}

function limitOf(written: string): number {
  const limit = Number(written);
  if (!Number.isInteger(limit) || limit < 1 || limit > 1_000) throw new InvalidArgumentError('Give a whole number from 1 to 1000.');
  return limit;
}

const LIST_EXAMPLES = `
Examples:
  flowproof board list --app dist/app.js --state trashed       what needs a person
  flowproof board list --app dist/app.js --state trashed -o ids | flowproof board requeue - --app dist/app.js
`;

const CONDUCTOR_EXAMPLES = `
Examples:
  flowproof conductor --app dist/app.js --concurrency 50
  flowproof conductor --app dist/app.js --stop drain --grace 5m
`;
