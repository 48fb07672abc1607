import type { FlowproofErrorCode } from '../model/errors.js';
import type { RunState } from '../model/states.js';

/** How the work on a claim ended. */
export type ClaimOutcome =
  /** The session is over, and with it the claim. */
  | { readonly kind: 'lost' }
  /** The run has ended, is suspended, or waits in the store for what may come in days. */
  | { readonly kind: 'rests'; readonly state: RunState }
  /** A living process has the run, and keeps it. */
  | { readonly kind: 'elsewhere' }
  /** Its engine was stopped, with the conductor or with the app. */
  | { readonly kind: 'stopped' }
  /** `code` is absent for what is no error of flowproof's. */
  | { readonly kind: 'failed'; readonly code?: FlowproofErrorCode; readonly message: string };

/**
 * When a job that is given back may be claimed again. `now`: others go on at once. `soon`: what is in the way passes. `later`:
 * others may be able to do it. `store`: as `soon`, and nothing is claimed meanwhile.
 */
export type Delay = 'now' | 'soon' | 'later' | 'store';

/** What is done with the job. */
export type Settlement =
  | { readonly do: 'nothing'; readonly reason: string }
  | { readonly do: 'consume' }
  | { readonly do: 'abandon'; readonly delay: Delay; readonly counted: boolean; readonly reason: string }
  | { readonly do: 'trash'; readonly code: string; readonly reason: string };

/** The one table of what becomes of a job: docs/conductors.md has it in words. */
export function settlementOf(outcome: ClaimOutcome): Settlement {
  switch (outcome.kind) {
    case 'lost':
      return { do: 'nothing', reason: 'the session is over: the job is free again, or claimed by another conductor' };
    case 'elsewhere':
      return giveBack('soon', 'a living process has the run');
    case 'stopped':
      return giveBack('now', 'the conductor stops');
    case 'rests':
      return outcome.state === 'SUSPENDED' ? giveBack('later', 'the run is suspended') : { do: 'consume' };
    case 'failed':
      return afterFailure(outcome);
  }
}

function afterFailure({ code, message }: Extract<ClaimOutcome, { kind: 'failed' }>): Settlement {
  const row = code === undefined ? 'counted' : ROWS[code];
  const reason = code === undefined ? message : `${code}: ${message}`;
  switch (row) {
    case 'trash':
      return { do: 'trash', code: code ?? 'FAILED', reason: message };
    case 'consume':
      return { do: 'consume' };
    case 'counted':
      return { do: 'abandon', delay: 'soon', counted: true, reason };
    case 'now':
    case 'soon':
    case 'later':
    case 'store':
      return giveBack(row, reason);
  }
}

function giveBack(delay: Delay, reason: string): Settlement {
  return { do: 'abandon', delay, counted: false, reason };
}

/** `counted`: not foreseen, so that it must not go round for ever. */
type Row = 'trash' | 'consume' | 'counted' | Delay;

const ROWS: Readonly<Record<FlowproofErrorCode, Row>> = {
  // What is wrong with the job, whoever claims it.
  INVALID_INPUT: 'trash',
  RUN_CONFLICT: 'trash',
  // Pruned while it was waited for: so it had ended.
  RUN_NOT_FOUND: 'consume',
  // What another process, or another version of the app, may be able to do.
  FLOW_DEFINITION: 'later',
  INCOMPATIBLE_FLOW: 'later',
  TASK_SET_MISMATCH: 'later',
  SCHEDULE_CONFLICT: 'later',
  JOURNAL_TOO_NEW: 'later',
  JOURNAL_SEALED: 'later',
  // What a person has to look at: nothing is thrown away because it can't be read.
  JOURNAL_CORRUPT: 'later',
  JOURNAL_GAP: 'later',
  // Of this moment.
  APP_STOPPED: 'now',
  STALE_RUN: 'soon',
  RUN_OWNED: 'soon',
  // Of the store, not of the job.
  STORE_UNREACHABLE: 'store',
  STORE_REFUSED: 'store',
  STORE_LOCKED: 'store',
  STORE_CLOSED: 'store',
  STORE_GONE: 'store',
  STORE_SCHEMA: 'store',
  STORE_POOLER: 'store',
  STORE_READ_ONLY: 'store',
  // A mistake of flowproof, or what driving a run does not throw.
  RUN_STUCK: 'counted',
  FLOW_FAILED: 'counted',
  RUN_ENDED: 'counted',
  SIGNALS_FULL: 'counted',
  RUN_NOT_FAILED: 'counted',
  REVERT_NOT_FAILED: 'counted',
  INVALID_LIMIT: 'counted',
  INVALID_SCHEDULE: 'counted',
  SCHEDULE_NOT_FOUND: 'counted',
  JOURNAL_FULL: 'counted',
  NOT_TRANSACTIONAL: 'counted',
  TRANSACTION_STATE: 'counted',
  OTHER_DATABASE: 'counted',
  TRANSACTION_LATE: 'counted',
  TRANSACTION_ELSEWHERE: 'counted',
  TRANSPORT_UNREACHABLE: 'later',
  TRANSPORT_REFUSED: 'later',
  TRANSPORT_CLOSED: 'later',
  BOARD_UNREACHABLE: 'counted',
  BOARD_REFUSED: 'counted',
  BOARD_CLOSED: 'counted',
};
