/** How many runs of a flow may be under way, and how many may begin, over all processes that use a store. */
export interface FlowLimits {
  /** The input by whose values they are counted; absent: all together. */
  readonly key?: string;
  /** So many may be under way at once for each value; absent: any number. */
  readonly concurrency?: number;
  /** What the share of a value is, of those that wait; 1 for those that are not listed. */
  readonly weights?: Readonly<Record<string, number>>;
  /** So many may begin for each value within `perMs` milliseconds, whenever one begins to count; absent: any number. */
  readonly rate?: { readonly limit: number; readonly perMs: number };
}

/** Where the runs of a flow are counted that has a limit without a key, and those that were made when it had none. */
export const NO_KEY = '';

/** Each start within the time of a rate is remembered, so that there is a bound to how many may be. */
export const MOST_STARTS = 10_000;

/** The time of a rate, in milliseconds: a day at most. */
export const LONGEST_PER_MS = 86_400_000;

/** What an operator says of a limit, in the place of what the code says; what is absent is left to the code. */
export interface LimitChange {
  /** How many may be under way at once, from 1 on. `Infinity`: any number. */
  readonly concurrency?: number;
  /** How many may begin within `perMs` milliseconds: from 1 to 10,000, within a day at most. */
  readonly rate?: { readonly limit: number; readonly perMs: number };
}

/** What a limit of a flow is called where it is stored. */
export const limitName = (flow: string): string => `${FLOW}${flow}`;

/** The flow of a limit of this name; nothing: there is none of such a name. */
export function flowOfLimit(name: string): string | undefined {
  return name.startsWith(FLOW) && name.length > FLOW.length ? name.slice(FLOW.length) : undefined;
}

const FLOW = 'flow:';

/** What counts of a flow whose code states limits. */
export function withChange<Limits extends LimitChange>(limits: Limits, { concurrency, rate }: LimitChange): Limits {
  return { ...limits, ...(concurrency === undefined ? {} : { concurrency }), ...(rate === undefined ? {} : { rate }) };
}

/** What stands for any number of runs where there is no `Infinity`. */
export const ANY_COUNT = 2_147_483_647;
