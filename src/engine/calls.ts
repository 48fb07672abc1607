import type { TaskContext } from '../authoring/index.js';
import type { CompiledTask } from '../compilation/index.js';
import type { Codec } from '../model/codec.js';
import { StaleRunError } from '../model/errors.js';
import { type Failure, toFailure } from '../model/failure.js';
import { digest } from '../model/ids.js';
import { issueText, parse, resultOf } from './call-result.js';
import type { CallId, CallOutcome, Command } from './decision.js';
import type { AnyOutcome, Executor } from './executor.js';
import { failuresOf } from './failures.js';
import type { AtomStatus } from './run-state.js';
import type { Run } from './step.js';
import { inputsOf } from './values.js';

/** What calls need from the app. */
export interface CallParts {
  readonly executor: Executor;
  readonly codec: Codec;
  readonly services: object;
}

/** How a call reaches back into its run. */
export interface CallDoors {
  finished(outcome: CallOutcome): void;
  /** Resolves when durable. */
  save(call: CallId, data: unknown): Promise<void>;
  progress(path: string, fraction: number, details?: Readonly<Record<string, unknown>>): void;
}

/** The calls of one run that are under way. */
export class Calls {
  readonly #run: Run;
  readonly #parts: CallParts;
  readonly #doors: CallDoors;
  readonly #signals = new Map<number, AbortController>();

  constructor(run: Run, parts: CallParts, doors: CallDoors) {
    this.#run = run;
    this.#parts = parts;
    this.#doors = doors;
  }

  start(command: Command): void {
    const abort = new AbortController();
    this.#signals.set(command.atom, abort);
    void this.#call(command, abort.signal).then((end) => {
      if (this.#signals.get(command.atom) === abort) this.#signals.delete(command.atom);
      this.#doors.finished({ atom: command.atom, round: command.round, attempt: command.attempt, end });
    });
  }

  /** Tells every call that its result is not wanted any more. */
  abort(reason: Error): void {
    for (const abort of this.#signals.values()) abort.abort(reason);
  }

  async #call(command: Command, signal: AbortSignal): Promise<CallOutcome['end']> {
    const task = this.#run.flow.atoms[command.atom] as CompiledTask;
    try {
      const inputs = inputsOf(this.#run, task, command.do, this.#parts.codec);
      const context = this.#context(command, task, signal);
      if (command.do === 'revert') {
        await this.#parts.executor.call({ phase: 'revert', task: task.task, inputs, outcome: this.#outcome(command.atom), context });
        return { kind: 'result' };
      }
      const parsed = await parse(task.task.requires, inputs);
      if ('issues' in parsed) return { kind: 'failure', failure: invalidInputs(task, issueText(parsed.issues)) };
      const returned = await this.#parts.executor.call({ phase: 'execute', task: task.task, inputs: parsed.values, context });
      const result = await resultOf(task, returned, this.#parts.codec);
      return 'failure' in result ? { kind: 'failure', failure: result.failure } : { kind: 'result', ...result };
    } catch (thrown) {
      return { kind: 'failure', failure: toFailure(thrown) };
    }
  }

  #context(command: Command, task: CompiledTask, signal: AbortSignal): TaskContext<object> {
    const { runId, epoch, creation } = this.#run.status;
    const { saved } = this.#run.status.atoms[command.atom] as AtomStatus;
    return {
      services: this.#parts.services,
      signal,
      runId: creation.key,
      path: task.path,
      attempt: command.attempt,
      idempotencyKey: digest(runId, INCARNATION, task.path, command.round),
      revertKey: digest(runId, INCARNATION, task.path, command.round, 'revert'),
      fence: epoch,
      ...(saved === undefined ? {} : { saved: this.#parts.codec.decode(saved) }),
      save: (data: unknown) => (signal.aborted ? Promise.reject(new StaleRunError(creation.key)) : this.#doors.save(command, data)),
      progress: (fraction, details) => this.#doors.progress(task.path, Math.min(1, Math.max(0, Number(fraction) || 0)), details),
    } as TaskContext<object>;
  }

  #outcome(atom: number): AnyOutcome {
    const status = this.#run.status.atoms[atom] as AtomStatus;
    const { codec } = this.#parts;
    const common = {
      flowFailures: failuresOf(this.#run.flow, this.#run.status).filter(({ phase }) => phase === 'execute'),
      ...(status.saved === undefined ? {} : { saved: codec.decode(status.saved) }),
    };
    switch (status.outcome) {
      case 'failure':
        return { kind: 'failure', failure: status.failure as Failure, ...common };
      case 'interrupted':
        return { kind: 'interrupted', ...common };
      default: {
        const result = status.result === undefined ? {} : (codec.decode(status.result) as Record<string, unknown>);
        return { kind: 'result', result, ...common };
      }
    }
  }
}

/** Counts resets of a run; part of every key, so that work done after a reset has keys of its own. */
const INCARNATION = 0;

function invalidInputs(task: CompiledTask, text: string): Failure {
  return { name: 'TaskContractError', code: 'INVALID_INPUT', message: `task '${task.path}': its inputs are not valid: ${text}` };
}
