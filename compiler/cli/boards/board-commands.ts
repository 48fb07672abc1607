import type { JobInfo } from 'flowproof/contracts';
import { printable, printableJson } from '#model/text/printable.js';
import type { Format } from '../runs/list-command.js';
import type { Where } from '../store/opened.js';
import { idsOf } from '../terminal/id-lines.js';
import { type ExitCode, type Io, UsageError } from '../terminal/io.js';
import { Table } from '../terminal/table.js';
import { jobPrinter } from './jobs-command.js';
import { type OpenedBoard, withBoard } from './opened-board.js';

export interface CountsParams {
  readonly where: Where;
  readonly format: 'table' | 'json';
}

/** `flowproof board counts`. */
export function countsCommand({ where, format }: CountsParams, io: Io): Promise<ExitCode> {
  return withBoard<ExitCode>(where, io, 'read', async (board) => {
    const [counts, paused] = await Promise.all([board.counts(), board.paused()]);
    if (format === 'json') io.out(`${printableJson({ ...counts, paused })}\n`);
    else io.out(new Table(['STATE', 'JOBS'], io.columns).rows(Object.entries(counts).map(([state, jobs]) => [state, String(jobs)])));
    if (format === 'table' && paused.board) io.out('the board is paused\n');
    if (format === 'table') for (const flow of paused.flows) io.out(`${printable(flow)} is paused\n`);
    return 0;
  });
}

export interface RequeueParams {
  readonly where: Where;
  /** None, with `all`: all that are in the trash. */
  readonly ids: readonly string[];
  readonly all: boolean;
  readonly flow: string | undefined;
  /** Only says which it would be. */
  readonly preview: boolean;
  readonly format: Format;
}

/** `flowproof board requeue`. A job that is not there, or is claimed, is a no. */
export async function requeueCommand({ where, ids, all, flow, preview, format }: RequeueParams, io: Io): Promise<ExitCode> {
  if (all === ids.length > 0) throw new UsageError('give ids of jobs, or --all for all that are in the trash');
  const named = await idsOf(ids, io.input);
  return withBoard<ExitCode>(where, io, preview ? 'read' : 'write', async (board) => {
    const print = jobPrinter(format, io);
    if (all) {
      print((await board.requeue(flow === undefined ? {} : { flow }, { preview })).jobs);
      return 0;
    }
    let code: ExitCode = 0;
    const done: JobInfo[] = [];
    for (const id of named) {
      const [job] = (await board.requeue(id, { preview })).jobs;
      if (job !== undefined) {
        done.push(preview ? job : ((await board.job?.(id)) ?? job));
      } else {
        code = 1;
        io.err(`flowproof: '${printable(id)}' is not requeued: ${await reasonOf(board, id)}\n`);
      }
    }
    print(done);
    return code;
  });
}

async function reasonOf(board: OpenedBoard, id: string): Promise<string> {
  if (board.job === undefined) return 'there is no such job in the trash, and none that is delayed';
  const job = await board.job(id);
  return job === undefined ? 'there is no such job on the board' : `it is ${job.state}`;
}

export interface PauseParams {
  readonly where: Where;
  readonly flow: string | undefined;
  readonly isPaused: boolean;
}

/** `flowproof board pause` and `resume`. */
export function pauseCommand({ where, flow, isPaused }: PauseParams, io: Io): Promise<ExitCode> {
  return withBoard<ExitCode>(where, io, 'write', async (board) => {
    await (isPaused ? board.pause(flow) : board.resume(flow));
    io.out(`${flow === undefined ? 'the board' : printable(flow)} is ${isPaused ? 'paused' : 'not paused'}\n`);
    return 0;
  });
}
