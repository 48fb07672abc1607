import type { AnyFlow } from '../authoring/index.js';
import type { JobBoard } from '../boards/index.js';
import { inWords } from '../model/in-words.js';

/** What a conductor does, and how much of it at once. */
export interface ConductorOptions<Flows extends readonly AnyFlow[] = readonly AnyFlow[]> {
  /** Where it claims jobs. Default: the board of the app, and where it has none, its store. */
  readonly board?: JobBoard;
  /** How many jobs it drives at once, at most. Default: 16. */
  readonly concurrency?: number;
  /** Flows whose jobs it claims, by their names. Default: all of the app. */
  readonly flows?: readonly Flows[number]['name'][];
  /**
   * How many claims of a job may die, with the process that had it or its session, before nobody claims it any more: then it is in
   * the trash, with the code `POISON`. Default: 5.
   */
  readonly maxLosses?: number;
}

export interface CheckedOptions {
  /** Absent: the store of the app. */
  readonly board?: JobBoard;
  readonly concurrency: number;
  readonly flows: readonly string[];
  readonly maxLosses: number;
}

const DEFAULTS = { concurrency: 16, maxLosses: 5 } as const;

/** @throws TypeError for what makes no sense */
export function checkedOptions(known: readonly string[], ofApp: JobBoard | undefined, options: ConductorOptions): CheckedOptions {
  const { board = ofApp, concurrency = DEFAULTS.concurrency, maxLosses = DEFAULTS.maxLosses, flows = known } = options;
  demandCount('concurrency', concurrency, 1);
  demandCount('maxLosses', maxLosses, 0);
  if (!Array.isArray(flows) || flows.length === 0)
    throw new TypeError(`conductor(app, { flows }) is ${inWords(flows)}: it must be a list of names of flows`);
  const unknown = flows.filter((name) => !known.includes(name));
  if (unknown.length > 0)
    throw new TypeError(`conductor(app, { flows }) names ${unknown.map(inWords).join(', ')}: the app has ${known.join(', ') || 'none'}`);
  return { ...(board === undefined ? {} : { board }), concurrency, flows: [...new Set(flows)], maxLosses };
}

function demandCount(name: string, value: unknown, least: number): void {
  if (Number.isSafeInteger(value) && (value as number) >= least) return;
  throw new TypeError(`conductor(app, { ${name} }) is ${inWords(value)}: it must be an integer from ${least}`);
}
