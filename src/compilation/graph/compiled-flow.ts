import type { Depth, Port, RetryDefinition, TaskDefinition, Tuning, WaitDefinition } from '../../authoring/index.js';
import type { Diagnostic } from '../../model/diagnostics.js';
import type { Json } from '../../model/json.js';
import type { FlowLimits } from '../../model/limits/flow-limits.js';
import type { TaskLimits } from '../../model/limits/task-limits.js';
import type { StandardSchema } from '../../model/schema.js';
import type { Secrets } from '../../model/secrets.js';
import type { Semantics } from '../bind/semantics.js';
import type { PortShape } from '../shape/flow-shape.js';
import type { Source } from '../shape/source.js';

/** A checked flow, frozen: the graph that engines run. Atoms are numbered in definition order, as in the journal. */
export interface CompiledFlow {
  readonly name: string;
  readonly version: number;
  /** Older versions whose runs it goes on with. */
  readonly continues: readonly number[];
  /** How long a run of it may take, in milliseconds; absent: as long as it likes. No part of the fingerprint. */
  readonly deadlineMs?: number;
  /** How many of its runs may be under way, and begin; absent: any number. No part of the fingerprint. */
  readonly limits?: FlowLimits;
  /** Some of its tasks have limits. */
  readonly hasTaskLimits?: true;
  /** Equal exactly for flows with equal manifests. */
  readonly fingerprint: string;
  readonly atoms: readonly CompiledAtom[];
  /** The executors that its tasks name; absent: none. */
  readonly executors?: readonly string[];
  readonly graph: ExecutionGraph;
  /** What must be asked before some nodes run; absent: nothing. */
  readonly deciders?: readonly CompiledDecider[];
  /** Per atom the innermost node around it that may fail without failing its flow; absent: there is none. */
  readonly optional?: readonly (OptionalPart | undefined)[];
  /** Values that a run must be given, as far as names tell. */
  readonly inputs: readonly PortShape[];
  /** Whether `inputs` names all that a run can be given: then others are mistakes. */
  readonly inputsKnown: boolean;
  /** Schema that parses a run's inputs, if the flow has one. */
  readonly inputSchema: StandardSchema | undefined;
  /** Result name → where it comes from. */
  readonly results: ReadonlyMap<string, Source>;
  /** Which of its values are secret; absent: none. */
  readonly secrets?: Secrets;
  /** Canonical description of the flow. */
  readonly manifest: Json;
  /** What is odd, but may be intended. */
  readonly warnings: readonly Diagnostic[];
  /** What it was compiled with; engines go by it, too. */
  readonly semantics: Semantics;
  /** The constant that a placement injects. */
  constant(node: number, input: string): unknown;
}

export type CompiledAtom = CompiledTask | CompiledRetry | CompiledWait;

interface CompiledPlace {
  readonly index: number;
  /** Node names from the root, joined by `/`: the atom's identity. */
  readonly path: string;
  /** Higher runs earlier among the ready. */
  readonly priority: number;
  /** The retry that is asked when this atom fails; -1: there is none, the run goes back. */
  readonly enclosingRetry: number;
}

export interface CompiledTask extends CompiledPlace {
  readonly kind: 'task';
  readonly task: TaskDefinition;
  /** The executor of the app that calls it; absent: the app's own. No part of the fingerprint: it may change while a run is under way. */
  readonly runsOn?: string;
  /** How it is called. */
  readonly tuning: Tuning;
  /** How many of its calls there may be; absent: any number. No part of the fingerprint. */
  readonly limits?: TaskLimits;
  readonly inputs: Readonly<Record<string, Source>>;
  readonly revertInputs: Readonly<Record<string, Source>>;
  /** What execute must return: `provides` and `keeps`. */
  readonly outputs: readonly Port[];
  /** What revert may be given: `requires` and `revertRequires`. */
  readonly revertPorts: readonly Port[];
}

export interface CompiledRetry extends CompiledPlace {
  readonly kind: 'retry';
  readonly retry: RetryDefinition;
  /** The values that the retry itself reads. */
  readonly inputs: Readonly<Record<string, Source>>;
  /** What the code of an own one must return. */
  readonly outputs: readonly Port[];
  /** One past the last atom of the flow that it retries; that flow's atoms follow it. */
  readonly end: number;
}

/** Nothing of it is called: it goes on when its time comes, or its signal. */
export interface CompiledWait extends CompiledPlace {
  readonly kind: 'wait';
  readonly wait: WaitDefinition;
  /** The value that says how long, if one does. */
  readonly inputs: Readonly<Record<string, Source>>;
  readonly requires: readonly Port[];
  /** What its signal gives: one value with a schema, or nothing. */
  readonly outputs: readonly Port[];
}

/** A node that may fail without failing its flow: a task, or a flow with all that is in it. */
export interface OptionalPart {
  readonly path: string;
  /** Its atoms: from `first` up to, without, `end`. */
  readonly first: number;
  readonly end: number;
  /** The next one around it. */
  readonly outer?: OptionalPart;
}

/** Says whether a node of the flow runs: the decider of a link, or a choice that the node is a branch of. */
export interface CompiledDecider {
  /** Path of the node that it lets run or not. */
  readonly target: string;
  /** Where that node begins in the graph, an atom or a gate: the decider is asked when it is ready. */
  readonly entry: number;
  /** The atoms of that node: from `first` up to, without, `end`. */
  readonly first: number;
  readonly end: number;
  /** The node that the link comes from: its name, and its atoms from `first` up to, without, `end`. Absent for a branch. */
  readonly source?: { readonly node: string; readonly first: number; readonly end: number };
  /** Atoms that a `false` skips, as ranges; those of the target first. */
  readonly skips: readonly (readonly [from: number, end: number])[];
  /** What a `false` skips beside the target. `node`: nothing. */
  readonly depth: Depth | 'node';
  /** Of a link: for each source of a decider with this target its outputs. */
  readonly history: Readonly<Record<string, Readonly<Record<string, Source>>>>;
  /** Of a branch: the values that the choice reads. */
  readonly reads: Readonly<Record<string, Source>>;
  /** Of a branch: which choice it belongs to, what chooses it, and all that can be chosen. A choice is asked once. */
  readonly choice?: { readonly id: number; readonly chosenBy: string | true; readonly cases: readonly (string | boolean)[] };
  /** Asks the user's code, with the history of a link or the values that a choice reads. */
  decide(values: object): unknown;
}

/**
 * Who waits for whom. Node numbers below `atoms.length` are atoms; the others are gates, which do nothing: they keep the
 * number of edges linear where many meet many.
 */
export interface ExecutionGraph {
  readonly successors: readonly (readonly number[])[];
  readonly predecessors: readonly (readonly number[])[];
}
