import { inWords } from '../../model/in-words.js';
import { LONGEST_PER_MS, MOST_STARTS } from '../../model/limits/flow-limits.js';
import type { Report } from './report-parts.js';

export type LimitOption = 'concurrency' | 'rate';

/** What the limit of a flow, or of a task, may say. */
export interface LimitRules {
  /** The node whose limit it is. */
  readonly node: string;
  readonly path: string;
  /** By option. */
  readonly known: Readonly<Record<LimitOption, readonly string[]>>;
  readonly report: Report;
  /** Takes what stands as `key`. */
  key(option: string, key: unknown): void;
  /** What it may say beside that. */
  more?(limit: Readonly<Record<string, unknown>>): void;
}

export const COUNT = 'a whole number of at least 1';

/** Reports what makes no sense in one limit, as it was written. */
export function reportLimit(option: LimitOption, value: unknown, { node, path, known, report, key, more }: LimitRules): void {
  const bad = (name: string, what: unknown, expected: string): void => reportBad({ node, path, report }, name, what, expected);
  if (option === 'concurrency' && typeof value === 'number') {
    if (!isCount(value, Number.POSITIVE_INFINITY)) bad(option, value, COUNT);
    return;
  }
  if (!isRecord(value)) {
    bad(option, value, option === 'rate' ? '{ limit, perMs }' : `${COUNT}, or { limit, key }`);
    return;
  }
  for (const name of Object.keys(value).filter((one) => !known[option].includes(one)))
    report('UNKNOWN_OPTION', path, { flow: node, option: `${option}.${name}` });
  const most = option === 'rate' ? MOST_STARTS : Number.POSITIVE_INFINITY;
  if (!isCount(value.limit, most))
    bad(`${option}.limit`, value.limit, option === 'rate' ? `a whole number from 1 to ${MOST_STARTS}` : COUNT);
  if (option === 'rate' && !(isPositive(value.perMs) && Number(value.perMs) <= LONGEST_PER_MS))
    bad('rate.perMs', value.perMs, 'milliseconds of more than 0, a day at most');
  more?.(value);
  if (value.key !== undefined) key(`${option}.key`, value.key);
}

export function reportBad(
  { node, path, report }: Pick<LimitRules, 'node' | 'path' | 'report'>,
  option: string,
  what: unknown,
  expected: string,
): void {
  report('BAD_LIMIT', path, { node, option, value: inWords(what), expected });
}

/** A limit as it was written, without faults. */
export interface WrittenLimit<Key = unknown> {
  readonly limit: number;
  readonly perMs?: number;
  readonly key?: Key;
  readonly weights?: Readonly<Record<string, number>>;
}

/** What `concurrency` says, without faults. */
export function mostOf(concurrency: unknown): WrittenLimit | undefined {
  return typeof concurrency === 'number' ? { limit: concurrency } : (concurrency as WrittenLimit | undefined);
}

export function keyIn(option: unknown): unknown {
  return isRecord(option) ? option.key : undefined;
}

function isCount(value: unknown, most: number): boolean {
  return value === most || (Number.isInteger(value) && Number(value) >= 1 && Number(value) <= most);
}

export function isPositive(value: unknown): boolean {
  return typeof value === 'number' && value > 0 && value < Number.POSITIVE_INFINITY;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
