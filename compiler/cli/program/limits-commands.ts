import type { Session } from '../terminal/session.js';
import type { Command } from './commander.js';
import { app, database, format, whereOf } from './store-options.js';

/** `limits …`: how many runs of flows may be under way, or begin. */
export function limitsCommands(program: Command, session: Session): void {
  const { io } = session;
  const limits = program.command('limits').summary('how many runs of flows may be under way, or begin').helpCommand(false);
  limits.description('The limits of flows. They are stated in the code of flows, and may be changed while it runs.');

  limits
    .command('list')
    .summary('what counts, and how many runs are under way and wait')
    .description(
      'Lists the limits in the order of their names. What the code says is known with --app; without it, only what was changed, and how many runs there are.',
    )
    .addOption(format())
    .addOption(app())
    .addOption(database())
    .action(async (options, command) => {
      const { limitsCommand } = await import('../limits/limits-command.js');
      session.code = await limitsCommand({ where: whereOf(options, command), format: options.output }, io);
    });

  limits
    .command('set')
    .summary('change one, for all processes')
    .description(
      'Lets a limit count in the place of what the code says, in all processes and until it is reset. What is left out is left to the code. Lowering it stops nothing that is under way.',
    )
    .argument('<name>', 'flow: and the name of the flow')
    .option('--concurrency <count>', 'how many runs may be under way at once; Infinity: any number')
    .option('--rate <count>', 'how many may begin within --per-ms')
    .option('--per-ms <ms>', 'the time of --rate, in milliseconds')
    .addOption(app())
    .addOption(database())
    .action(async (name, { concurrency, rate, perMs, ...options }, command) => {
      const { setLimitCommand } = await import('../limits/limits-command.js');
      session.code = await setLimitCommand({ where: whereOf(options, command), name, concurrency, rate, perMs }, io);
    });

  limits
    .command('reset')
    .summary('let what the code says count again')
    .description('Forgets what was set: what the code says counts again.')
    .argument('<names...>', 'names of limits, as limits list shows them')
    .addOption(app())
    .addOption(database())
    .action(async (names, options, command) => {
      const { resetLimitCommand } = await import('../limits/limits-command.js');
      session.code = await resetLimitCommand({ where: whereOf(options, command), names }, io);
    });
}
