import type { FlowDefinition } from '../../authoring/index.js';
import { inWords } from '../../model/in-words.js';
import { type FlowLimits, LONGEST_PER_MS, MOST_STARTS } from '../../model/limits/flow-limits.js';
import type { FlowNodeShape } from '../shape/flow-shape.js';
import type { Report } from './report-parts.js';

const OPTIONS = ['concurrency', 'rate'] as const;
const KNOWN = { concurrency: ['limit', 'key', 'weights'], rate: ['limit', 'perMs', 'key'] } as const;

/** Reports limits that a flow can't have, and keys by which nothing could be counted. */
export function reportLimits(node: FlowNodeShape, path: string, report: Report): void {
  const given = OPTIONS.filter((option) => node[option] !== undefined);
  for (const option of given) {
    if (node.parent >= 0) {
      const reason = 'it is part of another flow, and only whole runs are counted';
      report('TUNING_UNFIT', path, { node: node.name, option, reason });
    } else reportLimit(node, option, path, report);
  }
  const keys = new Set(given.flatMap((option) => keyIn(node[option]) ?? []));
  if (keys.size > 1)
    report('LIMIT_KEY_UNFIT', path, {
      node: node.name,
      value: [...keys].join("' and '"),
      reason: "'concurrency' and 'rate' of a flow count by the same input",
    });
}

function reportLimit(node: FlowNodeShape, option: (typeof OPTIONS)[number], path: string, report: Report): void {
  const value = node[option];
  const bad = (name: string, what: unknown, expected: string): void =>
    report('BAD_LIMIT', path, { node: node.name, option: name, value: inWords(what), expected });
  if (option === 'concurrency' && typeof value === 'number') {
    if (!isCount(value, Number.POSITIVE_INFINITY)) bad(option, value, COUNT);
    return;
  }
  if (!isRecord(value)) {
    bad(option, value, option === 'rate' ? '{ limit, perMs }' : `${COUNT}, or { limit, key }`);
    return;
  }
  const isUnknown = (name: string): boolean => !(KNOWN[option] as readonly string[]).includes(name);
  for (const name of Object.keys(value).filter(isUnknown)) report('UNKNOWN_OPTION', path, { flow: node.name, option: `${option}.${name}` });
  const most = option === 'rate' ? MOST_STARTS : Number.POSITIVE_INFINITY;
  if (!isCount(value.limit, most))
    bad(`${option}.limit`, value.limit, option === 'rate' ? `a whole number from 1 to ${MOST_STARTS}` : COUNT);
  if (option === 'rate' && !(isPositive(value.perMs) && Number(value.perMs) <= LONGEST_PER_MS))
    bad('rate.perMs', value.perMs, 'milliseconds of more than 0, a day at most');
  if (value.weights !== undefined) reportWeights(value, bad);
  if (value.key !== undefined) reportKey(node, `${option}.key`, value.key, path, bad, report);
}

const COUNT = 'a whole number of at least 1';

function reportWeights({ weights, key }: Record<string, unknown>, bad: (name: string, what: unknown, expected: string) => void): void {
  if (key === undefined) bad('concurrency.weights', weights, "them beside a 'key', whose values have the shares");
  else if (!isRecord(weights)) bad('concurrency.weights', weights, 'a number for each value of the key, such as { gold: 3 }');
  else
    for (const [value, weight] of Object.entries(weights))
      if (!isPositive(weight)) bad(`concurrency.weights.${value}`, weight, 'a number of more than 0');
}

function reportKey(
  { name: node, input, secret = [] }: FlowNodeShape,
  option: string,
  key: unknown,
  path: string,
  bad: (name: string, what: unknown, expected: string) => void,
  report: Report,
): void {
  if (typeof key !== 'string' || key === '') {
    bad(option, key, 'the name of an input');
    return;
  }
  if (secret.includes(key)) report('LIMIT_KEY_UNFIT', path, { node, value: key, reason: 'it is secret, and would be readable' });
  const isKnown = input.kind === 'none' || input.names !== undefined;
  if (isKnown && !(input.names ?? []).includes(key)) report('LIMIT_KEY_UNKNOWN', path, { node, value: key });
}

/** What a flow without faults says of its limits. */
export function limitsOf({ concurrency, rate }: Pick<FlowDefinition, 'concurrency' | 'rate'>): { readonly limits?: FlowLimits } {
  if (concurrency === undefined && rate === undefined) return {};
  const most = typeof concurrency === 'number' ? { limit: concurrency } : (concurrency as Written | undefined);
  const starts = rate as Written | undefined;
  const key = most?.key ?? starts?.key;
  return {
    limits: Object.freeze({
      ...(key === undefined ? {} : { key }),
      ...(most === undefined ? {} : { concurrency: most.limit }),
      ...(most?.weights === undefined ? {} : { weights: most.weights }),
      ...(starts?.perMs === undefined ? {} : { rate: { limit: starts.limit, perMs: starts.perMs } }),
    }),
  };
}

interface Written {
  readonly limit: number;
  readonly perMs?: number;
  readonly key?: string;
  readonly weights?: Readonly<Record<string, number>>;
}

function keyIn(option: unknown): string | undefined {
  return isRecord(option) && typeof option.key === 'string' ? option.key : undefined;
}

function isCount(value: unknown, most: number): boolean {
  return value === most || (Number.isInteger(value) && Number(value) >= 1 && Number(value) <= most);
}

function isPositive(value: unknown): boolean {
  return typeof value === 'number' && value > 0 && value < Number.POSITIVE_INFINITY;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
