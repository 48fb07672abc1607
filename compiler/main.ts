#!/usr/bin/env node
/** The program `flowproof`. Its work is done in a thread with a stack for sources of any depth, such as a chain of 1,000 calls. */
import { Worker } from 'node:worker_threads';
import type { FromThread, ThreadOptions } from './thread.js';

const options: ThreadOptions = {
  args: process.argv.slice(2),
  color: process.stdout.isTTY === true && process.stdout.hasColors(),
};
const thread = new Worker(new URL('./thread.js', import.meta.url), { workerData: options, resourceLimits: { stackSizeMb: 256 } });
process.exitCode = 2;
thread.on('message', (message: FromThread) => {
  if ('code' in message) process.exitCode = message.code;
  else process[message.to].write(message.text);
});
thread.on('error', (error: Error & { readonly code?: unknown }) => {
  const why =
    error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? 'there is not enough memory: NODE_OPTIONS=--max-old-space-size=8192' : error.stack;
  process.stderr.write(`flowproof: ${why}\n`);
});
process.once('SIGINT', () => thread.postMessage('stop'));
// Who reads what is printed may have seen enough, as `head` has.
process.stdout.on('error', (error: Error & { readonly code?: unknown }) => {
  if (error.code !== 'EPIPE') throw error;
  void thread.terminate();
});
