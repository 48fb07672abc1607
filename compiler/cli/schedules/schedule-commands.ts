import type { ScheduleInfo } from 'flowproof';
import { printable, printableJson } from '#model/text/printable.js';
import { moment } from '#model/text/times.js';
import { ended, here } from '../runs/here.js';
import type { Format } from '../runs/list-command.js';
import { type Where, withStore } from '../store/opened.js';
import { idLine } from '../terminal/id-lines.js';
import type { ExitCode, Io } from '../terminal/io.js';
import { Table } from '../terminal/table.js';

export interface SchedulesParams {
  readonly where: Where;
  readonly format: Format;
}

/** `flowproof schedules list`: when each fires next, and what it began last. */
export function schedulesCommand({ where, format }: SchedulesParams, io: Io): Promise<ExitCode> {
  return withStore<ExitCode>(where, io, 'read', async ({ operator }) => {
    const all = await operator.schedules.list();
    if (format === 'json') for (const { declared: _, ...shown } of all) io.out(`${printableJson(shown)}\n`);
    else if (format === 'ids') for (const { name } of all) io.out(idLine(name));
    else io.out(new Table(['NAME', 'FLOW', 'WHEN', 'NEXT', 'LAST RUN'], io.columns).rows(all.map(rowOf)));
    return 0;
  });
}

function rowOf(schedule: ScheduleInfo): readonly string[] {
  const { name, flow, cron, timeZone, everyMs, paused, nextAtMs, lastRunId = '' } = schedule;
  const when = everyMs === undefined ? `${cron} ${timeZone}` : `every ${everyMs} ms`;
  return [name, flow, when, paused ? 'paused' : nextAtMs === undefined ? 'never' : moment(nextAtMs), lastRunId];
}

export interface ChangeParams {
  readonly where: Where;
  readonly names: readonly string[];
  readonly change: keyof typeof DONE;
}

/** What is said of a schedule afterwards. */
const DONE = { pause: 'is paused', resume: 'fires again', remove: 'is removed' } as const;

/** `flowproof schedules pause`, `resume` and `remove`. */
export function changeScheduleCommand({ where, names, change }: ChangeParams, io: Io): Promise<ExitCode> {
  return withStore<ExitCode>(where, io, 'write', async ({ operator }) => {
    for (const name of names) {
      await operator.schedules[change](name);
      io.out(`${printable(name)} ${DONE[change]}\n`);
    }
    return 0;
  });
}

export interface RunNowParams extends SchedulesParams {
  readonly name: string;
}

/** `flowproof schedules run`: a run of it, driven here until it rests. */
export function runScheduleCommand({ where, name, format }: RunNowParams, io: Io): Promise<ExitCode> {
  return withStore<ExitCode>(where, io, 'write', (store) =>
    here(store, io, async (app) => ended(await (await app.schedules.run(name)).result(), ['SUCCESS'], format, io), name),
  );
}
