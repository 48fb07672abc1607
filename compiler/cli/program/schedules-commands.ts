import type { Session } from '../terminal/session.js';
import type { Command } from './commander.js';
import { app, database, format, whereOf, yes } from './store-options.js';

/** `schedules …`: what begins by the clock. */
export function schedulesCommands(program: Command, session: Session): void {
  const { io } = session;
  const schedules = program.command('schedules').summary('what begins by the clock').helpCommand(false);
  schedules.description('The schedules of a store. They are declared in the code of apps, and fired by those that run.');

  schedules
    .command('list')
    .summary('when each fires next, and what it began last')
    .description('Lists the schedules in the order of their names, also those that no app declares any more.')
    .addOption(format())
    .addOption(app())
    .addOption(database())
    .action(async (options, command) => {
      const { schedulesCommand } = await import('../schedules/schedule-commands.js');
      session.code = await schedulesCommand({ where: whereOf(options, command), format: options.output }, io);
    });

  schedules
    .command('run')
    .summary('begin a run of one now')
    .description('Begins a run of a schedule now, and drives it here. When the schedule fires next stays as it is.')
    .argument('<name>', 'name of the schedule')
    .addOption(format())
    .addOption(app())
    .action(async (name, options) => {
      const { runScheduleCommand } = await import('../schedules/schedule-commands.js');
      session.code = await runScheduleCommand({ where: options, name, format: options.output }, io);
    });

  const changes = (name: string, summary: string, description: string) =>
    schedules
      .command(name)
      .summary(summary)
      .description(description)
      .argument('<names...>', 'names of schedules')
      .addOption(app())
      .addOption(database());

  changes('pause', 'let it fire no more', 'Lets schedules fire no more, in any process, until they are resumed.').action(
    async (names, options, command) => {
      const { changeScheduleCommand } = await import('../schedules/schedule-commands.js');
      session.code = await changeScheduleCommand({ where: whereOf(options, command), names, change: 'pause' }, io);
    },
  );
  changes('resume', 'let it fire again', 'Ends a pause. What was due meanwhile is not caught up.').action(
    async (names, options, command) => {
      const { changeScheduleCommand } = await import('../schedules/schedule-commands.js');
      session.code = await changeScheduleCommand({ where: whereOf(options, command), names, change: 'resume' }, io);
    },
  );
  changes('remove', 'forget one', 'Forgets schedules that no app declares any more; an app that does makes them anew when it starts.')
    .addOption(yes())
    .action(async (names, options, command) => {
      const { confirmed } = await import('../terminal/confirm.js');
      if (!(await confirmed('Remove them?', options.yes === true, io))) {
        session.code = 1;
        return;
      }
      const { changeScheduleCommand } = await import('../schedules/schedule-commands.js');
      session.code = await changeScheduleCommand({ where: whereOf(options, command), names, change: 'remove' }, io);
    });
}
