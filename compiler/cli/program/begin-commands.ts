import type { Session } from '../terminal/session.js';
import { durationMs } from '../terminal/times.js';
import { type Command, InvalidArgumentError, Option } from './commander.js';
import { collected, known, pairs } from './option-values.js';
import { app, format, whereOf } from './store-options.js';

/** `runs start` and `runs post`: what begins a run, here or wherever somebody is free. */
export function beginCommands(runs: Command, session: Session): void {
  beginning(
    runs.command('start'),
    'begin a run, and drive it here',
    'Begins a run, or goes on with the one of this id, and drives it in this process until it ends. Stopped, it is left to others.',
  )
    .addHelpText('after', START_EXAMPLES)
    .action(async (flow, options, command) => {
      const { inputs, args, output } = options;
      const { startCommand } = await import('../runs/drive-commands.js');
      const naming = namingOf(options);
      session.code = await startCommand({ where: whereOf(options, command), flow, inputs, args, naming, format: output }, session.io);
    });

  beginning(
    runs.command('post'),
    'leave a run to whoever is free',
    'Leaves a run to conductors, on the board of the app, or in its store where it has none. Nothing is driven here.',
  )
    .addOption(new Option('--priority <n>', 'from -100 to 100, the highest is begun first').argParser(priorityOf).default(0))
    .option('--delay <time>', 'not to be begun before so long, such as 30s or 12h')
    .addHelpText('after', POST_EXAMPLES)
    .action(async (flow, options, command) => {
      const { inputs, args, output, priority, delay } = options;
      const { postCommand } = await import('../runs/drive-commands.js');
      const order = { priority, ...(delay === undefined ? {} : { delayMs: durationMs(delay) }) };
      const what = { where: whereOf(options, command), flow, inputs, args, naming: namingOf(options), format: output };
      session.code = await postCommand({ ...what, order }, session.io);
    });
}

function beginning(command: Command, summary: string, description: string) {
  return command
    .summary(summary)
    .description(description)
    .argument('<flow>', 'name of a flow of the app')
    .option('--inputs <json>', 'its inputs; @FILE reads them from a file, - from standard input')
    .option('--args <json>', 'what its factory is called with')
    .option('--id <id>', 'its id (default: a new one)')
    .option('--logbook <name>', 'the group that it belongs to')
    .addOption(new Option('--metadata <name=text>', 'what lists can find it by; may be given several times').argParser(collected))
    .addOption(format())
    .addOption(app());
}

interface Naming {
  readonly id?: string | undefined;
  readonly logbook?: string | undefined;
  readonly metadata?: readonly string[] | undefined;
}

function namingOf({ id, logbook, metadata }: Naming) {
  return { ...known({ id, logbook }), ...(metadata && { metadata: pairs(metadata) }) };
}

function priorityOf(written: string): number {
  const priority = Number(written);
  if (!Number.isInteger(priority) || Math.abs(priority) > 100) throw new InvalidArgumentError('Give a whole number from -100 to 100.');
  return priority;
}

const START_EXAMPLES = `
Examples:
  flowproof runs start order --app dist/app.js --id o-7 --inputs '{"item":"lamp"}'
  flowproof runs start order --app dist/app.js --inputs @order.json
`;

const POST_EXAMPLES = `
Examples:
  flowproof runs post order --app dist/app.js --id o-7 --inputs '{"item":"lamp"}' --priority 10
  flowproof runs post order --app dist/app.js --inputs @order.json --delay 2h
`;
