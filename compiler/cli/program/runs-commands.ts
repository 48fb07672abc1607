import type { RunState } from 'flowproof';
import { isRunId, MAX_ID } from '#model/names.js';
import { RUN_STATES } from '#model/states.js';
import { UsageError } from '../terminal/io.js';
import type { Session } from '../terminal/session.js';
import { durationMs } from '../terminal/times.js';
import { beginCommands } from './begin-commands.js';
import { type Command, InvalidArgumentError, Option } from './commander.js';
import { collected, known, pairs } from './option-values.js';
import { signalCommands } from './signal-commands.js';
import { app, database, format, hereOption, whereOf, yes } from './store-options.js';

/** `runs …`: the runs of a store, for operators. */
export function runsCommands(program: Command, session: Session): void {
  const runs = program.command('runs').summary('look at runs, and ask them for something').helpCommand(false);
  runs.description(
    'The runs of a store. Whatever is asked of a run is written to the store, and done by the process that has the run; nothing is driven here, but by start and with --here.',
  );
  const { io } = session;

  runs
    .command('list')
    .summary('which runs there are')
    .description('Lists runs, newest first. One that sleeps says until when, or nothing more where only a message wakes it.')
    .option('--flow <name>', 'only of this flow')
    .addOption(states())
    .option('--logbook <name>', 'only of this logbook')
    .addOption(new Option('--metadata <name=text>', 'only those that carry this; may be given several times').argParser(collected))
    .option('--ownerless', 'only those that no living process has')
    .addOption(new Option('--limit <n>', 'so many').argParser(limitOf).default(100))
    .addOption(new Option('--before <cursor>', 'those after this page: as the page said').argParser(cursorOf))
    .option('--all', 'all there are')
    .addOption(format())
    .addOption(app())
    .addOption(database())
    .addHelpText('after', LIST_EXAMPLES)
    .action(async (options, command) => {
      const { flow, state: states, logbook, metadata, ownerless, limit, before, all = false, output } = options;
      const { listCommand } = await import('../runs/list-command.js');
      const query = {
        limit: all ? MOST : limit,
        ...known({ flow, states, logbook, ownerless, before }),
        ...(metadata && { metadata: pairs(metadata) }),
      };
      session.code = await listCommand({ where: whereOf(options, command), query, all, format: output }, io);
    });

  const one = (name: string, summary: string, description: string) =>
    runs
      .command(name)
      .summary(summary)
      .description(description)
      .argument('<ids...>', IDS)
      .addOption(format())
      .addOption(app())
      .addOption(database());

  one('show', 'what became of a run, and of each of its tasks', SHOWS).action(async (ids, options, command) => {
    const { showCommand } = await import('../runs/show-command.js');
    session.code = await showCommand({ where: whereOf(options, command), ids, format: options.output }, io);
  });

  one('watch', 'what happens to runs, until they have ended', WATCHES)
    .addOption(new Option('--every <time>', 'how often they are looked at').argParser(durationMs).default(1_000, '1s'))
    .action(async (ids, options, command) => {
      const { watchCommand } = await import('../runs/watch-command.js');
      session.code = await watchCommand({ where: whereOf(options, command), ids, everyMs: options.every, format: options.output }, io);
    });

  beginCommands(runs, session);

  one('cancel', 'end runs, and undo what they did', CANCELS)
    .option('--no-undo', 'end them where they are: what they did stays done')
    .addOption(new Option('--reason <text>', 'why, for whoever looks at them; kept in plain text').argParser(reasonOf))
    .addOption(hereOption())
    .addOption(yes())
    .action(async (ids, options, command) => {
      const { askCommand, REQUESTS } = await import('../runs/ask-command.js');
      const { here = false, yes: isConfirmed = false, undo, reason, output } = options;
      const request = { ...(undo ? REQUESTS.cancel : REQUESTS.halt), reason };
      session.code = await askCommand({ where: whereOf(options, command), request, ids, yes: isConfirmed, here, format: output }, io);
    });

  one('retry', 'go on with runs that ended in FAILURE', `Goes on with runs that ended in FAILURE, from what failed. ${WRITTEN}`)
    .addOption(hereOption())
    .action(async (ids, options, command) => {
      const { askCommand, REQUESTS } = await import('../runs/ask-command.js');
      const { here = false, output } = options;
      session.code = await askCommand({ where: whereOf(options, command), request: REQUESTS.retry, ids, here, format: output }, io);
    });

  signalCommands(runs, session);

  one('suspend', 'stop runs between two tasks', `Stops runs between two tasks. ${WRITTEN}`).action(async (ids, options, command) => {
    const { askCommand, REQUESTS } = await import('../runs/ask-command.js');
    const params = { where: whereOf(options, command), request: REQUESTS.suspend, ids, here: false, format: options.output };
    session.code = await askCommand(params, io);
  });

  one(
    'resume',
    'go on with runs that rest',
    'Goes on with runs after a suspension, a stop or a crash, in this process: --here, and --app for their flows.',
  )
    .addOption(hereOption())
    .option('--force', 'take them from a process that seems alive')
    .action(async (ids, options, command) => {
      const { resumeCommand } = await import('../runs/drive-commands.js');
      mustBeHere(options.here);
      session.code = await resumeCommand(
        { where: whereOf(options, command), ids, format: options.output, force: options.force === true },
        io,
      );
    });

  one(
    'rerun',
    'run what succeeded again',
    'Runs runs that succeeded again, in this process: what is new in their flow is done. Needs --here, and --app for their flows.',
  )
    .addOption(hereOption())
    .action(async (ids, options, command) => {
      const { rerunCommand } = await import('../runs/drive-commands.js');
      mustBeHere(options.here);
      session.code = await rerunCommand({ where: whereOf(options, command), ids, format: options.output }, io);
    });

  one(
    'reset',
    'let runs begin anew',
    'Lets runs begin anew that rest or have ended: nothing of what they did counts, and nothing of it is undone. They wait, PENDING. Needs --app for their flows.',
  )
    .addOption(yes())
    .action(async (ids, options, command) => {
      const { resetCommand } = await import('../runs/drive-commands.js');
      session.code = await resetCommand({ where: whereOf(options, command), ids, format: options.output, yes: options.yes === true }, io);
    });

  one(
    'requeue',
    'leave runs to whoever is free, anew',
    'Leaves runs that rest or have ended to conductors, which begin them anew: nothing of what they did counts, and nothing of it is undone. What was posted and is delayed, or was left alone because too many processes died with it, is begun now. Needs --app for their flows.',
  )
    .addOption(yes())
    .action(async (ids, options, command) => {
      const { requeueCommand } = await import('../runs/drive-commands.js');
      session.code = await requeueCommand({ where: whereOf(options, command), ids, format: options.output, yes: options.yes === true }, io);
    });

  runs
    .command('prune')
    .summary('remove runs that ended long ago')
    .description(
      'Removes runs that ended long ago, with all that is kept of them, in small batches that hold up no other run. Those that ended in FAILURE stay unless --state names it.',
    )
    .addOption(new Option('--older-than <time>', 'how long ago they ended, such as 30d or 12h').makeOptionMandatory())
    .addOption(states())
    .option('--flow <name>', 'only of this flow')
    .option('--logbook <name>', 'only of this logbook')
    .addOption(yes())
    .addOption(app())
    .addOption(database())
    .action(async (options, command) => {
      const { state, flow, logbook, olderThan } = options;
      const { pruneCommand } = await import('../runs/prune-command.js');
      const query = { olderThanMs: durationMs(olderThan), ...known({ states: state, flow, logbook }) };
      session.code = await pruneCommand({ where: whereOf(options, command), query, olderThan, yes: options.yes === true }, io);
    });
}

const IDS = 'ids of runs; - reads them from standard input';
const SHOWS = 'Shows runs as their journals say it: inputs, failures, and what became of each task. Secrets are masked.';
const WATCHES =
  'Prints a line for each change of a run or of one of its tasks, until all of them have ended or are suspended. Ends with 0 when all ended in SUCCESS.';
const WRITTEN = 'This is written to the store, and done by the process that has the run.';
const CANCELS = `Ends runs, and undoes what they did; also of runs that were cancelled with --no-undo. ${WRITTEN}`;
/** @throws UsageError */
function mustBeHere(here: true | undefined): void {
  if (here !== true) throw new UsageError('this drives the run in this process: say so with --here, and give --app FILE for its flow');
}

function states() {
  return new Option('--state <states>', 'only in these states, such as FAILURE,SUSPENDED').choices(RUN_STATES).argParser(statesOf);
}

/** So many runs come at once where all are asked for. */
const MOST = 1_000;

function statesOf(written: string, before: readonly RunState[] = []): readonly RunState[] {
  const states = written.toUpperCase().split(',');
  const wrong = states.find((state) => !(RUN_STATES as readonly string[]).includes(state));
  if (wrong !== undefined) throw new InvalidArgumentError(`Allowed states are ${RUN_STATES.join(', ')}.`);
  return [...before, ...(states as RunState[])];
}

function limitOf(written: string): number {
  const limit = Number(written);
  if (!Number.isInteger(limit) || limit < 1 || limit > 10_000) throw new InvalidArgumentError('Give a whole number from 1 to 10000.');
  return limit;
}

function reasonOf(written: string): string {
  if (!isRunId(written)) throw new InvalidArgumentError(`Give a text of 1 to ${MAX_ID} characters.`);
  return written;
}

/** What stands in the `next` of a page: the id that the store gave a run. */
function cursorOf(written: string): string {
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(written)) throw new InvalidArgumentError('Give what the page before said.');
  return written;
}

const LIST_EXAMPLES = `
Examples:
  flowproof runs list --state FAILURE                          what needs a person
  flowproof runs list --flow order --metadata customer=c-7     of one customer
  flowproof runs list --state FAILURE -o ids | flowproof runs retry -
`;
