import { sentence } from '../../model/diagnostics.js';
import { shownName } from '../../model/names.js';
import type { FlowNodeShape, FlowShape, NodeShape, PortShape, RetryNodeShape, TaskNodeShape } from '../shape/flow-shape.js';
import type { Source } from '../shape/source.js';
import type { Bindings, BoundAtom, BoundFlow } from './bound-flow.js';
import { cycleIn, type Order } from './cycles.js';
import { secretsIn } from './find-secrets.js';
import { childrenOf, type NodeOutputs, outputsOf, placedOutputs, sourceOf } from './outputs.js';
import { reportLimits } from './report-limits.js';
import {
  linksOf,
  namedAlike,
  type Report,
  reportChoice,
  reportContinues,
  reportDeadline,
  reportKeys,
  reportNames,
  reportSecrets,
  reportUnknown,
  reportValueNames,
  reportWait,
} from './report-parts.js';
import { reportRetry, reportRevertRetry, reportTuning } from './report-retries.js';
import { reportSecretKeys, reportTaskLimits } from './report-task-limits.js';
import type { RootScope, Scope } from './scope.js';
import { type Semantics, STANDARD } from './semantics.js';

/**
 * Resolves every name of a flow and reports everything that is wrong with it: the one judge for `compile()` and for the
 * checker. One pass over the nodes; nothing is thrown.
 */
export function bind(shape: FlowShape, semantics: Semantics = STANDARD): BoundFlow {
  return new Binder(shape, semantics).bind();
}

/** A flow whose nodes are being visited. */
interface Frame {
  readonly node: number;
  readonly shape: FlowNodeShape;
  readonly path: string;
  readonly scope: Scope;
  readonly names: Set<string>;
  /** The retry that governs this flow's atoms: its own, else the outer one. */
  enclosingRetry: number;
  flowRetry: number;
}

/** Where a flow's retry looks for its values: before all nodes. */
const OF_RETRY = -1;

class Binder {
  readonly #shape: FlowShape;
  readonly #children: readonly (readonly number[])[];
  readonly #outputs: readonly NodeOutputs[];
  readonly #rootScope: RootScope;
  readonly #atoms: BoundAtom[] = [];
  readonly #retryEnds = new Map<number, number>();
  readonly #inputs = new Map<string, PortShape>();
  readonly #orders = new Map<number, readonly Order[]>();
  readonly #reads = new Map<number, Bindings>();
  readonly #diagnostics: BoundFlow['diagnostics'][number][] = [];
  /** Secret inputs of nested flows, as they are outside. */
  readonly #secretInputs: Source[] = [];
  /** Outputs that could not be added where they are given: no reason to complain of them again further out. */
  readonly #refused = new Set<Source>();
  /** The flows around the node that is being visited, outermost first. */
  readonly #stack: Frame[] = [];

  constructor(shape: FlowShape, semantics: Semantics) {
    this.#shape = shape;
    this.#children = childrenOf(shape);
    this.#rootScope = semantics.scopes(shape, this.#children);
    this.#outputs = outputsOf(shape, this.#children);
  }

  bind(): BoundFlow {
    for (const [index, node] of this.#shape.nodes.entries()) this.#visit(index, node);
    while (this.#stack.length > 0) this.#leave(this.#stack.pop() as Frame);
    const bound: BoundFlow = {
      atoms: this.#atoms,
      retryEnds: this.#retryEnds,
      inputs: [...this.#inputs.values()],
      results: this.#outputs[0]?.values ?? new Map(),
      children: this.#children,
      outputs: this.#outputs,
      orders: this.#orders,
      reads: this.#reads,
      diagnostics: this.#diagnostics,
    };
    const secrets = secretsIn(this.#shape, bound, this.#secretInputs);
    if (secrets !== undefined) reportSecretKeys(this.#shape, bound, secrets, this.#report);
    return secrets === undefined ? bound : { ...bound, secrets };
  }

  readonly #report: Report = (code, path, facts, severity = 'error') => {
    this.#diagnostics.push({ code, severity, path, message: sentence(code, facts) });
  };

  #visit(index: number, node: NodeShape): void {
    while (this.#stack.length > 0 && this.#stack.at(-1)?.node !== node.parent) this.#leave(this.#stack.pop() as Frame);
    const frame = this.#stack.at(-1);
    const name = shownName(node.name);
    const path = frame === undefined ? name : `${frame.path}/${name}`;
    reportNames(node, path, frame && { flow: frame.shape.flow, names: frame.names }, this.#report);
    reportValueNames(node, path, this.#report);
    reportSecrets(node, path, this.#report);
    if (node.kind === 'flow') this.#enterFlow(index, node, path, frame);
    else if (node.kind === 'unknown') reportUnknown(node, path, frame?.shape.flow ?? node.name, this.#report);
    else if (frame === undefined) return;
    else if (node.kind === 'retry') this.#addRetry(index, node, path, frame);
    else this.#addTask(index, node, path, frame);
  }

  #enterFlow(index: number, node: FlowNodeShape, path: string, outer: Frame | undefined): void {
    // Its tasks were typed with what the schema makes of the inputs, and a nested flow's inputs are not parsed.
    if (outer !== undefined && node.input.kind === 'schema') this.#report('NESTED_SCHEMA', path, { node: node.flow });
    reportContinues(node, path, this.#report);
    reportDeadline(node, path, this.#report);
    reportLimits(node, path, this.#report);
    reportTuning(node, path, outer?.shape.flow ?? node.flow, this.#report);
    const children = node.pattern === 'linear' ? [] : (this.#children[index] ?? []);
    const outputs = children.map((child) => placedOutputs(this.#shape, child, this.#outputs));
    const scope = outer === undefined ? this.#rootScope(node, outputs, this.#inputs) : outer.scope.inside(node, outputs, index);
    this.#stack.push({
      node: index,
      shape: node,
      path,
      scope,
      names: new Set(),
      enclosingRetry: outer?.enclosingRetry ?? -1,
      flowRetry: -1,
    });
    if (outer === undefined || node.choice === undefined) return;
    reportChoice(node, path, outer.shape.flow, this.#report);
    this.#reads.set(index, this.#readsOf(outer, index, node.choice.reads, path));
  }

  #leave(frame: Frame): void {
    if (frame.flowRetry >= 0) this.#retryEnds.set(frame.flowRetry, this.#atoms.length);
    if (frame.shape.pattern === 'graph') this.#order(frame);
    for (const name of this.#outputs[frame.node]?.unknown ?? []) {
      this.#report('UNKNOWN_RETURN', frame.path, { flow: frame.shape.flow, value: String(name) });
    }
    const outer = this.#stack.at(-1);
    if (outer === undefined) return;
    for (const name of frame.shape.secret ?? []) {
      const source = frame.scope.outside(name);
      if (source !== undefined && source.from !== 'sibling') this.#secretInputs.push(source);
    }
    reportKeys(frame.shape, frame.path, (name) => frame.scope.takes(name), this.#report);
    this.#provide(outer, frame.node, frame.shape, frame.path);
  }

  /** Who waits for whom in a graph: by the values that its nodes read, and by its links. */
  #order({ node, shape: flow, path, scope }: Frame): void {
    const nodes = this.#children[node] ?? [];
    const nameOf = (child: number): string => this.#shape.nodes[child]?.name ?? '';
    const named = new Map(nodes.map((child) => [nameOf(child), child]));
    if (flow.target !== undefined && !named.has(flow.target)) this.#report('UNKNOWN_TARGET', path, { flow: flow.flow, node: flow.target });
    const all = [...scope.waits(), ...linksOf(flow, named, path, this.#report)];
    const cycle = cycleIn(nodes, all);
    if (cycle.length > 0) this.#report('CYCLE', path, { flow: flow.flow, nodes: cycle.map(nameOf).join("', '") });
    this.#orders.set(node, all);
  }

  #addRetry(index: number, node: RetryNodeShape, path: string, frame: Frame): void {
    reportRetry(node, path, frame.shape.flow, this.#report);
    const inputs: Record<string, Source> = {};
    for (const { name, optional } of node.requires) {
      const source = this.#find(frame, OF_RETRY, path, name, optional);
      if (source !== undefined) inputs[name] = source;
    }
    const atom = this.#atoms.push({ node: index, path, enclosingRetry: frame.enclosingRetry, inputs, revertInputs: inputs }) - 1;
    frame.flowRetry = frame.enclosingRetry = atom;
    for (const output of node.provides) {
      if (frame.scope.defineTried(output, sourceOf(node, atom, output))) continue;
      this.#report('RETRY_VALUE_TAKEN', path, { flow: frame.shape.flow, value: output });
    }
  }

  #addTask(index: number, node: TaskNodeShape, path: string, frame: Frame): void {
    const ports = [...node.requires, ...node.revertRequires];
    reportKeys(node, path, (name) => ports.some((port) => port.name === name), this.#report);
    reportRevertRetry(node, path, frame.shape.flow, this.#report);
    reportTuning(node, path, frame.shape.flow, this.#report);
    if (node.wait === undefined) reportTaskLimits(node, path, this.#report);
    reportWait(node, path, this.#report);
    if (!node.named) this.#report('CLASS_NAME_USED', path, { task: node.task }, 'warning');
    const inputs = this.#bind(frame, index, node, path, node.requires);
    const revertOnly = this.#bind(frame, index, node, path, node.revertRequires);
    const revertInputs = node.revertRequires.length === 0 ? inputs : { ...inputs, ...revertOnly };
    this.#atoms.push({ node: index, path, enclosingRetry: frame.enclosingRetry, inputs, revertInputs });
    this.#provide(frame, index, node, path);
  }

  /** Adds what a node gives to its flow. */
  #provide(frame: Frame, index: number, node: FlowNodeShape | TaskNodeShape, path: string): void {
    for (const renamed of Object.keys(node.rename)) {
      if (this.#outputs[index]?.values.has(renamed) !== true) this.#report('UNKNOWN_OUTPUT', path, { value: renamed });
    }
    const { values } = placedOutputs(this.#shape, index, this.#outputs);
    const alike = namedAlike(values);
    for (const value of alike) this.#report('OUTPUTS_ALIKE', path, { value });
    for (const [name, source] of values) {
      if (this.#refused.has(source)) continue;
      const wrong = alike.has(name) ? undefined : frame.scope.define(name, source, node.override);
      if (wrong === undefined) continue;
      this.#refused.add(source);
      const isChoice = node.kind === 'flow' && node.pattern === 'choice' && wrong === 'ALREADY_PROVIDED';
      this.#report(isChoice ? 'BRANCH_PROVIDED' : wrong, path, { flow: frame.shape.flow, value: name });
    }
  }

  #bind(frame: Frame, index: number, node: TaskNodeShape, path: string, ports: readonly PortShape[]): Bindings {
    const bindings: Record<string, Source> = {};
    for (const { name, optional } of ports) {
      if (node.inject.includes(name)) {
        bindings[name] = { from: 'constant', node: index, input: name };
        continue;
      }
      const value = Object.hasOwn(node.rebind, name) ? (node.rebind[name] as string) : name;
      const source = this.#find(frame, index, path, value, optional);
      if (source !== undefined) bindings[name] = source;
    }
    return bindings;
  }

  #readsOf(frame: Frame, at: number, names: readonly string[], path: string): Bindings {
    const bindings: Record<string, Source> = {};
    for (const name of names) {
      const source = this.#find(frame, at, path, name, frame.scope.resolve(name, true, at)?.from === 'branch');
      if (source !== undefined) bindings[name] = source;
    }
    return bindings;
  }

  /** The source of one value, unless it has none: then that is said, where it must be there. */
  #find(frame: Frame, at: number, path: string, value: string, optional: boolean): Source | undefined {
    const { flow, pattern } = frame.shape;
    const found = frame.scope.resolve(value, optional, at);
    if (found?.from === 'sibling') {
      this.#report('SIBLING_VALUE', path, { flow: found.flow, value });
      return undefined;
    }
    if (found === undefined && !optional) this.#report(pattern === 'graph' ? 'NOT_PROVIDED' : 'MISSING_VALUE', path, { flow, value });
    if (found?.from === 'branch' && !found.certain && !optional) this.#report('MAYBE_ABSENT', path, { flow, value });
    return found;
  }
}
