import type { Diagnostic } from './diagnostics.js';
import type { FailureReport } from './failure.js';
import { FlowproofError, type PersistenceCode, type TransactionCode } from './flowproof-error.js';
import type { ValueIssue } from './schema.js';
import type { RunState } from './states.js';

/*
 * FlowproofError
 * ├─ FlowDefinitionError    FLOW_DEFINITION      the flow can't run as it is written
 * ├─ InvalidInputError      INVALID_INPUT        the values given to a run are wrong
 * ├─ FlowFailedError        FLOW_FAILED          runOrThrow: the run did not end in SUCCESS
 * ├─ RunConflictError       RUN_CONFLICT         this run id is taken by other inputs or another flow
 * ├─ RunOwnedError          RUN_OWNED            a live engine has this run
 * ├─ RunNotFoundError       RUN_NOT_FOUND        no run has this id
 * ├─ RunEndedError          RUN_ENDED            the run has ended: nothing can be asked of it any more
 * ├─ SignalsFullError       SIGNALS_FULL         more signals wait for this run than it may have
 * ├─ IncompatibleFlowError  INCOMPATIBLE_FLOW    the stored run was made by a flow that this code can't continue
 * ├─ RunNotFailedError      RUN_NOT_FAILED       an operator wants a run to go on from what failed, and it did not end in FAILURE
 * ├─ RevertNotFailedError   REVERT_NOT_FAILED    an operator named a task whose revert has not failed
 * ├─ StaleRunError          STALE_RUN            another engine took this run over
 * ├─ JournalFullError       JOURNAL_FULL         a run has had as many steps as it may have
 * ├─ RunStuckError          RUN_STUCK            a run stands still, and nothing says why: a mistake of this library
 * ├─ TaskSetMismatchError   TASK_SET_MISMATCH    the module of threads or processes does not fit the flows
 * ├─ TransactionError       (see its codes)      a task can't commit together with the user's transaction
 * └─ PersistenceError       (see its codes)      the store refused, is unreachable or holds what can't be read
 */

export {
  FlowproofError,
  type FlowproofErrorCode,
  isFlowproofError,
  type PersistenceCode,
  type TransactionCode,
} from './flowproof-error.js';

/** The flow can't run as it is written; `diagnostics` lists everything that was found, not only the first. */
export class FlowDefinitionError extends FlowproofError<'FLOW_DEFINITION'> {
  override readonly name = 'FlowDefinitionError';
  constructor(
    readonly flow: string,
    readonly diagnostics: readonly Diagnostic[],
  ) {
    super(
      'FLOW_DEFINITION',
      `flow '${flow}' can't run:\n${diagnostics.map(({ path, message, code }) => `  ${path}: ${message} [${code}]`).join('\n')}`,
    );
  }
}

/** The inputs of a run, or `what` is sent to it, are wrong; nothing was written. */
export class InvalidInputError extends FlowproofError<'INVALID_INPUT'> {
  override readonly name = 'InvalidInputError';
  constructor(
    readonly flow: string,
    readonly issues: readonly ValueIssue[],
    what?: string,
  ) {
    const wrong = what === undefined ? `the inputs of flow '${flow}' are` : `the ${what} is`;
    super(
      'INVALID_INPUT',
      `${wrong} not valid:\n${issues.map((issue) => `  ${issue.path === '' ? '(inputs)' : issue.path}: ${issue.message}`).join('\n')}`,
    );
  }
}

/** Thrown by `runOrThrow` when a run ends in another state than SUCCESS. */
export class FlowFailedError extends FlowproofError<'FLOW_FAILED'> {
  override readonly name = 'FlowFailedError';
  constructor(
    readonly flow: string,
    readonly runId: string,
    readonly state: 'REVERTED' | 'FAILURE' | 'CANCELLED' | 'SUSPENDED',
    readonly failures: readonly FailureReport[],
  ) {
    const list = failures.map(
      ({ path, phase, attempt, failure }) => `  ${path} (${phase}, attempt ${attempt}): ${failure.name}: ${failure.message}`,
    );
    // What failed in an optional node is not why the run did.
    const cause = failures.find(({ optional }) => optional !== true) ?? failures[0];
    super('FLOW_FAILED', [`run '${runId}' of flow '${flow}' ended ${state}`, ...list].join('\n'), { cause: cause?.failure });
  }
}

/** The id belongs to a run of another flow or with other inputs. Choose another id, or call with the inputs it began with. */
export class RunConflictError extends FlowproofError<'RUN_CONFLICT'> {
  override readonly name = 'RunConflictError';
  constructor(
    readonly runId: string,
    readonly flow: string,
    readonly storedFlow: string,
    /** What is different, where the flow is the same. */
    differs: 'inputs' | 'args' | 'inputs or args' = 'inputs',
  ) {
    const what = flow === storedFlow ? `was started with other ${differs}` : `belongs to flow '${storedFlow}', not to '${flow}'`;
    super('RUN_CONFLICT', `run '${runId}' ${what}: use another id, or the ${differs} that it began with`);
  }
}

/** A live engine has this run. Wait for it with `run`, stop that engine, or take over with `takeover: 'force'`. */
export class RunOwnedError extends FlowproofError<'RUN_OWNED'> {
  override readonly name = 'RunOwnedError';
  constructor(
    readonly runId: string,
    readonly owner: string,
  ) {
    super(
      'RUN_OWNED',
      `run '${runId}' belongs to the live engine ${owner}: wait for it with run(), stop it there, or resume with takeover: 'force'`,
    );
  }
}

/** No run has this id in this store. */
export class RunNotFoundError extends FlowproofError<'RUN_NOT_FOUND'> {
  override readonly name = 'RunNotFoundError';
  constructor(readonly runId: string) {
    super('RUN_NOT_FOUND', `there is no run '${runId}' in this store`);
  }
}

/** The run had ended before it could be asked: it did what it did, and `state` says how it ended. Nothing was written. */
export class RunEndedError extends FlowproofError<'RUN_ENDED'> {
  override readonly name = 'RunEndedError';
  constructor(
    readonly runId: string,
    /** How it ended. */
    readonly state: RunState,
  ) {
    super('RUN_ENDED', `run '${runId}' has ended: it is ${state}, and nothing can be asked of it any more`);
  }
}

/** As many signals as a run may have wait for it, and none has been heard: nothing of this one was written. */
export class SignalsFullError extends FlowproofError<'SIGNALS_FULL'> {
  override readonly name = 'SignalsFullError';
  constructor(
    readonly runId: string,
    readonly signals: number,
  ) {
    super(
      'SIGNALS_FULL',
      `${signals} signals wait for run '${runId}', which has heard none of them: send again when it has, or look why it does not wait for them`,
    );
  }
}

/** The stored run was made by a flow that this code can't continue; `report` has a line for each difference. */
export class IncompatibleFlowError extends FlowproofError<'INCOMPATIBLE_FLOW'> {
  override readonly name = 'IncompatibleFlowError';
  constructor(
    readonly runId: string,
    readonly flow: string,
    readonly report: readonly string[],
  ) {
    super(
      'INCOMPATIBLE_FLOW',
      `run '${runId}' of flow '${flow}' can't go on with this code:\n${report.map((line) => `  ${line}`).join('\n')}\nDeploy the code that began it, or let that code finish it first. Nothing was changed.`,
    );
  }
}

/** Only a run that ended in FAILURE can go on from what failed. Nothing was written. */
export class RunNotFailedError extends FlowproofError<'RUN_NOT_FAILED'> {
  override readonly name = 'RunNotFailedError';
  constructor(
    readonly runId: string,
    readonly state: RunState,
  ) {
    const instead = state === 'REVERTED' || state === 'CANCELLED' ? ': everything is undone, so reset it or begin another run' : '';
    super('RUN_NOT_FAILED', `run '${runId}' is ${state}, not FAILURE${instead}`);
  }
}

/** Only a revert that has failed can be tried again or skipped. Nothing was written. */
export class RevertNotFailedError extends FlowproofError<'REVERT_NOT_FAILED'> {
  override readonly name = 'RevertNotFailedError';
  constructor(
    readonly runId: string,
    readonly path: string,
    /** Paths of the tasks whose revert has failed. */
    readonly failed: readonly string[],
  ) {
    const others = failed.length === 0 ? 'no revert of it has failed' : `these have: ${failed.join(', ')}`;
    super('REVERT_NOT_FAILED', `the revert of '${path}' in run '${runId}' has not failed; ${others}`);
  }
}

/** Another engine took this run over: this one wrote nothing more and stopped. */
export class StaleRunError extends FlowproofError<'STALE_RUN'> {
  override readonly name = 'StaleRunError';
  constructor(readonly runId: string) {
    super('STALE_RUN', `run '${runId}' was taken over by another engine: this one stopped, the journal is as the other one writes it`);
  }
}

/** The app was stopped before this run came to its end; the run is as it was and can be resumed. */
export class AppStoppedError extends FlowproofError<'APP_STOPPED'> {
  override readonly name = 'AppStoppedError';
  constructor(
    /** Absent when the app was stopped before there was a run. */
    readonly runId?: string,
  ) {
    const what =
      runId === undefined
        ? 'the app was stopped: make another one'
        : `the app was stopped before run '${runId}' ended: resume it here or elsewhere`;
    super('APP_STOPPED', what);
  }
}

/**
 * A run has had as many steps as the app lets it have (`maxSteps`): what was done is undone. `ctx.save` rejects with this,
 * and the task that would have been next fails with its code.
 */
export class JournalFullError extends FlowproofError<'JOURNAL_FULL'> {
  override readonly name = 'JournalFullError';
  readonly permanent = true;
  constructor(
    readonly runId: string,
    readonly flow: string,
    readonly steps: number,
  ) {
    super('JOURNAL_FULL', `nothing more is saved, as ${describeFull(runId, flow, steps)}`);
  }
}

/**
 * Something is left to be done in a run, nothing can move, and nothing in the run says why: a mistake of flowproof. The run
 * is left as it is, RUNNING and without an owner; `report` has a line for each task that is not done or undone.
 */
export class RunStuckError extends FlowproofError<'RUN_STUCK'> {
  override readonly name = 'RunStuckError';
  constructor(
    readonly runId: string,
    readonly flow: string,
    readonly report: readonly string[],
  ) {
    super(
      'RUN_STUCK',
      `run '${runId}' of flow '${flow}' stands still, and nothing says why:\n${report.map((line) => `  ${line}`).join('\n')}\nThis is a mistake of flowproof, not of your code: please report it with these lines. The run is as it was: go on with it when that is mended or with another version of the flow, or undo it with cancel.`,
    );
  }
}

/** Who is full, and what to do about it. */
export function describeFull(runId: string, flow: string, steps: number): string {
  return `run '${runId}' of flow '${flow}' has ${steps} steps, and may have no more: it goes back. Split its work into runs of their own, treat a batch in each task rather than one thing, save and try again less often, or raise the app's maxSteps`;
}

/** A task can't end together with a transaction. That was rolled back, or not begun; trying again can't help. */
export class TransactionError<Code extends TransactionCode = TransactionCode> extends FlowproofError<Code> {
  override readonly name = 'TransactionError';
  readonly permanent = true;
  constructor(
    code: Code,
    /** Path of the task; for `OTHER_DATABASE`, id of the run. */
    readonly subject: string,
  ) {
    super(code, TRANSACTION_TEXTS[code](subject));
  }
}

/** What it means that a revert ends with a transaction that its store takes no part in. */
export function describeUnfencedRevert(path: string): string {
  return `task '${path}' is undone in a transaction that its run takes no part in, as these runs are not kept with postgres(url): a process that dies between its COMMIT and the run's next step lets it be undone again`;
}

const TRANSACTION_TEXTS: Readonly<Record<TransactionCode, (subject: string) => string>> = {
  NOT_TRANSACTIONAL: (path) =>
    `task '${path}' can't end with a transaction: pass the context that the task was called with, and let the app keep its runs with postgres(url), which has connections of its own; over your pool or Kysely, transactions that wait for the journal would hold what it waits for. For tests on other stores: flowproof({ allowUnfenced: true })`,
  TRANSACTION_STATE: (path) =>
    `the client that task '${path}' gave to transaction is in a transaction of somebody else's, or no longer in the one that was begun for it: give it a pool, or a client that nothing else uses meanwhile, and leave BEGIN, COMMIT and ROLLBACK to it; savepoints are fine`,
  OTHER_DATABASE: (runId) =>
    `the transaction is in a database whose journal does not know run '${runId}': pass the Kysely or pool of the database that the app keeps its runs in`,
  TRANSACTION_ELSEWHERE: (path) =>
    `task '${path}' can't end with a transaction: it runs in a thread or process of its own, and its run is written in another one. Let it run in the app's process, or commit there by itself and take care of a repetition with ctx.idempotencyKey`,
  TRANSACTION_LATE: (path) =>
    `the end of task '${path}' is known already, so its transaction was rolled back: a task has one transaction, and awaits it`,
};

/** The store refused, is unreachable, or holds what this version can't read. What was saved is as it was. */
export class PersistenceError<Code extends PersistenceCode = PersistenceCode> extends FlowproofError<Code> {
  override readonly name = 'PersistenceError';
}

/**
 * Throw this from `execute` when trying again can't help: no retry is asked, the flow goes back.
 *
 * @example
 * ```ts
 * import { PermanentError } from 'flowproof';
 * export function charge(card: { blocked: boolean }) {
 *   if (card.blocked) throw new PermanentError('the card is blocked');
 * }
 * ```
 */
export class PermanentError extends Error {
  readonly permanent = true;
  override name = 'PermanentError';
}
