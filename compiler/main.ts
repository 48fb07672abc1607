#!/usr/bin/env node
/** The program `flowproof`. */
import { systemClock } from '#model/clock.js';
import { main } from './cli/index.js';

const stopping = new AbortController();
process.once('SIGINT', () => stopping.abort());
process.exitCode = await main(process.argv.slice(2), {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  folder: process.cwd(),
  color: process.stdout.isTTY === true && process.stdout.hasColors(),
  clock: systemClock,
  signal: stopping.signal,
});
