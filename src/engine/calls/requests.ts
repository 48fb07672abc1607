import type { CustomRetryDefinition, Port } from '../../authoring/index.js';
import type { DeciderRequest, EncodedOutcome, EncodedValues, RetryRequest, SignalRequest, TaskRequest } from '../../calls/index.js';
import type { CompiledDecider, CompiledRetry, CompiledTask, CompiledWait, Source } from '../../compilation/index.js';
import { type Failure, toFailure } from '../../model/failure.js';
import { digest, quickDigest } from '../../model/ids.js';
import type { ActiveRun } from '../decide/run.js';
import { failuresOf } from '../state/failures.js';
import { oldestFor } from '../state/fold-signals.js';
import type { CallId, Question } from '../state/protocol.js';
import { type AtomStatus, atomOf, isSkipped, turnOf } from '../state/run-status.js';
import { inputsOf, storedValue } from '../state/values.js';
import type { CallTimes } from './call-times.js';
import { encodedHistory } from './encoded-history.js';

type Asked = Extract<Question, { readonly about: 'failure' }>;

const NO_VALUES: EncodedValues = {};

/** Why inputs can't be given. */
class Missing {
  constructor(readonly failure: Failure) {}
}

/** Writes down, as data, what the code of a run is called with. */
export class Requests {
  readonly #run: ActiveRun;
  /** What the keys of all its work begin with; after a reset, another one. */
  readonly #seed: string;

  constructor(run: ActiveRun) {
    this.#run = run;
    this.#seed = digest(run.status.runId, run.status.incarnation).slice(0, 16);
  }

  /**
   * @param times what limits the call; absent: nothing does
   * @param trace what its code is part of; absent: nobody traces
   */
  task(call: CallId, compiled: CompiledTask, times?: CallTimes, trace?: string): TaskRequest {
    const { path, index, task, inputs, revertPorts, revertInputs } = compiled;
    const { runId, epoch, creation } = this.#run.status;
    const { phase, round, turn, attempt } = call;
    const given = phase === 'execute' ? this.#inputs(path, task.requires, inputs) : this.#inputs(path, revertPorts, revertInputs);
    // In one piece: to copy it costs as much as to make it.
    return {
      of: 'task',
      task: task.name,
      version: task.version,
      phase,
      runId,
      key: creation.key,
      flow: this.#run.flow.name,
      fingerprint: this.#run.flow.fingerprint,
      path,
      round,
      turn,
      attempt,
      idempotencyKey: this.#workKey(path, round),
      fence: epoch,
      atom: index,
      inputs: given instanceof Missing ? NO_VALUES : given,
      lacksInputs: given instanceof Missing ? given.failure : undefined,
      saved: atomOf(this.#run.status, index).saved,
      outcome: phase === 'revert' ? this.#outcomeOf(index) : undefined,
      timeoutMs: times?.timeoutMs,
      deadlineAtMs: times?.deadlineAtMs,
      trace,
    } as TaskRequest;
  }

  /** A call of its code as an atom, or the question about a failure that it is asked, with its number. */
  retry(retry: CompiledRetry, call: CallId | { readonly question: Asked; readonly id: number }): RetryRequest {
    const { path, index, inputs } = retry;
    const given = this.#inputs(path, (retry.retry as CustomRetryDefinition).requires, inputs);
    const status = atomOf(this.#run.status, index);
    const asked = 'question' in call ? call.question : undefined;
    const { phase, attempt } = 'question' in call ? ({ phase: 'ask', attempt: call.id } as const) : call;
    return {
      of: 'retry',
      phase,
      ...this.#common(path, status, attempt),
      atom: index,
      inputs: given instanceof Missing ? NO_VALUES : given,
      lacksInputs: given instanceof Missing ? given.failure : undefined,
      history: encodedHistory(this.#run, status, asked),
    };
  }

  decider(index: number, decider: CompiledDecider, id: number): DeciderRequest {
    const { target, first, source, reads } = decider;
    const common = this.#common(target, atomOf(this.#run.status, first), id);
    const about = source === undefined ? { inputs: this.#values(reads) } : { given: this.#given(decider) };
    return { of: 'decider', phase: 'ask', ...common, decider: index, ...about };
  }

  /** What the schema of a wait is asked about the oldest signal that it can hear. @throws Error when there is none */
  signal({ index, path }: CompiledWait, id: number): SignalRequest {
    const status = atomOf(this.#run.status, index);
    const oldest = oldestFor(this.#run.status, status);
    if (oldest === undefined) throw new Error(`there is no signal for '${path}'`);
    const { name, payload } = oldest;
    return { of: 'signal', phase: 'ask', ...this.#common(path, status, id), atom: index, name, payload };
  }

  #common(path: string, status: AtomStatus, attempt: number) {
    const { runId, epoch, creation } = this.#run.status;
    const { name, fingerprint } = this.#run.flow;
    const { round } = status;
    const idempotencyKey = this.#workKey(path, round);
    return { runId, key: creation.key, flow: name, fingerprint, path, round, turn: turnOf(status), attempt, idempotencyKey, fence: epoch };
  }

  /** Of the work, not of the call: the same for every call of it, forward and back. */
  #workKey(path: string, round: number): string {
    return `${this.#seed}${quickDigest(path)}-${round}`;
  }

  #inputs(path: string, ports: readonly Port[], sources: Readonly<Record<string, Source>>): EncodedValues | Missing {
    try {
      return inputsOf(this.#run, path, ports, sources);
    } catch (error) {
      return new Missing(toFailure(error));
    }
  }

  /** How execute ended, as revert gets it. */
  #outcomeOf(atom: number): EncodedOutcome {
    const { flow, status } = this.#run;
    const { outcome, interruptions, failure, overcome, result } = atomOf(this.#run.status, atom);
    const common = {
      flowFailures: failuresOf(flow, status, atom).filter(({ phase }) => phase === 'execute'),
      ...(interruptions === 0 ? {} : { interruptions }),
    };
    // Where the last call says that it did nothing, what the one did that was lost before is still not known.
    if (outcome === 'interrupted' || (outcome === 'failure' && interruptions > 0)) return { kind: 'interrupted', ...common };
    // Between two attempts of its own, it has failed as it did last.
    if (outcome === 'failure') return { kind: 'failure', failure: (failure ?? overcome) as Failure, ...common };
    return { kind: 'result', ...(result === undefined ? {} : { result }), ...common };
  }

  /** What each source of a link to the same target gave; those that were skipped are left out. */
  #given(asked: CompiledDecider): Readonly<Record<string, EncodedValues>> {
    const given: Record<string, EncodedValues> = {};
    for (const { entry, target, source } of this.#run.flow.deciders ?? []) {
      if (source === undefined || entry !== asked.entry || target !== asked.target || isSkipped(this.#run.status, source)) continue;
      given[source.node] = this.#values(asked.history[source.node] ?? {});
    }
    return given;
  }

  #values(sources: Readonly<Record<string, Source>>): EncodedValues {
    const values: Record<string, EncodedValues[string]> = {};
    for (const [name, source] of Object.entries(sources)) {
      const stored = storedValue(this.#run, source, this.#run.codec);
      if (stored !== undefined) values[name] = stored;
    }
    return values;
  }
}
