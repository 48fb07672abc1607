import type { Outcome, TaskContext, TaskDefinition } from '../../authoring/index.js';

/**
 * Where the code of tasks runs. The engine hands over one call at a time and never more than `capacity` at once; what
 * the call returns or throws is what the task did.
 */
export interface Executor {
  /** Calls that may be under way at once, per run. */
  readonly capacity: number;
  /** All that is under way ends before the engine looks at any of it: for tests, which then know what starts together. */
  readonly lockstep?: true;
  /** Rejects with whatever the task threw. */
  call(work: Work): Promise<unknown>;
}

/** One call of a task. */
export type Work =
  | {
      readonly phase: 'execute';
      readonly task: TaskDefinition;
      readonly inputs: Readonly<Record<string, unknown>>;
      readonly context: TaskContext<object>;
    }
  | {
      readonly phase: 'revert';
      readonly task: TaskDefinition;
      readonly inputs: Readonly<Record<string, unknown>>;
      readonly outcome: AnyOutcome;
      readonly context: TaskContext<object>;
    };

/** How execute ended, as revert is told, of a task whose types are not known here. */
export type AnyOutcome = Outcome<{ execute(): Promise<Record<string, unknown>> }>;

const BRAND = Symbol.for('flowproof.interrupted');

/**
 * Whether it is one, also when another copy of the package made it. Asked of whatever a task throws, such as a proxy that says
 * to have every field: so it never throws, and what has only the name of the field is none.
 */
export function isInterruptedCall(thrown: unknown): thrown is InterruptedCall {
  try {
    return typeof thrown === 'object' && thrown !== null && (thrown as { readonly [BRAND]?: unknown })[BRAND] === true;
  } catch {
    return false;
  }
}

/**
 * Thrown by an executor when a call ended in a way that leaves open what it did, although its code may have returned:
 * the task counts as interrupted, not as failed. `cause` is what is told.
 */
export class InterruptedCall extends Error {
  static {
    Object.defineProperty(InterruptedCall.prototype, BRAND, { value: true });
  }
  override readonly name = 'InterruptedCall';
  constructor(override readonly cause: unknown) {
    super('a call was interrupted', { cause });
  }
}
