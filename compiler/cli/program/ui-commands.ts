import type { Session } from '../terminal/session.js';
import { type Command, InvalidArgumentError, Option } from './commander.js';
import { app, database, whereOf } from './store-options.js';

const PORT = 4680;

/** `ui`: the page, for people. */
export function uiCommands(program: Command, session: Session): void {
  program
    .command('ui')
    .summary('serve a page that shows runs, and lets you operate them')
    .description(
      'Serves a page that shows the runs of a store, and lets you operate them, until Ctrl-C. Nobody but this machine reaches it, unless --host says otherwise. With --app, what is asked of a run that no process has is done by this process.',
    )
    .addOption(new Option('--port <n>', 'where it listens; 0: at a port that is free').argParser(portOf).default(PORT))
    .addOption(
      new Option('--host <address>', 'by which address: others than those of this machine alone need a token').default('127.0.0.1'),
    )
    .addOption(
      new Option('--token <text>', 'what people have to enter; better given by the environment, as others see command lines').env(
        'FLOWPROOF_UI_TOKEN',
      ),
    )
    .option('--read-only', 'let nobody change anything')
    .addOption(app())
    .addOption(database())
    .addHelpText('after', EXAMPLES)
    .action(async (options, command) => {
      const { uiCommand } = await import('../page/ui-command.js');
      const { host, port, token, readOnly = false } = options;
      session.code = await uiCommand({ where: whereOf(options, command), host, port, token, readOnly }, session.io);
    });
}

function portOf(written: string): number {
  const port = Number(written);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new InvalidArgumentError('Give a whole number from 0 to 65535.');
  return port;
}

const EXAMPLES = `
Examples:
  flowproof ui --database postgres://localhost/shop
  FLOWPROOF_UI_TOKEN=… flowproof ui --app dist/app.js --host 0.0.0.0
`;
