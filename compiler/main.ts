#!/usr/bin/env node
/** The program `flowproof`. */
import { createInterface } from 'node:readline/promises';
import { Worker } from 'node:worker_threads';
import { systemClock } from '#model/clock.js';
import { type ExitCode, main } from './cli/index.js';
import type { FromThread, ThreadOptions } from './thread.js';

const { stdin, stdout, stderr } = process;
const color = stdout.isTTY === true && stdout.hasColors();
const columns = stdout.isTTY === true ? stdout.columns : undefined;
const stopping = new AbortController();
// The second one ends the process as without a listener.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort());

/** Reads sources in a thread with a stack of its own size. */
function deeply(args: readonly string[]): Promise<ExitCode> {
  const workerData: ThreadOptions = { args, color, columns };
  const thread = new Worker(new URL('./thread.js', import.meta.url), { workerData, resourceLimits: { stackSizeMb: 256 } });
  stopping.signal.addEventListener('abort', () => thread.postMessage('stop'));
  stdout.on('error', () => void thread.terminate());
  return new Promise((resolve) => {
    let code: ExitCode = 2;
    thread.on('message', (message: FromThread) => {
      if ('code' in message) code = message.code;
      else process[message.to].write(message.text);
    });
    thread.on('error', (error: Error & { readonly code?: unknown }) => {
      const why =
        error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? 'there is not enough memory: NODE_OPTIONS=--max-old-space-size=8192' : error.stack;
      stderr.write(`flowproof: ${why}\n`);
    });
    thread.on('exit', () => resolve(code));
  });
}

async function ask(question: string): Promise<string> {
  const terminal = createInterface({ input: stdin, output: stderr });
  try {
    return await terminal.question(question, { signal: stopping.signal });
  } catch {
    return '';
  } finally {
    terminal.close();
  }
}

// Who reads what is printed may have seen enough, as `head` has.
stdout.on('error', (error: Error & { readonly code?: unknown }) => {
  if (error.code !== 'EPIPE') throw error;
  stopping.abort();
});

const code = await main(process.argv.slice(2), {
  out: (text) => stdout.write(text),
  err: (text) => stderr.write(text),
  folder: process.cwd(),
  color,
  ...(columns === undefined ? {} : { columns }),
  clock: systemClock,
  input: () => stdin.setEncoding('utf8'),
  ...(stdin.isTTY === true && stderr.isTTY === true ? { ask } : {}),
  deeply,
  signal: stopping.signal,
});
// What a module of the user's leaves running does not keep the process alive; what was printed is written before.
stdout.write('', () => stderr.write('', () => process.exit(code)));
