import type { StoreFinding } from 'flowproof/postgres';
import { printableJson } from '#model/text/printable.js';
import { isDatabase } from '../../stores/index.js';
import { adapter, address } from '../store/database.js';
import { type OpenedStore, type Where, withStore } from '../store/opened.js';
import type { ExitCode, Io } from '../terminal/io.js';
import { Table } from '../terminal/table.js';

export interface DoctorParams {
  readonly where: Where;
  /** A run that a process has is worth a look when it has had no step for so long. */
  readonly quietMs: number;
  readonly format: 'table' | 'json';
}

/** `flowproof doctor`. A problem is a no; notes are none. */
export async function doctorCommand({ where, quietMs, format }: DoctorParams, io: Io): Promise<ExitCode> {
  const found = await findings(where, quietMs, io);
  if (format === 'json') io.out(`${printableJson(found, 2)}\n`);
  else
    io.out(new Table(['VERDICT', 'CHECK', 'SAYS'], undefined).rows(found.map(({ verdict, check, message }) => [verdict, check, message])));
  return found.some(({ verdict }) => verdict === 'problem') ? 1 : 0;
}

async function findings({ app, database }: Where, quietMs: number, io: Io): Promise<readonly StoreFinding[]> {
  if (app !== undefined || database === undefined || !isDatabase(database))
    return withStore({ app, database }, io, 'read', ({ operator }) => left(operator));
  const { source, options } = address(database);
  const { examineStore } = await adapter();
  return examineStore(source, { ...options, quietMs });
}

/** So many runs are counted. */
const MOST = 10_000;

/** What any store can be asked. */
async function left({ runs }: OpenedStore['operator']): Promise<readonly StoreFinding[]> {
  const running = (await runs({ states: ['RUNNING'], limit: MOST })).runs;
  const failed = (await runs({ states: ['FAILURE'], limit: MOST })).runs.length;
  const nobodys = running.filter(({ owner }) => owner === undefined || owner.alive === false).length;
  const unsure = running.filter(({ owner }) => owner !== undefined && owner.alive === undefined).length;
  return [
    nobodys > 0
      ? {
          check: 'runs',
          verdict: 'problem',
          message: `RUNNING, and no process that is alive has them: ${nobodys}. Start an app with their flows`,
        }
      : { check: 'runs', verdict: 'ok', message: 'all that are RUNNING have a process' },
    ...(unsure === 0 ? [] : [note(`RUNNING, and whether their process is alive is not known from here: ${unsure}`)]),
    ...(failed === 0 ? [] : [note(`ended in FAILURE: ${failed}. See flowproof runs list --state FAILURE`)]),
  ];
}

const note = (message: string): StoreFinding => ({ check: 'runs', verdict: 'note', message });
