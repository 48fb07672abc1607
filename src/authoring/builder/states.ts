import type { Mode } from '../placement/check-add.js';
import type { Counter } from '../words/visible-values.js';

/** What is known of a linear flow that is being built. */
export interface LinearState {
  /** Its name. */
  readonly flow: string;
  /** `closed`: an unmet input is an error; `open`: it becomes what the flow requires. */
  readonly mode: Mode;
  /** What a run must be given so far. */
  readonly required: unknown;
  /** Values of the last adds, at most 16. */
  readonly recent: unknown;
  /** Values of older adds, 16 adds each. */
  readonly older: readonly unknown[];
  /** Names of all visible values. */
  readonly names: unknown;
  /** Adds in `recent`. */
  readonly count: Counter;
  /** Names of nodes, as far as they are literals. */
  readonly ids: unknown;
  /** Names that came from outside and don't count as provided. */
  readonly outside: unknown;
  readonly services: unknown;
}

/** What is known of an unordered flow that is being built. */
export interface UnorderedState {
  /** Its name. */
  readonly flow: string;
  /** `closed`: an unmet input is an error; `open`: it becomes what the flow requires. */
  readonly mode: Mode;
  /** What a run must be given so far. */
  readonly required: unknown;
  /** Values that all nodes see. */
  readonly base: unknown;
  /** Names of `base`. */
  readonly names: unknown;
  /** What the flow leaves behind. */
  readonly provided: unknown;
  /** Names of `provided`. */
  readonly outputs: unknown;
  /** Names of nodes, as far as they are literals. */
  readonly ids: unknown;
  /** Names that came from outside. */
  readonly outside: unknown;
  readonly services: unknown;
}

/** What is known of a graph that is being built. */
export interface GraphState {
  /** Its name. */
  readonly flow: string;
  /** `closed`: an unmet input is an error; `open`: it becomes what the flow requires. */
  readonly mode: Mode;
  /** What a run must be given so far. */
  readonly required: unknown;
  /** Values of each batch, last first; at the end what came from outside. */
  readonly batches: readonly unknown[];
  /** Names of all values. */
  readonly names: unknown;
  /** Name → node. */
  readonly nodes: unknown;
  /** Links: from, to, and how deep a `no` reaches, or `always`. */
  readonly links: unknown;
  /** Names that came from outside and don't count as provided. */
  readonly outside: unknown;
  readonly services: unknown;
}
