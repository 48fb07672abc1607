import { type FlowDefinition, flowDefinitionOf, type NodeDefinition, type TaskDefinition } from '../authoring/index.js';
import { inWords } from '../model/in-words.js';
import type { Stub, StubDefinition } from './stub.js';

/**
 * Flows with stubs in the places of tasks: the same flows in all that is stored and compared, with other code. Where several
 * stubs are for one node, one with its path goes before others, and a later one before an earlier one.
 */
export class StubbedFlows {
  readonly #stubs: readonly StubDefinition[];
  readonly #made = new WeakMap<FlowDefinition, FlowDefinition>();
  readonly #used = new Set<StubDefinition>();
  readonly #paths = new Set<string>();
  readonly #tasks = new WeakSet<TaskDefinition>();

  /** @throws TypeError for what is no stub */
  constructor(stubs: readonly Stub<unknown>[]) {
    this.#stubs = stubs.map((stub: Stub<unknown> | undefined) => {
      const { kind, definition } = stub?.['~flowproof'] ?? {};
      if (kind !== 'stub' || definition === undefined) throw new TypeError(`stubs has ${inWords(stub)}: give what stub() made`);
      return definition;
    });
  }

  /** Whether the task at this path is a stub, in the flows that were asked for so far. */
  isStub(path: string): boolean {
    return this.#paths.has(path);
  }

  /** The tasks that are no stubs. */
  without(tasks: readonly TaskDefinition[]): readonly TaskDefinition[] {
    return tasks.filter((task) => !this.#tasks.has(task));
  }

  /** The same one for the same flow. */
  of(flow: FlowDefinition): FlowDefinition {
    let made = this.#made.get(flow);
    if (made === undefined) {
      made = this.#stubs.length === 0 ? flow : this.#stubbed(flow, flow.name);
      this.#made.set(flow, made);
    }
    return made;
  }

  /**
   * A stub that stands nowhere tests nothing.
   *
   * @throws TypeError with the name of the task, when no flow has it, or has it at another path
   */
  demandUsed(flows: readonly unknown[]): void {
    const definitions = flows.map(flowDefinitionOf);
    // Of a flow that is made from data what it has is not known yet.
    if (definitions.includes(undefined)) return;
    for (const definition of definitions) this.of(definition as FlowDefinition);
    for (const stub of this.#stubs) {
      if (this.#used.has(stub) || this.#isOutdone(stub)) continue;
      const { task, path } = stub;
      const places = definitions.flatMap((flow) => pathsOf(task, flow as FlowDefinition, (flow as FlowDefinition).name));
      const hint =
        places.length === 0 ? 'no flow of this app has that task' : `the task stands at ${places.map((at) => `'${at}'`).join(', ')}`;
      throw new TypeError(`stub('${task.name}')${path === undefined ? '' : ` with the path '${path}'`} stands nowhere: ${hint}`);
    }
  }

  /** Stubs that go before it have taken all its places. */
  #isOutdone({ task, path }: StubDefinition): boolean {
    return [...this.#used].some((used) => used.task === task && (path === undefined || used.path === path));
  }

  #stubbed(flow: FlowDefinition, path: string): FlowDefinition {
    const nodes = flow.nodes.map((placed): NodeDefinition => {
      const { node } = placed;
      const at = pathIn(path, placed);
      if (node.kind === 'task') {
        const stub = this.#stubFor(node, at);
        return stub === undefined ? placed : Object.freeze({ ...placed, node: this.#taskOf(stub, at) });
      }
      if (node.kind !== 'flow') return placed;
      const inner = this.#stubbed(node, at);
      return inner === node ? placed : Object.freeze({ ...placed, node: inner });
    });
    return nodes.every((node, index) => node === flow.nodes[index]) ? flow : Object.freeze({ ...flow, nodes });
  }

  #stubFor(task: TaskDefinition, path: string): StubDefinition | undefined {
    const fitting = this.#stubs.filter((stub) => stub.task === task && (stub.path === undefined || stub.path === path));
    return fitting.filter((stub) => stub.path !== undefined).at(-1) ?? fitting.at(-1);
  }

  #taskOf(stub: StubDefinition, path: string): TaskDefinition {
    const { task, execute, revert = doNothing } = stub;
    this.#used.add(stub);
    this.#paths.add(path);
    const stubbed: TaskDefinition = Object.freeze({ ...task, code: { kind: 'object' as const, target: { execute, revert } } });
    this.#tasks.add(stubbed);
    return stubbed;
  }
}

const doNothing = (): undefined => undefined;

function pathIn(flow: string, { node, placement }: NodeDefinition): string {
  return `${flow}/${placement.name ?? node.name}`;
}

/** Where a task stands in a flow. */
function pathsOf(task: TaskDefinition, flow: FlowDefinition, path: string): readonly string[] {
  return flow.nodes.flatMap((placed) => {
    const at = pathIn(path, placed);
    if (placed.node.kind === 'flow') return pathsOf(task, placed.node, at);
    return placed.node === task ? [at] : [];
  });
}
