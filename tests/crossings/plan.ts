import type { Transition } from '../../src/persistence/index.js';

/** What the world knows of a flow: its atoms by number, and which tasks wait for which. */
export interface Plan {
  readonly atoms: readonly string[];
  /** Tasks, and the tasks right before them. */
  readonly after: Readonly<Record<string, readonly string[]>>;
  /** Tasks that nobody undoes. */
  readonly lasting?: ReadonlySet<string>;
  /** Tasks of which the run rests when a process has died in them. */
  readonly resting?: ReadonlySet<string>;
}

/** A call of a task that is under way. */
export interface OpenCall {
  readonly process: string;
  readonly path: string;
  readonly key: string;
  readonly fence: number;
  readonly phase: 'execute' | 'revert';
}

/** For whoever reads of it. */
export function shown([word, ...rest]: Transition): string {
  return `${word}${rest
    .filter((one) => typeof one !== 'object')
    .map((one) => `:${String(one)}`)
    .join('')}`;
}
