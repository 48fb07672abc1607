const BRAND = Symbol.for('flowproof.error');

export type PersistenceCode =
  | 'STORE_UNREACHABLE'
  | 'STORE_REFUSED'
  | 'STORE_LOCKED'
  | 'STORE_CLOSED'
  | 'STORE_GONE'
  | 'STORE_SCHEMA'
  | 'STORE_POOLER'
  | 'STORE_READ_ONLY'
  | 'JOURNAL_TOO_NEW'
  | 'JOURNAL_GAP'
  | 'JOURNAL_CORRUPT'
  | 'JOURNAL_SEALED';

export type TransactionCode =
  /** This task's end can't be written in a transaction: the store has none, or the context is not that of a task. */
  | 'NOT_TRANSACTIONAL'
  /** Somebody else begins or ends transactions on the client that a task's transaction is on. */
  | 'TRANSACTION_STATE'
  /** The transaction is in a database that does not hold the run. */
  | 'OTHER_DATABASE'
  /** What the task did is known already: a task has one transaction, and waits for it. */
  | 'TRANSACTION_LATE'
  /** The task runs in a thread or process of its own, and its run is written in another one. */
  | 'TRANSACTION_ELSEWHERE';

export type BoardCode =
  /** No answer in time: what was asked may have been done. */
  | 'BOARD_UNREACHABLE'
  /** The server takes no such request. */
  | 'BOARD_REFUSED'
  /** The board was closed, or the session is over. */
  | 'BOARD_CLOSED';

export type TransportCode =
  /** The broker can't be reached, or gave no answer: what was given may be there. */
  | 'TRANSPORT_UNREACHABLE'
  /** The broker takes no such message, or not from this user. */
  | 'TRANSPORT_REFUSED'
  /** The connection was closed. */
  | 'TRANSPORT_CLOSED';

export type ScheduleCode =
  /** Its time can't be read or never comes, or an option makes no sense. */
  | 'INVALID_SCHEDULE'
  /** The store has another one of this name and version. */
  | 'SCHEDULE_CONFLICT'
  /** No schedule has this name, in this store or in this app. */
  | 'SCHEDULE_NOT_FOUND';

export type FlowproofErrorCode =
  | 'FLOW_DEFINITION'
  | 'INVALID_INPUT'
  | 'FLOW_FAILED'
  | 'RUN_CONFLICT'
  | 'RUN_OWNED'
  | 'RUN_NOT_FOUND'
  | 'RUN_ENDED'
  | 'SIGNALS_FULL'
  | 'INCOMPATIBLE_FLOW'
  | 'RUN_NOT_FAILED'
  | 'REVERT_NOT_FAILED'
  | 'STALE_RUN'
  | 'APP_STOPPED'
  | 'JOURNAL_FULL'
  | 'RUN_STUCK'
  | 'TASK_SET_MISMATCH'
  | ScheduleCode
  | 'INVALID_LIMIT'
  | BoardCode
  | TransportCode
  | TransactionCode
  | PersistenceCode;

/** Root of everything that flowproof throws. Tell them apart with {@link isFlowproofError}, which works across copies of the package. */
export class FlowproofError<Code extends FlowproofErrorCode = FlowproofErrorCode> extends Error {
  static {
    Object.defineProperty(FlowproofError.prototype, BRAND, { value: true });
  }
  /** Written out in every class, because minifiers rename classes. */
  override readonly name: string = 'FlowproofError';
  /** Where the documentation in the package explains this code; printed beside the code by `console.error(error)`. */
  readonly help: string;
  constructor(
    /** Stable: never renamed within a major version. */
    readonly code: Code,
    message: string,
    options?: { readonly cause?: unknown },
  ) {
    super(message, options);
    this.help = `flowproof/docs/errors.md#${code.toLowerCase()}`;
  }
}

/**
 * Whether `thrown` is an error of flowproof (with this `code`, if given), even when another installed copy made it.
 *
 * @example
 * ```ts
 * import { isFlowproofError } from 'flowproof';
 * const failed: unknown = new Error('x');
 * if (isFlowproofError(failed, 'RUN_CONFLICT')) console.log('choose another run id');
 * ```
 */
export function isFlowproofError<Code extends FlowproofErrorCode = FlowproofErrorCode>(
  thrown: unknown,
  code?: Code,
): thrown is FlowproofError<Code> {
  try {
    // Not `in`: a proxy, such as a mock, may say to have every field.
    if (typeof thrown !== 'object' || thrown === null || (thrown as { readonly [BRAND]?: unknown })[BRAND] !== true) return false;
    return code === undefined || (thrown as { code?: unknown }).code === code;
  } catch {
    // A proxy that refuses to be asked.
    return false;
  }
}
