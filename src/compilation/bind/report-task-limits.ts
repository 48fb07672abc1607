import type { Tuning } from '../../authoring/index.js';
import { type TaskLimits, taskLimitName } from '../../model/limits/task-limits.js';
import type { Secrets } from '../../model/secrets.js';
import { type FlowShape, KEY_FUNCTION, type TaskNodeShape } from '../shape/flow-shape.js';
import type { BoundFlow } from './bound-flow.js';
import { keyIn, type LimitRules, mostOf, reportBad, reportLimit, type WrittenLimit } from './limit-parts.js';
import type { Report } from './report-parts.js';

const OPTIONS = ['concurrency', 'rate'] as const;
const KNOWN = { concurrency: ['limit', 'key'], rate: ['limit', 'perMs', 'key'] } as const;

/** Reports limits that a task can't have, and keys by which nothing could be counted. */
export function reportTaskLimits({ name: node, tuning, requires }: TaskNodeShape, path: string, report: Report): void {
  const given = OPTIONS.filter((option) => tuning?.[option] !== undefined);
  if (given.length === 0) return;
  const inputs = new Set(requires.filter(({ optional }) => !optional).map(({ name }) => name));
  const rules: LimitRules = {
    ...{ node, path, known: KNOWN, report },
    key: (option, key) => {
      if (isFunction(key)) return;
      if (typeof key !== 'string' || key === '') reportBad(rules, option, key, 'the name of one of its inputs, or a function of them');
      else if (!inputs.has(key)) report('LIMIT_KEY_UNKNOWN', path, { node, value: key });
    },
  };
  for (const option of given) reportLimit(option, tuning?.[option], rules);
  const names = new Set(given.flatMap((option) => shownKey(keyIn(tuning?.[option])) ?? []));
  if (names.size > 1)
    report('LIMIT_KEY_UNFIT', path, {
      node,
      value: [...names].join("' and '"),
      reason: "'concurrency' and 'rate' of a task count by the same input",
    });
}

/** Reports keys that are secret, or may be made of one: they would be readable where calls are counted. */
export function reportSecretKeys({ nodes }: FlowShape, { atoms }: BoundFlow, { secretReaders }: Secrets, report: Report): void {
  for (const [atom, { node, path }] of atoms.entries()) {
    const shape = nodes[node];
    const secret = secretReaders.get(atom);
    if (shape?.kind !== 'task' || secret === undefined) continue;
    for (const key of new Set(OPTIONS.map((option) => keyIn(shape.tuning?.[option])))) {
      const isSecret = isFunction(key) ? secret.size > 0 : typeof key === 'string' && secret.has(key);
      const reason = isFunction(key)
        ? 'what it makes of a secret would be readable; give the name of an input'
        : 'it is secret, and would be readable';
      if (isSecret) report('LIMIT_KEY_UNFIT', path, { node: shape.name, value: shownKey(key) ?? '', reason });
    }
  }
}

/** What a task without faults says of its limits, with what is said where it is placed. */
export function taskLimitsOf(task: string, { concurrency, rate }: Tuning): { readonly limits?: TaskLimits } {
  if (concurrency === undefined && rate === undefined) return {};
  const most = mostOf(concurrency) as WrittenLimit<TaskLimits['key']> | undefined;
  const starts = rate as WrittenLimit<TaskLimits['key']> | undefined;
  const key = most?.key ?? starts?.key;
  return {
    limits: Object.freeze({
      name: taskLimitName(task),
      ...(key === undefined ? {} : { key }),
      ...(most === undefined ? {} : { concurrency: most.limit }),
      ...(starts?.perMs === undefined ? {} : { rate: { limit: starts.limit, perMs: starts.perMs } }),
    }),
  };
}

/** A child process that was asked for the shape has sent a copy. */
function isFunction(key: unknown): boolean {
  return typeof key === 'object' && key !== null && '~flowproof' in key && key['~flowproof'] === KEY_FUNCTION['~flowproof'];
}

function shownKey(key: unknown): string | undefined {
  if (isFunction(key)) return 'a function';
  return typeof key === 'string' ? key : undefined;
}
