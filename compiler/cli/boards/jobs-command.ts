import type { JobInfo, JobsQuery } from 'flowproof/contracts';
import { printableJson } from '#model/text/printable.js';
import { moment } from '#model/text/times.js';
import type { Format } from '../runs/list-command.js';
import type { Where } from '../store/opened.js';
import { idLine } from '../terminal/id-lines.js';
import type { ExitCode, Io } from '../terminal/io.js';
import { Table } from '../terminal/table.js';
import { withBoard } from './opened-board.js';

export interface JobsParams {
  readonly where: Where;
  readonly query: JobsQuery;
  /** All there are, whatever the limit of a page. */
  readonly all: boolean;
  readonly format: Format;
}

/** `flowproof board list`. */
export function jobsCommand({ where, query, all, format }: JobsParams, io: Io): Promise<ExitCode> {
  return withBoard<ExitCode>(where, io, 'read', async (board) => {
    const print = jobPrinter(format, io);
    let next = query.after;
    do {
      const page = await board.jobs({ ...query, ...(next === undefined ? {} : { after: next }) });
      print(page.jobs);
      next = page.next;
    } while (all && next !== undefined && !io.signal.aborted);
    if (next !== undefined) io.err(`flowproof: there are more: --all, or --after ${idLine(next)}`);
    return 0;
  });
}

/** Prints jobs, a page at a time; as JSON, a line each. */
export function jobPrinter(format: Format, { out, columns }: Io): (jobs: readonly JobInfo[]) => void {
  switch (format) {
    case 'ids':
      return (jobs) => out(jobs.map(({ id }) => idLine(id)).join(''));
    case 'json':
      return (jobs) => out(jobs.map((job) => `${printableJson(job)}\n`).join(''));
    case 'table': {
      const table = new Table(['ID', 'FLOW', 'STATE', 'POSTED', 'CLAIMS', 'LOSSES', 'SAYS'], columns);
      return (jobs) => out(table.rows(jobs.map(rowOf)));
    }
  }
}

function rowOf(info: JobInfo): readonly string[] {
  const { id, state, job, attempts, losses } = info;
  return [id, job?.flow ?? '', state, moment(job?.postedAtMs), String(attempts), String(losses), wordsOn(info)];
}

function wordsOn({ state, dueAtMs, claimedBy = '', trashed, history }: JobInfo): string {
  switch (state) {
    case 'free':
      return history.at(-1)?.reason ?? '';
    case 'delayed':
      return [`until ${moment(dueAtMs)}`, history.at(-1)?.reason ?? ''].filter((words) => words !== '').join(': ');
    case 'claimed':
      return `by ${claimedBy}`;
    case 'trashed':
      return trashed === undefined ? '' : `${trashed.code}: ${trashed.message}`;
  }
}
