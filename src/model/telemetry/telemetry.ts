import type { Failure } from '../failure.js';
import type { Phase } from '../states.js';

/** A call of a task's code, as telemetry gets to know of it. */
export interface TracedCall {
  readonly flow: string;
  /** The id that the user gave to the run, or its own. */
  readonly runId: string;
  /** Node names from the root flow, joined by `/`. */
  readonly path: string;
  /** Name of the task. */
  readonly task: string;
  readonly phase: Phase;
  /** Which piece of work, which try of it, and which call of its phase in it, all from 1. */
  readonly round: number;
  readonly turn: number;
  readonly attempt: number;
  /**
   * `run`: the engine of its run has it called. `place`: the thread, process or worker that makes it, where that is not the one of the
   * engine.
   */
  readonly side: 'run' | 'place';
  /** The executor that the task names. */
  readonly runsOn?: string | undefined;
  /** What it is part of, as `traceparent` of W3C Trace Context says it: the run, or of a place the call as its engine sees it. */
  readonly trace?: string | undefined;
}

/** How a traced call has ended. Secrets are masked in the failure. */
export interface TracedEnd {
  /** `interrupted`, `lost`: it is not known what it has done. */
  readonly kind: 'result' | 'failure' | 'interrupted' | 'lost';
  readonly failure?: Failure | undefined;
}

/** A call that is under way, as telemetry sees it. */
export interface CallSpan {
  /** What is part of the call, as `traceparent` says it; absent: nothing knows. */
  readonly trace?: string | undefined;
  /** Calls the code once, at once, and gives what it returns: what it does, also later, is part of the call. */
  within<Result>(code: () => Result): Result;
  end(end: TracedEnd): void;
}

/** What sees calls in the process or thread that makes them: for {@link taskSet}, as part of a {@link Telemetry}. */
export interface CallTelemetry {
  call(call: TracedCall): CallSpan;
}

/** The creation of a run, while it is written down. */
export interface CreationSpan {
  /** Is kept with the run: all that becomes of it, in whatever process, is part of this. As `traceparent` says it. */
  readonly trace?: string | undefined;
  /** @param outcome `exists`: there was one of this id already. `failed`: it could not be written */
  end(outcome: 'created' | 'exists' | 'failed'): void;
}

export interface TracedCreation {
  readonly flow: string;
  readonly runId: string;
  /** Whether it begins here and now; else it is left to whoever is free. */
  readonly begins: boolean;
}
