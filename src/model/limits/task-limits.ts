import { isWholeText } from '../names.js';

/** How many calls of a task may be under way, and how many may begin, over all processes that use a store. */
export interface TaskLimits {
  /** What they are called where they are stored: `task:` and the name of the task. */
  readonly name: string;
  /** The input by whose values calls are counted, or what makes a value of the inputs; absent: all together. */
  readonly key?: string | ((inputs: never) => unknown);
  /** So many may be under way at once for each value; absent: any number. */
  readonly concurrency?: number;
  /** So many may begin for each value within `perMs` milliseconds; absent: any number. */
  readonly rate?: { readonly limit: number; readonly perMs: number };
}

/** What a limit of a task is called where it is stored. */
export const taskLimitName = (task: string): string => `${TASK}${task}`;

/** The task of a limit of this name; nothing: there is none of such a name. */
export function taskOfLimit(name: string): string | undefined {
  return name.startsWith(TASK) && name.length > TASK.length ? name.slice(TASK.length) : undefined;
}

const TASK = 'task:';

/** A value by which something is counted is stored with it: so long it may be. */
export const LONGEST_KEY = 500;

/** What something is counted by, as it is stored; nothing: it can't be counted by this. */
export function keyText(value: unknown): string | undefined {
  const isPlain = typeof value === 'string' || typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value));
  const text = isPlain ? String(value) : '';
  return isPlain && text.length <= LONGEST_KEY && isWholeText(text) ? text : undefined;
}
