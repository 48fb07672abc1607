import type { RunState } from 'flowproof';
import { RUN_STATES } from '#model/states.js';
import { UsageError } from '../terminal/io.js';
import type { Session } from '../terminal/session.js';
import { type Command, InvalidArgumentError, Option } from './commander.js';
import { collected } from './option-values.js';
import { app, database, format, whereOf } from './store-options.js';

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
    .description('Lists runs, newest first.')
    .option('--flow <name>', 'only of this flow')
    .addOption(
      new Option('--state <states>', `only in these states, such as FAILURE,SUSPENDED (${RUN_STATES.join(', ')})`).argParser(statesOf),
    )
    .option('--logbook <name>', 'only of this logbook')
    .addOption(new Option('--metadata <name=text>', 'only those that carry this; may be given several times').argParser(collected))
    .option('--ownerless', 'only those that no living process has')
    .addOption(new Option('--limit <n>', 'so many').argParser(limitOf).default(100))
    .option('--before <cursor>', 'those after this page: as the page said')
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

  runs
    .command('show')
    .summary('what became of a run, and of each of its tasks')
    .description('Shows runs as their journals say it: inputs, failures, and what became of each task. Secrets are masked.')
    .argument('<ids...>', 'ids of runs; - reads them from standard input')
    .addOption(format())
    .addOption(app())
    .addOption(database())
    .action(async (ids, options, command) => {
      const { showCommand } = await import('../runs/show-command.js');
      session.code = await showCommand({ where: whereOf(options, command), ids, format: options.output }, io);
    });
}

/** So many runs come at once where all are asked for. */
const MOST = 1_000;

/** Those that were given. */
function known<Options extends object>(options: Options): { [Name in keyof Options]?: NonNullable<Options[Name]> } {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as never;
}

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

/** @throws UsageError */
function pairs(written: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    written.map((one) => {
      const at = one.indexOf('=');
      if (at < 1) throw new UsageError(`'${one}' is no name=text`);
      return [one.slice(0, at), one.slice(at + 1)];
    }),
  );
}

const LIST_EXAMPLES = `
Examples:
  flowproof runs list --state FAILURE                          what needs a person
  flowproof runs list --flow order --metadata customer=c-7     of one customer
  flowproof runs list --state FAILURE -o ids | flowproof runs retry -
`;
