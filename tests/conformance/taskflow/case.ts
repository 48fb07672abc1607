import type { Json, JsonRecord } from './json.js';

/** The recorded cases: which flow to build, what its atoms do, and how it is run. Absent keys have TaskFlow's default. */
export interface Case {
  readonly name: string;
  readonly flow: FlowSpec;
  /** Values that the run is given. */
  readonly store?: JsonRecord;
  readonly options?: { readonly defer_reverts?: boolean; readonly never_resolve?: boolean };
  readonly run?: readonly SegmentSpec[];
}

export interface FlowSpec {
  readonly type: 'linear' | 'unordered' | 'graph';
  readonly name: string;
  readonly items?: readonly ItemSpec[];
  readonly retry?: RetrySpec;
  readonly links?: readonly LinkSpec[];
  readonly resolve_requires?: boolean;
  readonly resolve_existing?: boolean;
  readonly target?: string;
}

export type ItemSpec = TaskSpec | FlowSpec | RefSpec;

/** The very object that was built under this name before. */
export interface RefSpec {
  readonly type: 'ref';
  readonly name: string;
}

/** How arguments are read: their names, the defaults of the optional ones, and the names of the values behind them. */
export interface ArgsSpec {
  readonly requires?: readonly string[];
  readonly optional?: JsonRecord;
  readonly rebind?: Readonly<Record<string, string>> | readonly string[];
}

export interface TaskSpec extends ArgsSpec {
  readonly type: 'task';
  readonly name: string;
  readonly provides?: string | readonly string[] | { readonly keys: readonly string[] };
  readonly inject?: JsonRecord;
  readonly priority?: number;
  readonly do?: BodySpec;
  readonly revert?: ArgsSpec & BodySpec;
}

export interface BodySpec {
  readonly result?: Expression;
  readonly fail?: FailSpec;
}

export interface RetrySpec extends Pick<ArgsSpec, 'requires' | 'rebind'> {
  readonly kind: 'AlwaysRevert' | 'AlwaysRevertAll' | 'Times' | 'ForEach' | 'ParameterizedForEach' | 'Decisions';
  readonly name?: string;
  readonly provides?: string | readonly string[] | { readonly keys: readonly string[] };
  readonly attempts?: number;
  readonly values?: readonly Json[];
  readonly decisions?: readonly TaskFlowDecision[];
  readonly revert_all?: boolean;
  readonly script?: { readonly execute_fail?: FailSpec; readonly revert_fail?: FailSpec; readonly on_failure_fail?: FailSpec };
}

export type TaskFlowDecision = 'RETRY' | 'REVERT' | 'REVERT_ALL';

export interface LinkSpec {
  readonly from: string;
  readonly to: string;
  readonly decider?: DeciderSpec;
  readonly depth?: string;
}

export type DeciderSpec =
  | { readonly const: boolean }
  | { readonly equals: { readonly atom: string; readonly value: Json } }
  | { readonly not_equals: { readonly atom: string; readonly value: Json } }
  | { readonly has: string }
  | { readonly fail: string };

export type Expression = Json;

export interface FailSpec {
  readonly on?:
    | 'always'
    | readonly number[]
    | { readonly if_equal: readonly Expression[] }
    | { readonly unless_equal: readonly Expression[] };
  readonly message: string;
}

export interface SegmentSpec {
  /** `fresh`: another process goes on. `same`: the same engine runs again. */
  readonly engine?: 'new' | 'same' | 'fresh';
  readonly stops?: readonly StopSpec[];
  readonly store?: JsonRecord;
  readonly flow?: FlowSpec;
}

export interface StopSpec {
  readonly action: 'suspend' | 'crash';
  readonly at: {
    readonly atom?: string;
    readonly state?: string;
    readonly call?: 'execute' | 'revert' | 'on_failure';
    readonly nth?: number;
  };
}

/** What TaskFlow did, or what flowproof did, with a case. */
export interface Vector {
  readonly case: Case;
  readonly expect: Expectation;
  readonly quirks?: readonly string[];
  /** What newer TaskFlow does, where that differs. */
  readonly head?: Expectation;
}

export interface Expectation {
  /** `valid`, made by rules: it is not refused, at least not for `invalid`. */
  readonly status: 'ok' | 'invalid' | 'varies' | 'valid' | 'hang';
  readonly invalid?: Invalid;
  readonly segments?: readonly AnySegment[];
  readonly alternatives?: readonly { readonly invalid?: Invalid; readonly segments?: readonly AnySegment[] }[];
  readonly lockstep?: boolean;
  /** Pairs of atoms: the first comes before the second in the graph. */
  readonly precedes?: readonly (readonly [string, string])[];
  /** Made by rules: what comes after these segments is another story in flowproof. */
  readonly cut?: true;
}

/** A segment, or why there was none. */
export type AnySegment = Segment | { readonly invalid: Invalid };

export interface Invalid {
  readonly error: string;
  /** Names of the arguments that nothing provides, and who misses them. */
  readonly missing?: readonly string[];
  readonly by?: readonly { readonly atom: string; readonly method: string; readonly missing: readonly string[] }[];
}

/** One run of the engine, up to its end, a suspension or a crash. */
export interface Segment {
  readonly order?: 'total' | 'partial';
  readonly trace?: readonly TraceEvent[];
  /** Of alternatives: the events without an order. */
  readonly events?: readonly TraceEvent[];
  /** Pairs of places in the trace: the first comes before the second. */
  readonly before?: readonly (readonly [number, number])[];
  readonly calls: readonly JsonRecord[];
  readonly outcome: string;
  readonly flow_state: string;
  readonly raised: RaisedFailure | 'unstable' | null;
  readonly atoms: Readonly<Record<string, readonly [string, string] | null>>;
  readonly results?: JsonRecord;
  readonly failures?: { readonly execute: JsonRecord; readonly revert: JsonRecord } | 'unstable';
  /** Made by rules: where it ends and the next one begins is another place in flowproof. */
  readonly joined?: true;
  /** Made by rules: more follows than this, and the end is another one. */
  readonly open?: true;
}

export type TraceEvent = readonly [kind: string, name: string, state: string, oldState: string | null, result?: Json];

export type NamedFailure = { readonly error: string; readonly message?: string };
export type RaisedFailure = NamedFailure & { readonly failures?: readonly NamedFailure[] };

/** What the replay of a case gives. */
export type Actual = { readonly invalid: Invalid } | { readonly segments: readonly AnySegment[] };

export function isFlow(item: ItemSpec): item is FlowSpec {
  return item.type !== 'task' && item.type !== 'ref';
}

export function retryName(flow: FlowSpec): string {
  return flow.retry?.name ?? `${flow.name}_retry`;
}

/** All flows of a tree, outermost first. */
export function flowsOf(flow: FlowSpec): readonly FlowSpec[] {
  return [flow, ...(flow.items ?? []).filter(isFlow).flatMap(flowsOf)];
}

export function tasksOf(flow: FlowSpec): readonly TaskSpec[] {
  return flowsOf(flow).flatMap(({ items = [] }) => items.filter((item): item is TaskSpec => item.type === 'task'));
}

/**
 * Names of the nodes of a flow, by its items. Flows need no names of their own in TaskFlow; here they have to be told apart.
 * Adding again what is there already does nothing: that item has no name.
 */
export function nodeNames({ items = [] }: FlowSpec): readonly (string | undefined)[] {
  const used = new Set(items.filter(({ type }) => type === 'task').map(({ name }) => name));
  const added = new Set<string>();
  return items.map(({ type, name }) => {
    if (type === 'ref' && added.has(name)) return undefined;
    added.add(name);
    if (type === 'task') return name;
    let unique = name;
    for (let nth = 2; used.has(unique); nth++) unique = `${name} (${nth})`;
    used.add(unique);
    return unique;
  });
}

/** Where the atoms of a flow are. */
export function pathsIn(flow: FlowSpec, path = flow.name): ReadonlyMap<string, string> {
  const paths = new Map(flow.retry === undefined ? [] : [[retryName(flow), `${path}/(retry)`]]);
  const names = nodeNames(flow);
  for (const [index, item] of (flow.items ?? []).entries()) {
    const below = `${path}/${names[index]}`;
    if (isFlow(item)) for (const [atom, at] of pathsIn(item, below)) paths.set(atom, at);
    else if (names[index] !== undefined) paths.set(item.name, below);
  }
  return paths;
}

/** The flow that each segment of a case runs. */
export function flowsByRun({ flow, run = [] }: Case): readonly FlowSpec[] {
  const flows: FlowSpec[] = [];
  for (const segment of run) flows.push(segment.engine === 'same' ? (flows.at(-1) ?? flow) : (segment.flow ?? flow));
  return flows.length === 0 ? [flow] : flows;
}
