import type { Metadata } from '../../persistence/index.js';

/** How a run is named and found. */
export interface RunIdOption {
  /**
   * Your id of the run, unique in the store. Calling again with the same id and inputs joins that run, or goes on with
   * it when its process died. A text of 1 to 500 characters, without NUL and lone surrogates. Default: a new UUIDv7.
   */
  readonly id?: string;
  /** The group of runs that a new run belongs to, such as `'orders'`: up to 100 characters. */
  readonly logbook?: string;
  /** What lists can find a new run by, such as `{ customer: 'c-7' }`: names up to 100 characters, texts up to 500. */
  readonly metadata?: Metadata;
}

/** How a new run is begun. */
export interface NewRunOptions extends RunIdOption {
  /**
   * How long it may take from its creation on, in milliseconds, instead of what its flow says; `Infinity`: as long as it likes. Waits, rests
   * and crashes count. Then it goes back, with the failure code `DEADLINE`. A run that is joined by its `id` keeps the time that it has.
   */
  readonly deadlineMs?: number;
}

export interface ResumeOptions {
  /** `force`: take the run even from an engine that seems alive; that one then loses it. Default: `if-dead`. */
  readonly takeover?: 'if-dead' | 'force';
}

/** How a run is begun, behind the types. */
export interface StartOptions extends NewRunOptions {
  readonly inputs?: unknown;
}
