import type { TaskContext } from '../authoring/index.js';
import type { CompiledTask } from '../compilation/index.js';
import type { Codec } from '../model/codec.js';
import { StaleRunError } from '../model/errors.js';
import { digest } from '../model/ids.js';
import type { CallId, CallOutcome } from './decision.js';
import type { Run } from './step.js';

/** Counts resets of a run; part of every key, so that work done after a reset has keys of its own. */
const INCARNATION = 0;

/** How a call reaches back into its run. */
export interface CallDoors {
  finished(outcome: CallOutcome): void;
  /** Resolves when durable. */
  save(call: CallId, data: unknown): Promise<void>;
  progress(path: string, fraction: number, details?: Readonly<Record<string, unknown>>): void;
}

/** An AbortController that is made when somebody looks at it: most tasks never do. */
export class Abort {
  #controller: AbortController | undefined;
  #reason: Error | undefined;

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#reason !== undefined) this.#controller.abort(this.#reason);
    }
    return this.#controller.signal;
  }

  get aborted(): boolean {
    return this.#reason !== undefined;
  }

  abort(reason: Error): void {
    this.#reason = reason;
    this.#controller?.abort(reason);
  }
}

interface ContextParts {
  readonly run: Run;
  readonly command: CallId;
  readonly task: CompiledTask;
  readonly abort: Abort;
  readonly services: object;
  readonly codec: Codec;
  readonly doors: CallDoors;
}

/** What a task sees of its run. Keys, signal and saved data are made when asked for. */
export class CallContext implements TaskContext<object> {
  readonly #parts: ContextParts;
  readonly services: object;

  constructor(parts: ContextParts) {
    this.#parts = parts;
    this.services = parts.services;
  }

  get signal(): AbortSignal {
    return this.#parts.abort.signal;
  }

  get runId(): string {
    return this.#parts.run.status.creation.key;
  }

  get path(): string {
    return this.#parts.task.path;
  }

  get attempt(): number {
    return this.#parts.command.attempt;
  }

  /** Of the work, not of the call: the same for every call of it, forward and back. */
  get idempotencyKey(): string {
    const { run, task, command } = this.#parts;
    return digest(run.status.runId, INCARNATION, task.path, command.round);
  }

  get revertKey(): string {
    const { run, task, command } = this.#parts;
    return digest(run.status.runId, INCARNATION, task.path, command.round, 'revert');
  }

  get fence(): number {
    return this.#parts.run.status.epoch;
  }

  get saved(): unknown {
    const saved = this.#parts.run.status.atoms[this.#parts.command.atom]?.saved;
    return saved === undefined ? undefined : this.#parts.codec.decode(saved);
  }

  readonly save = (data: unknown): Promise<void> => {
    if (this.#parts.abort.aborted) return Promise.reject(new StaleRunError(this.runId));
    return this.#parts.doors.save(this.#parts.command, data);
  };

  readonly progress = (fraction: number, details?: Readonly<Record<string, unknown>>): void => {
    this.#parts.doors.progress(this.path, Math.min(1, Math.max(0, Number(fraction) || 0)), details);
  };
}
