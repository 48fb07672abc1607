import { type Diagnostic, type DiagnosticCode, sentence } from '../model/diagnostics.js';
import { cycleIn, type Order } from './cycles.js';
import type { FlowNodeShape, FlowShape, NodeShape, PortShape, RetryNodeShape, TaskNodeShape } from './flow-shape.js';
import { childrenOf, type Given, giftsOf, placed } from './gifts.js';
import { linksOf, type Report, reportChoice, reportRetry } from './report-parts.js';
import { Scope } from './scope.js';
import type { Found, Source } from './source.js';

/** Input of a task → where its value comes from; absent when it is optional and nothing provides it. */
export type Bindings = Readonly<Record<string, Source>>;

/** An atom as the shape tells it: names resolved, code not attached yet. */
export interface LinkedAtom {
  /** Its node in the shape. */
  readonly node: number;
  readonly path: string;
  /** Atom that retries the flow it is in; -1 for none. */
  readonly governor: number;
  readonly inputs: Bindings;
  readonly revertInputs: Bindings;
}

export interface LinkedFlow {
  readonly atoms: readonly LinkedAtom[];
  /** Per retry atom: one past the last atom of its flow. */
  readonly until: ReadonlyMap<number, number>;
  /** Values that the run must be given, as far as names tell. */
  readonly inputs: readonly PortShape[];
  /** Result name → its source. */
  readonly results: ReadonlyMap<string, Source>;
  /** Content of each flow, as indexes into the shape. */
  readonly children: readonly (readonly number[])[];
  /** What each node of the shape gives, under its own names. */
  readonly given: readonly Given[];
  /** Who waits for whom among the nodes of each graph. */
  readonly orders: ReadonlyMap<number, readonly Order[]>;
  /** The values that each choice reads. */
  readonly reads: ReadonlyMap<number, Bindings>;
  readonly diagnostics: readonly Diagnostic[];
}

interface Frame {
  readonly node: number;
  readonly shape: FlowNodeShape;
  readonly path: string;
  readonly scope: Scope;
  readonly names: Set<string>;
  /** The retry that governs this flow's atoms: its own, else the outer one. */
  governor: number;
  ownRetry: number;
}

/**
 * Resolves every name of a flow and reports everything that is wrong with it: the one judge for `compile()` and for the
 * checker. One pass over the nodes; nothing is thrown.
 */
export function link(shape: FlowShape): LinkedFlow {
  const atoms: LinkedAtom[] = [];
  const until = new Map<number, number>();
  const diagnostics: Diagnostic[] = [];
  const stack: Frame[] = [];
  const inputs = new Map<string, PortShape>();
  const children = childrenOf(shape);
  const given = giftsOf(shape, children);
  const orders = new Map<number, readonly Order[]>();
  const reads = new Map<number, Bindings>();
  /** Outputs that could not be added where they are given: no reason to complain of them again further out. */
  const refused = new Set<Source>();

  const report = (code: DiagnosticCode, path: string, facts: Record<string, string>, severity: 'error' | 'warning' = 'error'): void => {
    diagnostics.push({ code, severity, path, message: sentence(code, facts) });
  };

  const leave = (frame: Frame): void => {
    if (frame.ownRetry >= 0) until.set(frame.ownRetry, atoms.length);
    if (frame.shape.pattern === 'graph') order(frame);
    const outer = stack[stack.length - 1];
    for (const name of given[frame.node]?.unknown ?? []) {
      report('UNKNOWN_RETURN', frame.path, { flow: frame.shape.flow, value: String(name) });
    }
    if (outer === undefined) return;
    reportKeys(frame.shape, frame.path, (name) => frame.scope.takes(name), report);
    provide(outer, frame.node, frame.shape, frame.path);
  };

  const order = ({ node, shape: flow, path, scope }: Frame): void => {
    const nodes = children[node] ?? [];
    const named = new Map(nodes.map((child) => [shape.nodes[child]?.name ?? '', child]));
    const all = [...scope.waits(), ...linksOf(flow, named, path, report)];
    const cycle = cycleIn(nodes, all);
    if (cycle.length > 0) {
      report('CYCLE', path, { flow: flow.flow, nodes: cycle.map((child) => shape.nodes[child]?.name).join("', '") });
    }
    orders.set(node, all);
  };

  const provide = (frame: Frame, index: number, node: FlowNodeShape | TaskNodeShape, path: string): void => {
    for (const renamed of Object.keys(node.rename)) {
      if (given[index]?.values.has(renamed) !== true) report('UNKNOWN_OUTPUT', path, { value: renamed });
    }
    for (const [name, source] of placed(shape, index, given).values) {
      if (refused.has(source)) continue;
      const wrong = frame.scope.define(name, source, node.override);
      if (wrong === undefined) continue;
      refused.add(source);
      report(wrong, path, { flow: frame.shape.flow, value: name });
    }
  };

  /** The source of one value, unless it has none: then that is said, where it must be there. */
  const find = (frame: Frame, path: string, value: string, optional: boolean): Source | undefined => {
    const found: Found = frame.scope.resolve(value, optional);
    const flow = frame.shape.flow;
    if (found?.from === 'sibling') {
      report('SIBLING_VALUE', path, { flow: found.flow, value });
      return undefined;
    }
    if (found === undefined && !optional) report(frame.shape.pattern === 'graph' ? 'NOT_PROVIDED' : 'MISSING_VALUE', path, { flow, value });
    if (found?.from === 'branch' && !found.certain && !optional) report('MAYBE_ABSENT', path, { flow, value });
    return found;
  };

  const bind = (frame: Frame, node: TaskNodeShape, path: string, ports: readonly PortShape[]): Bindings => {
    const bindings: Record<string, Source> = {};
    for (const port of ports) {
      if (node.inject.includes(port.name)) {
        bindings[port.name] = { from: 'constant', node: stackIndex, input: port.name };
        continue;
      }
      const source = find(frame, path, ownValue(node.rebind, port.name) ?? port.name, port.optional);
      if (source !== undefined) bindings[port.name] = source;
    }
    return bindings;
  };

  const bindRetry = (frame: Frame, path: string, node: RetryNodeShape): Bindings => {
    const { policy } = node;
    reportRetry(node, path, frame.shape.flow, report);
    if (policy.kind !== 'forEachOf') return {};
    const source = find(frame, path, policy.requires, false);
    return source === undefined ? {} : { [policy.requires]: source };
  };

  const readsOf = (frame: Frame, names: readonly string[], path: string): Bindings => {
    const found = names.map((name) => [name, find(frame, path, name, frame.scope.resolve(name, true)?.from === 'branch')] as const);
    return Object.fromEntries(found.filter((pair): pair is [string, Source] => pair[1] !== undefined));
  };

  let stackIndex = -1;
  const enter = (index: number, node: NodeShape): void => {
    stackIndex = index;
    while (stack.length > 0 && (stack[stack.length - 1] as Frame).node !== node.parent) leave(stack.pop() as Frame);
    const frame = stack[stack.length - 1];
    const path = frame === undefined ? node.name : `${frame.path}/${node.name}`;
    if (frame !== undefined) frame.scope.at = node.kind === 'retry' ? -1 : index;
    reportNames(node, path, frame, report);
    switch (node.kind) {
      case 'flow': {
        // Its tasks were typed with what the schema makes of the inputs, and nobody would make it here.
        if (frame !== undefined && node.input.kind === 'schema') report('NESTED_SCHEMA', path, { node: node.flow });
        const gifts = node.pattern === 'linear' ? [] : (children[index] ?? []).map((child) => placed(shape, child, given));
        stack.push({
          node: index,
          shape: node,
          path,
          scope: frame === undefined ? Scope.root(node, gifts, inputs) : frame.scope.inside(node, gifts, index),
          names: new Set(),
          governor: frame?.governor ?? -1,
          ownRetry: -1,
        });
        if (frame === undefined || node.choice === undefined) return;
        reportChoice(node, path, frame.shape.flow, report);
        reads.set(index, readsOf(frame, node.choice.reads, path));
        return;
      }
      case 'retry': {
        if (frame === undefined) return;
        const bound = bindRetry(frame, path, node);
        const atom = atoms.push({ node: index, path, governor: frame.governor, inputs: bound, revertInputs: bound }) - 1;
        frame.ownRetry = frame.governor = atom;
        if (!('provides' in node.policy)) return;
        const output = node.policy.provides;
        if (!frame.scope.defineTried(output, { from: 'atom', atom, output })) {
          report('RETRY_VALUE_TAKEN', path, { flow: frame.shape.flow, value: output });
        }
        return;
      }
      case 'task': {
        if (frame === undefined) return;
        reportKeys(node, path, (name) => [...node.requires, ...node.revertRequires].some((port) => port.name === name), report);
        if (!node.named) report('CLASS_NAME_USED', path, { task: node.task }, 'warning');
        const bound = bind(frame, node, path, node.requires);
        const revertOnly = bind(frame, node, path, node.revertRequires);
        atoms.push({
          node: index,
          path,
          governor: frame.governor,
          inputs: bound,
          revertInputs: node.revertRequires.length === 0 ? bound : { ...bound, ...revertOnly },
        });
        provide(frame, index, node, path);
        return;
      }
      case 'unknown':
        report('NOT_A_NODE', path, { flow: frame?.shape.flow ?? node.name });
    }
  };

  for (const [index, node] of shape.nodes.entries()) enter(index, node);
  while (stack.length > 0) leave(stack.pop() as Frame);
  const results = given[0]?.values ?? new Map();
  return { atoms, until, inputs: [...inputs.values()], results, children, given, orders, reads, diagnostics };
}

function reportNames(node: NodeShape, path: string, frame: Frame | undefined, report: Report): void {
  const flow = frame?.shape.flow ?? node.name;
  for (const option of node.unknownOptions) report('UNKNOWN_OPTION', path, { flow, option });
  if (node.kind === 'retry') return;
  if (typeof node.name !== 'string' || node.name === '' || node.name.includes('/') || node.name.startsWith('(')) {
    report('NAME_INVALID', path, { node: String(node.name) });
  }
  if (frame === undefined) return;
  if (frame.names.has(node.name)) report('DUPLICATE_NODE', path, { flow, node: node.name });
  frame.names.add(node.name);
}

function reportKeys(node: FlowNodeShape | TaskNodeShape, path: string, takes: (name: string) => boolean, report: Report): void {
  for (const key of Object.keys(node.rebind)) if (!takes(key)) report('UNKNOWN_INPUT', path, { value: key, option: 'rebind' });
  for (const key of node.inject) if (!takes(key)) report('UNKNOWN_INPUT', path, { value: key, option: 'inject' });
}

function ownValue(record: Readonly<Record<string, string>>, key: string): string | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}
