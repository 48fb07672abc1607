import type { Session } from '../terminal/session.js';
import { durationMs } from '../terminal/times.js';
import { type Command, Option } from './commander.js';
import { app, database, whereOf } from './store-options.js';

const DAY_MS = 86_400_000;

/** `migrate`, `plan` and `doctor`: a store as a whole. */
export function databaseCommands(program: Command, session: Session): void {
  const { io } = session;

  program
    .command('migrate')
    .summary('bring the schema of a database up to date')
    .description(
      'Brings the schema up to date as a step of a deploy, with a role that may create tables. Any number may run at once; again, it does nothing.',
    )
    .option('--grant-to <role>', 'a role that services connect as: it may then read and write rows')
    .addOption(database())
    .action(async (options, command) => {
      const { migrateCommand } = await import('../database/schema-commands.js');
      session.code = await migrateCommand({ where: whereOf(options, command), grantTo: options.grantTo }, io);
    });

  program
    .command('plan')
    .summary('what migrate would do')
    .description('Says what migrate would do. Ends with 1 when there is something to do.')
    .addOption(new Option('-o, --output <format>', 'how it is printed').choices(['table', 'json', 'sql']).default('table' as const))
    .addOption(database())
    .action(async (options, command) => {
      const { planCommand } = await import('../database/schema-commands.js');
      session.code = await planCommand({ where: whereOf(options, command), format: options.output }, io);
    });

  program
    .command('doctor')
    .summary('what is wrong with a store, and with the runs in it')
    .description(
      'Looks at the server, its clock and its schema (version, what is missing in it), and for runs that nobody goes on with: owners that died, runs without a process, those that are left alone. Writes nothing. Ends with 1 when there is a problem; notes are none.',
    )
    .addOption(
      new Option('--quiet-for <time>', 'a run without a step for so long is worth a note').argParser(durationMs).default(DAY_MS, '1d'),
    )
    .addOption(new Option('-o, --output <format>', 'how it is printed').choices(['table', 'json']).default('table' as const))
    .addOption(app())
    .addOption(database())
    .action(async (options, command) => {
      const { doctorCommand } = await import('../database/doctor-command.js');
      session.code = await doctorCommand({ where: whereOf(options, command), quietMs: options.quietFor, format: options.output }, io);
    });
}
