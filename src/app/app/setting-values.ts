import type { Executor, Slots } from '../../calls/index.js';
import type { Durability, OnFailure, Telemetry } from '../../engine/index.js';
import { LONGEST_TIMER_MS } from '../../model/clock.js';
import { inWords } from '../../model/in-words.js';
import { guardedCalls, guardedCreations } from '../../model/telemetry/guarded.js';
import type { EngineOptions } from './app.js';

const DURABILITIES: Readonly<Record<Durability, true>> = { step: true, relaxed: true, checkpoint: true, none: true };
const CONSEQUENCES: Readonly<Record<OnFailure, true>> = { revert: true, abortSiblings: true, stop: true };

/**
 * Judges what no type sees: a number that was reckoned, a word that was read from somewhere. `Infinity` is for ever, but for a
 * lease, which others wait for. What is not given has its default.
 *
 * @throws TypeError
 */
export function checkSettings(options: EngineOptions): void {
  const { leaseMs, graceMs, storeTimeoutMs, snapshotAfter, maxSteps, durability, onFailure } = options;
  checkNumber('leaseMs', leaseMs, 1, LONGEST_TIMER_MS);
  checkNumber('graceMs', graceMs, 0);
  checkNumber('storeTimeoutMs', storeTimeoutMs, 0);
  checkNumber('snapshotAfter', snapshotAfter, 1);
  checkNumber('maxSteps', maxSteps, 1);
  checkWord('durability', durability, DURABILITIES);
  checkWord('onFailure', onFailure, CONSEQUENCES);
}

/**
 * What sees the runs of an app, so that it can hurt none.
 *
 * @throws TypeError
 */
export function checkedTelemetry(telemetry: Telemetry): Pick<Telemetry, 'create' | 'call'> {
  for (const method of ['create', 'call', 'hear'] as const)
    if (typeof telemetry?.[method] !== 'function')
      throw new TypeError(`telemetry is ${inWords(telemetry)}, without ${method}(): give what openTelemetry() makes`);
  return { ...guardedCreations(telemetry), ...guardedCalls(telemetry) };
}

/**
 * What an executor of a user's says of itself.
 *
 * @throws TypeError
 */
export function checkedExecutor(executor: Executor): Executor {
  const { kind, slots, start } = executor;
  if (typeof start !== 'function') throw new TypeError(`the executor '${inWords(kind)}' has no start(): it must have one`);
  checkSlots('perRun', slots?.perRun);
  if (slots.limit !== undefined) checkSlots('limit', slots.limit);
  return executor;
}

function checkSlots(name: keyof Slots, value: unknown): void {
  if (Number.isInteger(value) && (value as number) >= 1) return;
  throw new TypeError(`slots.${name} of the executor is ${inWords(value)}: it must be a whole number of at least 1`);
}

function checkNumber(name: string, value: unknown, least: number, most = Number.POSITIVE_INFINITY): void {
  if (value === undefined || (typeof value === 'number' && value >= least && value <= most)) return;
  const range = most === Number.POSITIVE_INFINITY ? `from ${least}` : `from ${least} to ${most}`;
  throw new TypeError(`${name} is ${inWords(value)}: it must be a number ${range}`);
}

function checkWord(name: string, value: unknown, words: Readonly<Record<string, true>>): void {
  if (value === undefined || (typeof value === 'string' && Object.hasOwn(words, value))) return;
  throw new TypeError(`${name} is ${inWords(value)}: it must be ${Object.keys(words).join(', ')}`);
}
