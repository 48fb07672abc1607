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

/**
 * What a task sees of its run: a plain object, so that it can be spread and wrapped. What is dear and seldom looked at is
 * made when it is asked for.
 */
export function callContext({ run, command, task, abort, services, codec, doors }: ContextParts): TaskContext<object> {
  const { runId, epoch, creation } = run.status;
  return {
    services,
    runId: creation.key,
    path: task.path,
    attempt: command.attempt,
    fence: epoch,
    get signal() {
      return abort.signal;
    },
    /** Of the work, not of the call: the same for every call of it, forward and back. */
    get idempotencyKey() {
      return digest(runId, INCARNATION, task.path, command.round);
    },
    get revertKey() {
      return digest(runId, INCARNATION, task.path, command.round, 'revert');
    },
    get saved() {
      const saved = run.status.atoms[command.atom]?.saved;
      return saved === undefined ? undefined : codec.decode(saved);
    },
    save: (data: unknown) => (abort.aborted ? Promise.reject(new StaleRunError(creation.key)) : doors.save(command, data)),
    progress: (fraction, details) => doors.progress(task.path, Math.min(1, Math.max(0, Number(fraction) || 0)), details),
  };
}
