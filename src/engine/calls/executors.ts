import type { Executor } from '../../calls/index.js';
import type { AppSlots } from './app-slots.js';

/** An executor, with its slots where it has only so many for all runs of the app. */
export interface SlottedExecutor {
  readonly executor: Executor;
  readonly slots?: AppSlots | undefined;
}

/** The executors of an app: its own, and those that tasks name by `runsOn`. */
export interface Executors {
  readonly own: SlottedExecutor;
  readonly named: ReadonlyMap<string, SlottedExecutor>;
}

/** The executor of this name. Where the app has none, its own stands in. */
export function executorOf({ own, named }: Executors, name: string | undefined): SlottedExecutor {
  return (name === undefined ? undefined : named.get(name)) ?? own;
}

/** The same executors, with nothing that bounds the calls of all runs together. */
export function unbounded({ own, named }: Executors): Executors {
  const free = ({ executor }: SlottedExecutor): SlottedExecutor => ({ executor });
  return { own: free(own), named: new Map([...named].map(([name, slotted]) => [name, free(slotted)])) };
}
