import { processes, threads } from 'flowproof';
import { type Worker, type WorkerOptions, worker } from 'flowproof/workers';
import { printable, printableJson } from '#model/text/printable.js';
import { type ExitCode, type Io, UsageError } from '../terminal/io.js';
import { onStopAgain, stopped } from '../terminal/stopping.js';
import { type TaskSetModule, taskSetIn } from './task-set-module.js';
import { type TransportParams, transportAt } from './transport-at.js';

export interface WorkerParams {
  /** The module that exports the task set. */
  readonly file: string;
  readonly transport: TransportParams;
  readonly on: 'inline' | 'threads' | 'processes';
  /** Absent: what the worker, or its threads or processes, have by themselves. */
  readonly concurrency: number | undefined;
  readonly graceMs: number | undefined;
  readonly format: 'text' | 'json';
}

/** `flowproof worker`: makes calls of a task set for engines on other machines, until it is stopped. */
export async function workerCommand({ file, transport, graceMs, format, ...how }: WorkerParams, io: Io): Promise<ExitCode> {
  const carries = await transportAt(transport);
  const module = await taskSetIn(file, io.folder);
  const working = workerOf(module, { transport: carries, ...(how.concurrency === undefined ? {} : { concurrency: how.concurrency }) }, how);
  const say = (state: 'ready' | 'stopping' | 'stopped', more: object, words: string): void =>
    io.out(format === 'json' ? `${printableJson({ state, ...more })}\n` : `${state}: ${printable(words)}\n`);
  const stopping = stopped(io);
  const isRunning = await Promise.race([working.start().then(() => true), stopping.then(() => false)]);
  const { id, queue } = working.state();
  const names = [...module.tasks['~flowproof'].definition.tasks.keys()].sort();
  if (isRunning)
    say('ready', { worker: id, queue, transport: carries.name, tasks: names }, `${queue} at ${carries.name} (${names.join(', ')})`);
  await stopping;
  const again = new Promise<void>((resolve) => onStopAgain(resolve));
  const { inHand } = working.state();
  say('stopping', { inHand }, `${inHand} in hand`);
  await Promise.race([working.stop(graceMs === undefined ? {} : { graceMs }), again]);
  const { made, refused, inHand: left } = working.state();
  say('stopped', { made, refused, left }, `${made} made, ${refused} messages refused, ${left} left to others`);
  return left === 0 ? 0 : 1;
}

function workerOf(
  { tasks, url }: TaskSetModule,
  options: WorkerOptions,
  { on, concurrency }: Pick<WorkerParams, 'on' | 'concurrency'>,
): Worker {
  const size = concurrency === undefined ? {} : { size: concurrency };
  const place = on === 'threads' ? threads(url, size) : on === 'processes' ? processes(url, size) : undefined;
  try {
    return worker(tasks, { ...options, ...(place === undefined ? {} : { on: place }) });
  } catch (error) {
    if (error instanceof TypeError || error instanceof RangeError) throw new UsageError(error.message);
    throw error;
  }
}
