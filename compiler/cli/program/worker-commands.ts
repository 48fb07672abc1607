import { UsageError } from '../terminal/io.js';
import type { Session } from '../terminal/session.js';
import { durationMs } from '../terminal/times.js';
import { type Command, Option } from './commander.js';
import { countFrom1, known } from './option-values.js';

/** `worker`: calls on other machines. */
export function workerCommands(program: Command, session: Session): void {
  program
    .command('worker')
    .summary('make calls of a task set for apps on other machines')
    .description(
      'Takes calls of a task set from a broker and makes them in this process, until SIGTERM or Ctrl-C stops it: then it takes no more, and ends what it has in hand. Asked a second time it ends at once, and other workers make what it had in hand. It calls nothing but the tasks of its set.',
    )
    .argument('<tasks>', 'the module whose default export is the taskSet(…)')
    .addOption(transport().makeOptionMandatory())
    .addOption(prefix())
    .addOption(deliveryLimit())
    .addOption(keys())
    .addOption(
      new Option(
        '--concurrency <n>',
        'how many calls at once; left out: 16, or one for each processor with --on threads or processes',
      ).argParser(countFrom1),
    )
    .addOption(
      new Option('--on <place>', 'where they are made: in this thread, or in threads or processes of this machine')
        .choices(['inline', 'threads', 'processes'])
        .default('inline' as const),
    )
    .addOption(new Option('--grace <time>', 'how long calls may take to end when it is stopped; left out: 10s').argParser(durationMs))
    .addOption(new Option('-o, --output <format>', 'how it says its state').choices(['text', 'json']).default('text' as const))
    .addHelpText('after', EXAMPLES)
    .action(async (file, options) => {
      const { concurrency, on, grace: graceMs, output: format } = options;
      const broker = {
        url: options.transport,
        ...known({ prefix: options.prefix, deliveryLimit: options.deliveryLimit, keys: options.keys }),
      };
      const { workerCommand } = await import('../workers/worker-command.js');
      session.code = await workerCommand({ file, transport: broker, concurrency, on, graceMs, format }, session.io);
    });
}

function transport() {
  return new Option(
    '--transport <url>',
    'the broker: amqp://USER@HOST/VHOST (or amqps), nats://HOST (or tls); a password is better given by the environment',
  ).env('FLOWPROOF_TRANSPORT');
}

function prefix() {
  return new Option('--prefix <text>', 'what the names of queues begin with, as the app says; left out: flowproof');
}

function deliveryLimit() {
  return new Option('--delivery-limit <n>', 'how often a message is delivered, as the app says; left out: 20').argParser(countFrom1);
}

function keys() {
  return new Option('--keys <list>', 'what messages are sealed with, as the app says: id=base64,… better given by the environment')
    .env('FLOWPROOF_TRANSPORT_KEYS')
    .argParser(keysOf);
}

/** @throws UsageError, which does not print what was given, as commander would */
function keysOf(written: string): readonly { readonly id: string; readonly key: string }[] {
  return written.split(',').map((one) => {
    const [, id, key] = /^([^=]+)=(.+)$/.exec(one.trim()) ?? [];
    if (id === undefined || key === undefined) throw new UsageError('--keys is a list of id=base64, with commas between them');
    return { id, key };
  });
}

const EXAMPLES = `
Examples:
  flowproof worker ./dist/tasks.js --transport amqp://rabbit.internal/prod --concurrency 16
  FLOWPROOF_TRANSPORT=… flowproof worker ./dist/tasks.js --on threads --grace 1m
`;
