import type { CompiledFlow } from '../../src/compilation/index.js';
import { decide } from '../../src/engine/decide/decide.js';
import type { ActiveRun } from '../../src/engine/decide/run.js';
import { Frontier } from '../../src/engine/frontier/frontier.js';
import { beginEntry, foldTransition } from '../../src/engine/state/fold.js';
import type {
  AbortCommand,
  AskCommand,
  CallCommand,
  CallId,
  CallOutcome,
  EngineEvent,
  Limits,
  StepPlan,
} from '../../src/engine/state/protocol.js';
import { newRun } from '../../src/engine/state/run-status.js';
import { jsonCodec } from '../../src/model/codec/json-codec.js';
import type { Json } from '../../src/model/json.js';
import type { RunCreation, Transition } from '../../src/persistence/index.js';

export { compiled, type Node, type Part } from './nodes.js';

/** A run without journal and without time: calls are answered when the test says so. */
export class Bench {
  readonly run: ActiveRun;
  readonly history: Transition[][] = [];
  /** When each step of the history was decided. */
  readonly times: number[] = [];
  readonly flying = new Map<string, CallCommand>();
  /** Calls that have ended, or were lost with another engine. */
  readonly over: CallCommand[] = [];
  /** Calls that executors are asked for. */
  readonly sought = new Map<string, CallId>();
  /** What is under way is told to end. */
  readonly aborted: AbortCommand[] = [];
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

  /** An executor says whether a place still has a call of another engine. */
  seekEnds(name: string, isFound: boolean): string[] {
    const call = this.sought.get(name);
    if (call === undefined) throw new Error(`'${name}' is not sought`);
    this.sought.delete(name);
    if (isFound) {
      const at = this.over.findIndex(({ atom, attempt, phase }) => atom === call.atom && attempt === call.attempt && phase === call.phase);
      if (at >= 0) this.over.splice(at, 1);
      this.flying.set(name, { ...call, do: 'call', from: 'RUNNING', again: true });
    }
    return this.decide([{ kind: 'sought', call, isFound }]);
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
      if (command.do === 'abort') this.aborted.push(command);
      if (command.do === 'seek') for (const call of command.calls) this.sought.set(this.#name(call.atom), call);
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
