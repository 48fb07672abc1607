import type { Diagnostic } from '../../model/diagnostics.js';
import type { Secrets } from '../../model/secrets.js';
import type { PortShape } from '../shape/flow-shape.js';
import type { Source } from '../shape/source.js';
import type { Order } from './cycles.js';
import type { NodeOutputs } from './outputs.js';

/** Input of a task → where its value comes from; absent when it is optional and nothing provides it. */
export type Bindings = Readonly<Record<string, Source>>;

/** An atom as the shape tells it: names resolved, code not attached yet. */
export interface BoundAtom {
  /** Its node in the shape. */
  readonly node: number;
  readonly path: string;
  /** Atom that retries the flow it is in; -1 for none. */
  readonly enclosingRetry: number;
  readonly inputs: Bindings;
  readonly revertInputs: Bindings;
}

export interface BoundFlow {
  readonly atoms: readonly BoundAtom[];
  /** Per retry atom: one past the last atom of its flow. */
  readonly retryEnds: ReadonlyMap<number, number>;
  /** Values that the run must be given, as far as names tell. */
  readonly inputs: readonly PortShape[];
  /** Result name → its source. */
  readonly results: ReadonlyMap<string, Source>;
  /** Content of each flow, as indexes into the shape. */
  readonly children: readonly (readonly number[])[];
  /** What each node of the shape gives, under its own names. */
  readonly outputs: readonly NodeOutputs[];
  /** Who waits for whom among the nodes of each graph. */
  readonly orders: ReadonlyMap<number, readonly Order[]>;
  /** The values that each choice reads. */
  readonly reads: ReadonlyMap<number, Bindings>;
  /** Absent: no value is secret. */
  readonly secrets?: Secrets;
  readonly diagnostics: readonly Diagnostic[];
}
