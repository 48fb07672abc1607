import type { FlowNodeShape, FlowShape, NodeShape, RetryNodeShape, TaskNodeShape } from '../shape/flow-shape.js';
import { atomNumbers } from '../shape/node-places.js';
import type { Source } from '../shape/source.js';

/** What a node gives to its flow, under the names of that flow. */
export interface PlacedOutputs {
  readonly node: number;
  readonly override: boolean;
  /** A name is listed twice where two outputs were renamed alike. */
  readonly values: readonly (readonly [name: string, source: Source])[];
}

/** What a node gives, before its placement renames it. */
export interface NodeOutputs {
  readonly values: ReadonlyMap<string, Source>;
  /** Names that `.returns(…)` chose in vain. */
  readonly unknown: readonly string[];
}

const NOTHING: NodeOutputs = { values: new Map(), unknown: [] };

/** The content of each flow, without its retry, as indexes into the shape. */
export function childrenOf(shape: FlowShape): readonly (readonly number[])[] {
  const children: number[][] = shape.nodes.map(() => []);
  for (const [index, { parent, kind }] of shape.nodes.entries()) if (kind !== 'retry') children[parent]?.push(index);
  return children;
}

/** What every node gives; it follows from the names alone, so it is known before anything is looked up. */
export function outputsOf(shape: FlowShape, children: readonly (readonly number[])[]): readonly NodeOutputs[] {
  const outputs: NodeOutputs[] = shape.nodes.map(() => NOTHING);
  const tried = triedIn(shape);
  for (let index = shape.nodes.length - 1; index >= 0; index--) {
    const node = shape.nodes[index] as NodeShape;
    const atom = tried.atoms[index] as number;
    if (node.kind === 'task') {
      outputs[index] = { values: new Map(node.provides.map((output) => [output, sourceOf(node, atom, output)])), unknown: [] };
    } else if (node.kind === 'flow') {
      const nodes = (children[index] ?? []).map((child) => placedOutputs(shape, child, outputs));
      const all = node.pattern === 'choice' ? ofBranches(nodes, node) : ofAll(nodes, tried.values.get(index));
      outputs[index] = chosen(all, node.returns);
    }
  }
  return outputs;
}

/** What may be left out is there as little as what a branch gives that may not run. */
export function sourceOf({ mayLack }: TaskNodeShape | RetryNodeShape, atom: number, output: string): Source {
  const source: Source = { from: 'atom', atom, output };
  return mayLack?.includes(output) === true ? { from: 'branch', of: [source], certain: false } : source;
}

/** What a node gives under the names of the flow that it is in. */
export function placedOutputs(shape: FlowShape, node: number, outputs: readonly NodeOutputs[]): PlacedOutputs {
  const { rename, override, optional } = shape.nodes[node] as NodeShape;
  const values = [...(outputs[node] as NodeOutputs).values].map(
    ([name, source]) => [name, optional === true ? uncertain(source) : source] as const,
  );
  return {
    node,
    override,
    values: values.map(([output, source]) => [Object.hasOwn(rename, output) ? (rename[output] as string) : output, source]),
  };
}

const uncertainOnes = new WeakMap<Source, Source>();

/** What may fail without failing its flow gives as little as a branch that may not run. The same one for the same source. */
function uncertain(source: Source): Source {
  if (source.from === 'branch' && !source.certain) return source;
  const known = uncertainOnes.get(source) ?? { from: 'branch', of: [source], certain: false };
  uncertainOnes.set(source, known);
  return known;
}

/** The number of each atom, and the values that a flow's retry gives to it. */
function triedIn(shape: FlowShape): { atoms: readonly number[]; values: ReadonlyMap<number, readonly (readonly [string, Source])[]> } {
  const atoms = atomNumbers(shape);
  const values = new Map<number, readonly (readonly [string, Source])[]>();
  for (const [index, node] of shape.nodes.entries()) {
    if (node.kind !== 'retry' || node.provides.length === 0) continue;
    const atom = atoms[index] as number;
    values.set(
      node.parent,
      node.provides.map((output) => [output, sourceOf(node, atom, output)]),
    );
  }
  return { atoms, values };
}

function ofAll(nodes: readonly PlacedOutputs[], tried: readonly (readonly [string, Source])[] = []): ReadonlyMap<string, Source> {
  const all = new Map<string, Source>(tried);
  for (const { override, values } of nodes) {
    for (const [name, source] of values) if (override || !all.has(name)) all.set(name, source);
  }
  return all;
}

/** At most one branch runs: a value is there for certain if each of them gives it, and one of them runs in any case. */
function ofBranches(nodes: readonly PlacedOutputs[], { choice }: FlowNodeShape): ReadonlyMap<string, Source> {
  const of = new Map<string, Source[]>();
  for (const { values } of nodes) {
    for (const [name, source] of new Map(values)) {
      const known = of.get(name);
      if (known === undefined) of.set(name, [source]);
      else known.push(source);
    }
  }
  const certain = (sources: readonly Source[]) =>
    choice?.kind === 'switch' && sources.length === nodes.length && sources.every((source) => source.from !== 'branch' || source.certain);
  return new Map([...of].map(([name, sources]) => [name, { from: 'branch', of: sources, certain: certain(sources) }]));
}

function chosen(all: ReadonlyMap<string, Source>, returns: readonly string[] | undefined): NodeOutputs {
  if (returns === undefined) return { values: all, unknown: [] };
  const values = new Map<string, Source>();
  const unknown: string[] = [];
  for (const name of returns) {
    const source = all.get(name);
    if (source === undefined) unknown.push(name);
    else values.set(name, source);
  }
  return { values, unknown };
}
