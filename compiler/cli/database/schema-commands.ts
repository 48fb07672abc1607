import { printableJson } from '#model/text/printable.js';
import { isDatabase } from '../../stores/index.js';
import { adapter, address } from '../store/database.js';
import type { Where } from '../store/opened.js';
import { type ExitCode, type Io, UsageError } from '../terminal/io.js';
import { Table } from '../terminal/table.js';

export interface PlanParams {
  readonly where: Where;
  readonly format: 'table' | 'json' | 'sql';
}

/** `flowproof plan`: what migrate would do. There is something to do: the answer is no. */
export async function planCommand({ where, format }: PlanParams, io: Io): Promise<ExitCode> {
  const { source, options } = address(databaseIn(where));
  const { planSchema } = await adapter();
  const planned = await planSchema(source, options);
  switch (format) {
    case 'json':
      io.out(`${printableJson(planned, 2)}\n`);
      break;
    case 'sql':
      for (const { version, name, statements } of planned)
        io.out(`-- ${version} ${name}\n${statements.map((text) => `${text};\n`).join('')}\n`);
      break;
    case 'table':
      if (planned.length === 0) io.out('nothing to do\n');
      io.out(
        new Table(['MIGRATION', 'NAME', 'OLDER VERSIONS'], io.columns).rows(
          planned.map((one) => [`${one.version}`, one.name, one.breaking ? 'stop' : 'go on']),
        ),
      );
  }
  return planned.length === 0 ? 0 : 1;
}

export interface MigrateParams {
  readonly where: Where;
  readonly grantTo: string | undefined;
}

/** `flowproof migrate`. */
export async function migrateCommand({ where, grantTo }: MigrateParams, io: Io): Promise<ExitCode> {
  const { source, options } = address(databaseIn(where));
  const { planSchema, prepareSchema } = await adapter();
  const planned = await planSchema(source, options);
  await prepareSchema(source, { ...options, ...(grantTo === undefined ? {} : { grantTo }) });
  io.out(planned.length === 0 ? 'nothing to do\n' : planned.map(({ version, name }) => `${version} ${name}\n`).join(''));
  return 0;
}

/** @throws UsageError */
function databaseIn({ database }: Where): string {
  if (database !== undefined && isDatabase(database)) return database;
  throw new UsageError('only a database has a schema: give --database postgres://USER@HOST/DATABASE');
}
