/** The thread in which the program `flowproof` reads sources: its stack is large enough for a chain of 1,000 calls. */
import { parentPort, workerData } from 'node:worker_threads';
import { systemClock } from '#model/clock.js';
import { type ExitCode, main } from './cli/index.js';

export interface ThreadOptions {
  readonly args: readonly string[];
  readonly color: boolean;
  readonly columns: number | undefined;
}

/** Something to print, or how it ended. */
export type FromThread = { readonly to: 'stdout' | 'stderr'; readonly text: string } | { readonly code: ExitCode };

const { args, color, columns } = workerData as ThreadOptions;
const say = (message: FromThread): void => parentPort?.postMessage(message);
const stopping = new AbortController();
parentPort?.once('message', () => stopping.abort());
const code = await main(args, {
  out: (text) => say({ to: 'stdout', text }),
  err: (text) => say({ to: 'stderr', text }),
  folder: process.cwd(),
  color,
  ...(columns === undefined ? {} : { columns }),
  clock: systemClock,
  signal: stopping.signal,
});
say({ code });
parentPort?.close();
