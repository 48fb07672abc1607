import type { Session } from '../terminal/session.js';
import type { Command } from './commander.js';
import { app, database, format, hereOption, whereOf, yes } from './store-options.js';

/** `reverts …`: what could not be undone. */
export function revertsCommands(program: Command, session: Session): void {
  const { io } = session;
  const reverts = program.command('reverts').summary('what could not be undone').helpCommand(false);
  reverts.description('Reverts that have failed, and what waits behind them. A person mends what was in the way, or undoes it by hand.');

  reverts
    .command('list')
    .summary('which tasks are to be undone and are not')
    .description(
      'Lists the tasks that are to be undone and are not: of these runs, or of all that ended in FAILURE. The one of a run that is next comes first.',
    )
    .argument('[ids...]', 'ids of runs; - reads them from standard input')
    .addOption(format())
    .addOption(app())
    .addOption(database())
    .action(async (ids, options, command) => {
      const { revertsCommand } = await import('../runs/reverts-command.js');
      session.code = await revertsCommand({ where: whereOf(options, command), ids, format: options.output }, io);
    });

  const settles = (name: string, summary: string, description: string) =>
    reverts
      .command(name)
      .summary(summary)
      .description(`${description} This is written to the store, and done by the process that has the run.`)
      .argument('<id>', 'id of the run')
      .argument('<paths...>', 'paths of the tasks, as reverts list shows them')
      .addOption(hereOption())
      .addOption(format())
      .addOption(app())
      .addOption(database());

  settles('retry', 'try again to undo a task', 'Tries a revert that has failed again, when what was in its way is mended.').action(
    async (id, paths, options, command) => {
      const { askCommand, REQUESTS } = await import('../runs/ask-command.js');
      const { here = false, output } = options;
      const params = { where: whereOf(options, command), request: REQUESTS.retryRevert, ids: [id], paths, here, format: output };
      session.code = await askCommand(params, io);
    },
  );

  settles('skip', 'take a task as undone', 'Takes a revert that has failed as done, because somebody has undone it by hand.')
    .addOption(yes())
    .action(async (id, paths, options, command) => {
      const { askCommand, REQUESTS } = await import('../runs/ask-command.js');
      const { here = false, yes: isConfirmed = false, output } = options;
      const params = {
        where: whereOf(options, command),
        request: REQUESTS.skipRevert,
        ids: [id],
        paths,
        yes: isConfirmed,
        here,
        format: output,
      };
      session.code = await askCommand(params, io);
    });
}
