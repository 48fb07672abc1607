import { inWords } from '../../model/in-words.js';
import { flowOfLimit, type LimitChange, LONGEST_PER_MS, limitName, MOST_STARTS, withChange } from '../../model/limits/flow-limits.js';
import { LimitError } from '../../model/limits/limit-error.js';
import { taskLimitName, taskOfLimit } from '../../model/limits/task-limits.js';
import type { Journal, LimitStore, StoredLimit } from '../../persistence/index.js';
import type { AppLimits, LimitInfo } from './limit-info.js';

/** The flows and tasks of who asks. */
export interface LimitedFlows {
  /** Names of limits that they state. */
  readonly stated: readonly string[];
  /** Whether there is such a flow or task. */
  hasLimited(name: string): boolean;
  /** What the code says of a limit of this name. */
  statedLimit(name: string): (LimitChange & { readonly key?: unknown }) | undefined;
}

const NO_FLOWS: LimitedFlows = { stated: [], hasLimited: () => false, statedLimit: () => undefined };

/** What an operator does with limits. */
export class LimitRequests implements AppLimits {
  readonly #journal: Pick<Journal, 'limits'>;
  readonly #flows: LimitedFlows;

  /** @param flows default: who asks has none, and may change those of all */
  constructor(journal: Pick<Journal, 'limits'>, flows: LimitedFlows = NO_FLOWS) {
    this.#journal = journal;
    this.#flows = flows;
  }

  async list(): Promise<readonly LimitInfo[]> {
    const stored = (await this.#journal.limits?.list(this.#flows.stated)) ?? [];
    return stored.flatMap((limit) => {
      const of = limitedBy(limit.name);
      return of === undefined ? [] : [infoOf(limit, of, this.#flows.statedLimit(limit.name))];
    });
  }

  async set(name: string, change: LimitChange): Promise<void> {
    const { flow, task } = limitedIn(name);
    const checked = checkedChange(name, change);
    if (this.#flows.hasLimited(name) && this.#flows.statedLimit(name) === undefined) {
      const what =
        flow === undefined ? `task '${task}' states no limit, so that its calls` : `flow '${flow}' states no limit, so that its runs`;
      throw new LimitError(name, `the code of ${what} are not counted: state one in it`);
    }
    await this.#store(name).set(name, checked);
  }

  async reset(name: string): Promise<void> {
    limitedIn(name);
    await this.#store(name).reset(name);
  }

  #store(name: string): LimitStore {
    const { limits } = this.#journal;
    if (limits === undefined) throw new LimitError(name, 'limits can’t be changed in the store of this app');
    return limits;
  }
}

type Limited = Pick<LimitInfo, 'flow' | 'task'>;

/** What a limit of this name limits; nothing: there is none of such a name. */
function limitedBy(name: string): Limited | undefined {
  const [flow, task] = [flowOfLimit(name), taskOfLimit(name)];
  if (flow !== undefined) return { flow };
  return task === undefined ? undefined : { task };
}

/** What a limit limits whose name a caller has given. @throws LimitError when it is none */
function limitedIn(name: unknown): Limited {
  const limited = typeof name === 'string' ? limitedBy(name) : undefined;
  if (limited !== undefined) return limited;
  const isBare = typeof name === 'string' && !name.includes(':') && name !== '';
  const meant = isBare ? `: did you mean '${limitName(name)}' or '${taskLimitName(name)}'?` : '';
  throw new LimitError(
    typeof name === 'string' ? name : inWords(name),
    `a limit is called 'flow:' and the name of its flow, or 'task:' and that of its task${meant}`,
  );
}

/** @throws LimitError */
function checkedChange(name: string, change: unknown): LimitChange {
  const bad = (what: string, value: unknown, expected: string): never => {
    throw new LimitError(name, `${what} is ${inWords(value)}: it must be ${expected}`);
  };
  if (!isRecord(change)) return bad('the change', change, '{ concurrency } or { rate: { limit, perMs } }');
  const unknown = Object.keys(change).find((key) => key !== 'concurrency' && key !== 'rate');
  if (unknown !== undefined) bad(`'${unknown}'`, change[unknown], "left out: only 'concurrency' and 'rate' can be changed");
  const { concurrency, rate } = change;
  if (concurrency === undefined && rate === undefined)
    throw new LimitError(name, "nothing is said: give 'concurrency' or 'rate', or reset it to what the code says");
  if (concurrency !== undefined && concurrency !== Number.POSITIVE_INFINITY && !isCount(concurrency, Number.MAX_SAFE_INTEGER))
    bad('concurrency', concurrency, 'a whole number of at least 1, or Infinity');
  return {
    ...(concurrency === undefined ? {} : { concurrency: concurrency as number }),
    ...(rate === undefined ? {} : { rate: checkedRate(rate, bad) }),
  };
}

function checkedRate(rate: unknown, bad: (what: string, value: unknown, expected: string) => never): NonNullable<LimitChange['rate']> {
  if (!isRecord(rate)) return bad('rate', rate, '{ limit, perMs }');
  const { limit, perMs } = rate;
  if (!isCount(limit, MOST_STARTS)) return bad('rate.limit', limit, `a whole number from 1 to ${MOST_STARTS}`);
  if (typeof perMs !== 'number' || !(perMs > 0 && perMs <= LONGEST_PER_MS))
    return bad('rate.perMs', perMs, 'milliseconds of more than 0, a day at most');
  return { limit, perMs };
}

function infoOf(
  { name, change, changedAtMs, inUse, waiting }: StoredLimit,
  of: Limited,
  code: ReturnType<LimitedFlows['statedLimit']>,
): LimitInfo {
  const { key } = code ?? {};
  const { concurrency, rate } = withChange(code ?? {}, change ?? {});
  return {
    ...{ name, ...of },
    ...(typeof key === 'string' ? { key } : {}),
    ...statedOf({ concurrency, rate }),
    ...(code === undefined ? {} : { code: statedOf(code) }),
    ...(changedAtMs === undefined ? {} : { changedAtMs }),
    // Of what is known to count only starts by its code, no store counts what is under way.
    inUse: code !== undefined && concurrency === undefined ? 0 : inUse,
    waiting,
  };
}

function statedOf({
  concurrency,
  rate,
}: {
  readonly concurrency?: number | undefined;
  readonly rate?: LimitChange['rate'] | undefined;
}): LimitChange {
  return { ...(concurrency === undefined ? {} : { concurrency }), ...(rate === undefined ? {} : { rate }) };
}

function isCount(value: unknown, most: number): value is number {
  return Number.isInteger(value) && Number(value) >= 1 && Number(value) <= most;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
