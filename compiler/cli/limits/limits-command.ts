import type { LimitInfo } from 'flowproof';
import { printable, printableJson } from '#model/text/printable.js';
import { moment } from '#model/text/times.js';
import type { Format } from '../runs/list-command.js';
import { type Where, withStore } from '../store/opened.js';
import { idLine } from '../terminal/id-lines.js';
import { type ExitCode, type Io, UsageError } from '../terminal/io.js';
import { Table } from '../terminal/table.js';

export interface LimitsParams {
  readonly where: Where;
  readonly format: Format;
}

/** `flowproof limits list`: what counts, and how many runs are under way and wait. */
export function limitsCommand({ where, format }: LimitsParams, io: Io): Promise<ExitCode> {
  return withStore<ExitCode>(where, io, 'read', async ({ limits }) => {
    const all = await limits().list();
    if (format === 'json') for (const limit of all) io.out(`${printableJson(shownAsJson(limit))}\n`);
    else if (format === 'ids') for (const { name } of all) io.out(idLine(name));
    else io.out(new Table(['NAME', 'KEY', 'CONCURRENCY', 'RATE', 'IN USE', 'WAITING', 'CHANGED'], io.columns).rows(all.map(rowOf)));
    return 0;
  });
}

/** JSON has no `Infinity`: a text says it. */
function shownAsJson(limit: LimitInfo): object {
  const { concurrency, code } = limit;
  return {
    ...limit,
    ...(concurrency === undefined ? {} : { concurrency: inJson(concurrency) }),
    ...(code?.concurrency === undefined ? {} : { code: { ...code, concurrency: inJson(code.concurrency) } }),
  };
}

function inJson(count: number): number | string {
  return Number.isFinite(count) ? count : String(count);
}

function rowOf({ name, key = '', concurrency, rate, inUse, waiting, changedAtMs }: LimitInfo): readonly string[] {
  const starts = rate === undefined ? '' : `${rate.limit} in ${rate.perMs} ms`;
  const most = concurrency === undefined ? '' : String(concurrency);
  return [name, key, most, starts, String(inUse), String(waiting), moment(changedAtMs)];
}

export interface SetLimitParams {
  readonly where: Where;
  readonly name: string;
  readonly concurrency: string | undefined;
  readonly rate: string | undefined;
  readonly perMs: string | undefined;
}

/** `flowproof limits set`. @throws UsageError */
export function setLimitCommand({ where, name, concurrency, rate, perMs }: SetLimitParams, io: Io): Promise<ExitCode> {
  if ((rate === undefined) !== (perMs === undefined)) throw new UsageError('--rate and --per-ms are said together');
  const change = {
    ...(concurrency === undefined ? {} : { concurrency: numberIn('--concurrency', concurrency) }),
    ...(rate === undefined || perMs === undefined ? {} : { rate: { limit: numberIn('--rate', rate), perMs: numberIn('--per-ms', perMs) } }),
  };
  return withStore<ExitCode>(where, io, 'write', async ({ limits }) => {
    await limits().set(name, change);
    io.out(`${printable(name)} is changed\n`);
    return 0;
  });
}

/** Whether it is a limit, who changes it says. */
function numberIn(option: string, written: string): number {
  const number = written.trim() === '' ? Number.NaN : Number(written);
  if (Number.isNaN(number)) throw new UsageError(`${option} '${written}' is no number`);
  return number;
}

export interface ResetLimitParams {
  readonly where: Where;
  readonly names: readonly string[];
}

/** `flowproof limits reset`. */
export function resetLimitCommand({ where, names }: ResetLimitParams, io: Io): Promise<ExitCode> {
  return withStore<ExitCode>(where, io, 'write', async ({ limits }) => {
    for (const name of names) {
      await limits().reset(name);
      io.out(`${printable(name)} is as the code says\n`);
    }
    return 0;
  });
}
