import { type Diagnostic, type DiagnosticCode, sentence } from '../model/diagnostics.js';
import type { FlowNodeShape, FlowShape, NodeShape, PortShape, RetryNodeShape, TaskNodeShape } from './flow-shape.js';
import { exportedValues, Scope, type Source } from './scope.js';

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
  let results: ReadonlyMap<string, Source> = new Map();
  const inputs = new Map<string, PortShape>();

  const report = (code: DiagnosticCode, path: string, facts: Record<string, string>, severity: 'error' | 'warning' = 'error'): void => {
    diagnostics.push({ code, severity, path, message: sentence(code, facts) });
  };

  const leave = (frame: Frame): void => {
    if (frame.ownRetry >= 0) until.set(frame.ownRetry, atoms.length);
    const outer = stack[stack.length - 1];
    const exported = exportedValues(frame.scope, frame.shape.returns);
    for (const name of exported.unknown) report('UNKNOWN_RETURN', frame.path, { flow: frame.shape.flow, value: String(name) });
    if (outer === undefined) {
      results = exported.values;
      return;
    }
    reportKeys(frame.shape, frame.path, (name) => frame.scope.takes(name), report);
    provide(outer, frame.shape, frame.path, exported.values);
  };

  const provide = (frame: Frame, node: FlowNodeShape | TaskNodeShape, path: string, values: ReadonlyMap<string, Source>): void => {
    for (const renamed of Object.keys(node.rename)) {
      if (!values.has(renamed)) report('UNKNOWN_OUTPUT', path, { value: renamed });
    }
    for (const [output, source] of values) {
      const name = ownValue(node.rename, output) ?? output;
      if (!frame.scope.define(name, source, node.override)) report('ALREADY_PROVIDED', path, { flow: frame.shape.flow, value: name });
    }
  };

  const bind = (frame: Frame, node: TaskNodeShape, path: string, ports: readonly PortShape[]): Bindings => {
    const bindings: Record<string, Source> = {};
    for (const port of ports) {
      if (node.inject.includes(port.name)) {
        bindings[port.name] = { from: 'constant', node: stackIndex, input: port.name };
        continue;
      }
      const value = ownValue(node.rebind, port.name) ?? port.name;
      const source = frame.scope.resolve(value, port.optional);
      if (source !== undefined) bindings[port.name] = source;
      else if (!port.optional) report('MISSING_VALUE', path, { flow: frame.shape.flow, value });
    }
    return bindings;
  };

  let stackIndex = -1;
  const enter = (index: number, node: NodeShape): void => {
    stackIndex = index;
    while (stack.length > 0 && (stack[stack.length - 1] as Frame).node !== node.parent) leave(stack.pop() as Frame);
    const frame = stack[stack.length - 1];
    const path = frame === undefined ? node.name : `${frame.path}/${node.name}`;
    reportNames(node, path, frame, report);
    switch (node.kind) {
      case 'flow':
        stack.push({
          node: index,
          shape: node,
          path,
          scope: frame === undefined ? Scope.root(node, inputs) : frame.scope.inside(node, index),
          names: new Set(),
          governor: frame?.governor ?? -1,
          ownRetry: -1,
        });
        return;
      case 'retry':
        if (frame === undefined) return;
        if (!validAttempts(node)) report('BAD_ATTEMPTS', path, { value: String(node.policy.attempts) });
        atoms.push({ node: index, path, governor: frame.governor, inputs: {}, revertInputs: {} });
        frame.ownRetry = frame.governor = atoms.length - 1;
        return;
      case 'task': {
        if (frame === undefined) return;
        reportKeys(node, path, (name) => [...node.requires, ...node.revertRequires].some((port) => port.name === name), report);
        if (!node.named) report('CLASS_NAME_USED', path, { task: node.task }, 'warning');
        const bound = bind(frame, node, path, node.requires);
        const revertOnly = bind(frame, node, path, node.revertRequires);
        const atom =
          atoms.push({ node: index, path, governor: frame.governor, inputs: bound, revertInputs: { ...bound, ...revertOnly } }) - 1;
        provide(frame, node, path, new Map(node.provides.map((output) => [output, { from: 'atom', atom, output }])));
        return;
      }
      case 'unknown':
        report('NOT_A_NODE', path, { flow: frame?.shape.flow ?? node.name });
    }
  };

  for (const [index, node] of shape.nodes.entries()) enter(index, node);
  while (stack.length > 0) leave(stack.pop() as Frame);
  return { atoms, until, inputs: [...inputs.values()], results, diagnostics };
}

type Report = (code: DiagnosticCode, path: string, facts: Record<string, string>) => void;

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

function validAttempts(node: RetryNodeShape): boolean {
  return Number.isInteger(node.policy.attempts) && node.policy.attempts >= 1;
}

function ownValue(record: Readonly<Record<string, string>>, key: string): string | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}
