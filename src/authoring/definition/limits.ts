/** How many runs of a flow may be under way at once. */
export interface ConcurrencyLimit {
  /** A whole number of at least 1, for each value of `key`. `Infinity`: any number. */
  readonly limit: number;
  /** Name of an input by whose values runs are counted: `key: 'customer'`. A run has to be given it, as a text of up to 500 characters, a number or a boolean. Default: all together. */
  readonly key?: string;
  /** Shares of the values of `key`, when more of them wait than there is room for: `weights: { gold: 3 }`. Default: 1 each. */
  readonly weights?: Readonly<Record<string, number>>;
}

/** How many runs of a flow may begin within a time. */
export interface RateLimit {
  /** A whole number from 1 to 10,000, for each value of `key`. */
  readonly limit: number;
  /** The time, in milliseconds, a day at most: within no such time, whenever it begins, there are more starts. */
  readonly perMs: number;
  /** Name of an input by whose values starts are counted; that of `concurrency`, where both have one. Default: all together. */
  readonly key?: string;
}
