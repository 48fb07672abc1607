import type { Where } from '../store/opened.js';
import { UsageError } from '../terminal/io.js';
import { type CommandUnknownOpts, Option } from './commander.js';

export function app() {
  return new Option('--app <file>', 'the module that exports the app').env('FLOWPROOF_APP');
}

export function database() {
  return new Option(
    '--database <url>',
    'postgres://USER@HOST/DATABASE?schema=flowproof, or the folder of file(…): no flows are needed',
  ).env('FLOWPROOF_DATABASE');
}

/** How a command prints what it found. */
export function format() {
  return new Option('-o, --output <format>', 'how it is printed').choices(['table', 'json', 'ids']).default('table' as const);
}

export function yes() {
  return new Option('--yes', 'ask nothing before something is destroyed; demanded where nobody can be asked');
}

export function hereOption() {
  return new Option('--here', 'drive the run in this process, until it rests: needs --app for its flow');
}

/** What was written on the command line counts before what the environment says. @throws UsageError for both */
export function whereOf(options: Where, command: CommandUnknownOpts): Where {
  const isWritten = (name: 'app' | 'database'): boolean => command.getOptionValueSource(name) === 'cli';
  if (isWritten('app') && isWritten('database')) throw new UsageError('give --app or --database, not both');
  if (isWritten('database') || options.app === undefined) return { database: options.database };
  return { app: options.app };
}
