import type { RetryDefinition, TaskDefinition, Tuning, WaitDefinition } from '../../src/authoring/index.js';
import {
  type CompiledAtom,
  type CompiledDecider,
  type CompiledFlow,
  type ExecutionGraph,
  graphOf,
  type OptionalPart,
  STANDARD,
} from '../../src/compilation/index.js';
import { decide } from '../../src/engine/decide/decide.js';
import type { ActiveRun } from '../../src/engine/decide/run.js';
import { Frontier } from '../../src/engine/frontier/frontier.js';
import { beginEntry, foldTransition } from '../../src/engine/state/fold.js';
import type { AskCommand, CallCommand, CallOutcome, EngineEvent, Limits, StepPlan } from '../../src/engine/state/protocol.js';
import { newRun } from '../../src/engine/state/run-status.js';
import { jsonCodec } from '../../src/model/codec/json-codec.js';
import type { Json } from '../../src/model/json.js';
import type { RunCreation, Transition } from '../../src/persistence/index.js';

/** A node of a flow that only exists in tests: the core must run any graph, long before users can write one. */
export interface Node {
  readonly after?: readonly string[];
  readonly priority?: number;
  readonly revert?: boolean;
  readonly maxLosses?: number;
  readonly onInterrupted?: TaskDefinition['onInterrupted'];
  readonly tuning?: Tuning;
  /** A decider between the first node before it and this one; a no skips this one, or everything after it, too. */
  readonly decider?: { readonly reach: 'atom' | 'all' };
  /** Makes it a wait; `judged`: its signal gives a value, which a schema judges. */
  readonly waits?: WaitDefinition & { readonly judged?: true };
  /** Makes it the retry of the nodes up to, and with, this one. */
  readonly retries?: { readonly last: string; readonly attempts?: number; readonly policy?: RetryDefinition };
}

/** The first and the last node of a part that may fail without failing the flow. */
export type Part = readonly [first: string, last: string];

/**
 * Nodes in definition order.
 *
 * @param parts those that are optional, each after those around it
 */
export function compiled(nodes: Readonly<Record<string, Node>>, parts: readonly Part[] = []): CompiledFlow {
  const names = Object.keys(nodes);
  const enclosingRetries = enclosingRetriesOf(nodes, names);
  const atoms = names.map((name, index): CompiledAtom => {
    const node = nodes[name] as Node;
    const place = { index, path: name, priority: node.priority ?? 0, enclosingRetry: enclosingRetries[index] as number };
    if (node.retries) {
      const end = names.indexOf(node.retries.last) + 1;
      return {
        ...place,
        kind: 'retry',
        retry: node.retries.policy ?? { kind: 'times', attempts: node.retries.attempts ?? 1 },
        end,
        inputs: {},
        outputs: [],
      };
    }
    if (node.waits) {
      const outputs = node.waits.judged === true ? [{ name: 'value', optional: false }] : [];
      return { ...place, kind: 'wait', wait: node.waits, inputs: {}, requires: [], outputs };
    }
    const tuning = node.tuning ?? {};
    return { ...place, kind: 'task', task: definition(name, node), tuning, inputs: {}, revertInputs: {}, outputs: [], revertPorts: [] };
  });
  const graph = graphOf(
    atoms.length,
    names.flatMap((name, index) => (nodes[name]?.after ?? []).map((from) => [names.indexOf(from), index] as const)),
  );
  const deciders = names.flatMap((name, index) => deciderOf(nodes[name] as Node, index, names, graph));
  return {
    name: 'test',
    version: 1,
    continues: [],
    fingerprint: 'test',
    atoms,
    graph,
    ...(deciders.length === 0 ? {} : { deciders }),
    ...(parts.length === 0 ? {} : { optional: optionalOf(parts, names) }),
    inputs: [],
    inputsKnown: true,
    inputSchema: undefined,
    results: new Map(),
    manifest: {},
    warnings: [],
    constant: () => undefined,
    semantics: STANDARD,
  };
}

function optionalOf(parts: readonly Part[], names: readonly string[]): NonNullable<CompiledFlow['optional']> {
  const optional: (OptionalPart | undefined)[] = [];
  for (const [from, to] of parts) {
    const [first, end] = [names.indexOf(from), names.indexOf(to) + 1];
    const outer = optional[first];
    const part = { path: from, first, end, ...(outer === undefined ? {} : { outer }) };
    for (let atom = first; atom < end; atom++) optional[atom] = part;
  }
  return optional;
}

function deciderOf(
  { after: [from] = [], decider }: Node,
  index: number,
  names: readonly string[],
  graph: ExecutionGraph,
): CompiledDecider[] {
  if (decider === undefined || from === undefined) return [];
  const reached = new Set([index]);
  if (decider.reach === 'all') for (const atom of reached) for (const next of graph.successors[atom] ?? []) reached.add(next);
  const source = { node: from, first: names.indexOf(from), end: names.indexOf(from) + 1 };
  const place = { target: names[index] as string, entry: index, first: index, end: index + 1 };
  const skips = [...reached].map((atom) => [atom, atom + 1] as const);
  return [{ ...place, source, depth: decider.reach, skips, history: {}, reads: {}, decide: () => true }];
}

function enclosingRetriesOf(nodes: Readonly<Record<string, Node>>, names: readonly string[]): number[] {
  const enclosingRetries = names.map(() => -1);
  names.forEach((name, index) => {
    const last = nodes[name]?.retries?.last;
    if (last !== undefined) for (let inner = index + 1; inner <= names.indexOf(last); inner++) enclosingRetries[inner] = index;
  });
  return enclosingRetries;
}

function definition(name: string, node: Node): TaskDefinition {
  return {
    kind: 'task',
    name,
    named: true,
    requires: [],
    provides: [],
    keeps: [],
    revertRequires: [],
    hasRevert: node.revert ?? true,
    priority: node.priority ?? 0,
    maxLosses: node.maxLosses ?? 5,
    onInterrupted: node.onInterrupted ?? 'rerun',
    version: 1,
    code: { kind: 'object', target: {} },
  };
}

/** A run without journal and without time: calls are answered when the test says so. */
export class Bench {
  readonly run: ActiveRun;
  readonly history: Transition[][] = [];
  /** When each step of the history was decided. */
  readonly times: number[] = [];
  readonly flying = new Map<string, CallCommand>();
  /** Calls that have ended, or were lost with another engine. */
  readonly over: CallCommand[] = [];
  /** Questions without an answer yet. */
  readonly asked: AskCommand[] = [];
  /** When it wants to be woken, if it asked for that last. */
  slept: number | undefined;
  limits: Limits;
  #sent = 0;

  constructor(
    readonly flow: CompiledFlow,
    capacity = Number.POSITIVE_INFINITY,
    runId = 'r',
  ) {
    const status = newRun(runId, flow.atoms.length);
    this.run = { flow, status, frontier: new Frontier(flow, status), codec: jsonCodec, observed: false, entryIsOpen: false };
    this.limits = { capacity, hold: 'none', nowMs: 0, monotonicMs: 0, onFailure: 'revert', maxSteps: 100_000 };
  }

  begin(more: Pick<RunCreation, 'deadlineMs'> = {}): string[] {
    return this.decide([
      { kind: 'begin', creation: { key: 'r', flow: 'test', version: 1, fingerprint: 'test', inputs: {}, inputsHash: '', ...more } },
    ]);
  }

  /** Each answer is `name`, or `name!` for a failure, `name?` for one that nobody knows, or `name!!` for one that is final. Returns what was said. */
  answer(...answers: readonly string[]): string[] {
    return this.decide([{ kind: 'finished', outcomes: answers.map((answer) => this.#outcome(answer)) }]);
  }

  /** Answers the decider that was asked first. */
  vote(answer: unknown): string[] {
    const { question, id } = this.asked.shift() as AskCommand;
    return this.decide([{ kind: 'answered', question, id, answer }]);
  }

  /** A signal comes. @param id of its message */
  signal(name: string, payload?: Json, id = `m${this.#sent++}`): string[] {
    return this.decide([{ kind: 'signal', name, id, ...(payload === undefined ? {} : { payload }) }]);
  }

  /** Time passes. */
  pass(ms: number): string[] {
    const { nowMs, monotonicMs } = this.limits;
    this.limits = { ...this.limits, nowMs: nowMs + ms, monotonicMs: monotonicMs + ms };
    return this.decide([]);
  }

  /** Answers the schema that was asked first. */
  judge(answer: Json | 'refused'): string[] {
    const { question, id } = this.asked.shift() as AskCommand;
    const failure = { name: 'TaskContractError', message: 'refused' };
    return this.decide([{ kind: 'answered', question, id, ...(answer === 'refused' ? { answer: undefined, failure } : { answer }) }]);
  }

  /** The same run in another engine: from its journal alone. */
  takeOver(capacity = this.limits.capacity, limits: Partial<Limits> = {}): { bench: Bench; said: string[] } {
    const bench = new Bench(this.flow, capacity);
    bench.limits = { ...bench.limits, ...limits };
    const status = bench.run.status;
    for (const [index, step] of this.history.entries()) {
      beginEntry(status, this.times[index] ?? 0);
      for (const transition of step) {
        if (transition[0] === 'TAKEOVER') status.epoch++;
        foldTransition(status, transition);
      }
    }
    const again = {
      flow: this.flow,
      status,
      frontier: new Frontier(this.flow, status),
      codec: jsonCodec,
      observed: false,
      entryIsOpen: false,
    };
    Object.assign(bench, { run: again });
    bench.history.push(...this.history);
    bench.times.push(...this.times);
    bench.over.push(...this.over, ...this.flying.values());
    return { bench, said: bench.decide([{ kind: 'resumed' }]) };
  }

  decide(events: readonly EngineEvent[]): string[] {
    const decision: StepPlan = decide(this.run, events, this.limits);
    for (const command of decision.commands) {
      if (command.do === 'sleep') this.slept = command.untilMs;
      if (command.do === 'suspend') this.limits = { ...this.limits, hold: 'suspend' };
      if (command.do === 'ask') this.asked.push(command);
      else if (command.do === 'call') this.flying.set(this.#name(command.atom), command);
    }
    if (decision.transitions.length > 0) {
      this.history.push([...decision.transitions]);
      this.times.push(this.limits.nowMs);
    }
    return decision.transitions.map((transition) => this.#text(transition));
  }

  states(): string {
    return this.run.status.atoms.map(({ state }, index) => `${this.#name(index)} ${state}`).join(', ');
  }

  #outcome(answer: string): CallOutcome {
    const name = answer.replace(/[!?]+$/, '');
    const command = this.flying.get(name);
    if (command === undefined) throw new Error(`'${name}' is not called: ${[...this.flying.keys()].join(', ')} are`);
    this.flying.delete(name);
    this.over.push(command);
    const failure = { name: 'Error', message: name };
    const kind = answer.endsWith('!') ? 'failure' : answer.endsWith('?') ? 'interrupted' : 'result';
    const isFinal = answer.endsWith('!!') ? { isFinal: true as const } : {};
    return { ...command, ...isFinal, end: kind === 'result' ? { kind } : { kind, failure } };
  }

  #name(atom: number): string {
    return this.flow.atoms[atom]?.path ?? `#${atom}`;
  }

  #text(transition: Transition): string {
    const [word, ...rest] = transition;
    if (word === 'CREATED') return 'CREATED';
    if (word === 'RUN') return `RUN ${rest[0]}`;
    if (word === 'TAKEOVER') return `TAKEOVER ${(rest[0] as number[]).map((atom) => this.#name(atom)).join(' ')}`.trim();
    if (word === 'INTEND') return `INTEND ${rest[0]} ${rest[1]}-${rest[2]}`;
    if (word === 'RESET') return `RESET ${rest[0]}-${rest[1]}`;
    if (word === 'SIGNAL') return `SIGNAL ${rest[0]}`;
    if (word === 'SNAPSHOT' || word === 'CANCEL' || word === 'HALT' || word === 'DEADLINE' || word === 'FLOW') return word;
    return `${this.#name(rest[0] as number)} ${word}`;
  }
}
