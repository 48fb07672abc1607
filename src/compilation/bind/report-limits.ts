import type { FlowDefinition } from '../../authoring/index.js';
import type { FlowLimits } from '../../model/limits/flow-limits.js';
import type { FlowNodeShape } from '../shape/flow-shape.js';
import { isPositive, isRecord, keyIn, type LimitRules, mostOf, reportBad, reportLimit, type WrittenLimit } from './limit-parts.js';
import type { Report } from './report-parts.js';

const OPTIONS = ['concurrency', 'rate'] as const;
const KNOWN = { concurrency: ['limit', 'key', 'weights'], rate: ['limit', 'perMs', 'key'] } as const;

/** Reports limits that a flow can't have, and keys by which nothing could be counted. */
export function reportLimits(node: FlowNodeShape, path: string, report: Report): void {
  const given = OPTIONS.filter((option) => node[option] !== undefined);
  const rules: LimitRules = {
    ...{ node: node.name, path, known: KNOWN, report },
    key: (option, key) => reportKey(node, option, key, rules),
    more: (limit) => reportWeights(limit, rules),
  };
  for (const option of given) {
    if (node.parent >= 0) {
      const reason = 'it is part of another flow, and only whole runs are counted';
      report('TUNING_UNFIT', path, { node: node.name, option, reason });
    } else reportLimit(option, node[option], rules);
  }
  const keys = new Set(given.flatMap((option) => namedIn(node[option]) ?? []));
  if (keys.size > 1)
    report('LIMIT_KEY_UNFIT', path, {
      node: node.name,
      value: [...keys].join("' and '"),
      reason: "'concurrency' and 'rate' of a flow count by the same input",
    });
}

function namedIn(option: unknown): string | undefined {
  const key = keyIn(option);
  return typeof key === 'string' ? key : undefined;
}

function reportWeights({ weights, key }: Readonly<Record<string, unknown>>, rules: LimitRules): void {
  if (weights === undefined) return;
  const bad = (name: string, what: unknown, expected: string): void => reportBad(rules, name, what, expected);
  if (key === undefined) bad('concurrency.weights', weights, "them beside a 'key', whose values have the shares");
  else if (!isRecord(weights)) bad('concurrency.weights', weights, 'a number for each value of the key, such as { gold: 3 }');
  else
    for (const [value, weight] of Object.entries(weights))
      if (!isPositive(weight)) bad(`concurrency.weights.${value}`, weight, 'a number of more than 0');
}

function reportKey({ name: node, input, secret = [] }: FlowNodeShape, option: string, key: unknown, rules: LimitRules): void {
  const { path, report } = rules;
  if (typeof key !== 'string' || key === '') {
    reportBad(rules, option, key, 'the name of an input');
    return;
  }
  if (secret.includes(key)) report('LIMIT_KEY_UNFIT', path, { node, value: key, reason: 'it is secret, and would be readable' });
  const isKnown = input.kind === 'none' || input.names !== undefined;
  if (isKnown && !(input.names ?? []).includes(key)) report('LIMIT_KEY_UNKNOWN', path, { node, value: key });
}

/** What a flow without faults says of its limits. */
export function limitsOf({ concurrency, rate }: Pick<FlowDefinition, 'concurrency' | 'rate'>): { readonly limits?: FlowLimits } {
  if (concurrency === undefined && rate === undefined) return {};
  const most = mostOf(concurrency) as WrittenLimit<string> | undefined;
  const starts = rate as WrittenLimit<string> | undefined;
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
