import { InvalidArgumentError } from './commander.js';

/** For options that may be given several times. */
export function collected(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

/** @throws InvalidArgumentError */
export function wholeMs(written: string): number {
  const ms = Number(written);
  if (!Number.isInteger(ms) || ms < 1) throw new InvalidArgumentError('Give a whole number of milliseconds.');
  return ms;
}
