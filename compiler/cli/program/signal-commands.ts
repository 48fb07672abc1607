import type { Session } from '../terminal/session.js';
import type { Command } from './commander.js';
import { app, format, whereOf } from './store-options.js';

/** `runs signal`: what a run waits for, sent by hand. */
export function signalCommands(runs: Command, session: Session): void {
  runs
    .command('signal')
    .summary('send a run what it waits for')
    .description(
      'Sends a run a signal. What may be sent with it is judged by the flow of the app. It is durable when this ends, and heard by the process that has the run, or by the next one that takes it.',
    )
    .argument('<id>', 'id of a run')
    .argument('<name>', 'name of the signal')
    .argument('[payload]', 'what is sent with it, in JSON; @FILE reads it from a file, - from standard input')
    .option('--message-id <id>', 'your name for it: of several of one name one is heard')
    .addOption(format())
    .addOption(app())
    .addHelpText('after', EXAMPLES)
    .action(async (id, name, payload, options, command) => {
      const { signalCommand } = await import('../runs/signal-command.js');
      const { messageId, output } = options;
      session.code = await signalCommand({ where: whereOf(options, command), id, name, payload, messageId, format: output }, session.io);
    });
}

const EXAMPLES = `
Examples:
  flowproof runs signal r-7 approval '{"by":"ada"}' --app dist/app.js
  flowproof runs signal r-7 approval @approval.json --app dist/app.js --message-id event-1
`;
