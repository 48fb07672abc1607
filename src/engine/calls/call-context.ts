import type { TaskContext } from '../../authoring/index.js';
import { digest, quickDigest } from '../../model/ids.js';
import { inWords } from '../../model/in-words.js';
import type { TaskDoor } from '../../model/task-door.js';
import type { CallId, CallOutcome } from '../state/protocol.js';
import type { RunStatus } from '../state/run-status.js';
import type { Commitment } from './commitment.js';
import type { Discretion } from './redact-reports.js';

/** How a call reaches back into its run. */
export interface CallDoors {
  finished(outcome: CallOutcome): void;
  /** Only where the store takes part in transactions. */
  readonly commit?: (commitment: Commitment) => void;
  /** Resolves when durable. */
  save(call: CallId, data: unknown): Promise<void>;
  progress(call: CallId, path: string, fraction: number, details?: Readonly<Record<string, unknown>>): void;
  emit(path: string, event: string, data?: unknown): void;
}

/** A task's way into its run that knows when the task's code has ended, and says whether that is news. */
export interface EndingDoor extends TaskDoor {
  close(): boolean;
}

/** What all keys of a run begin with; after a reset, another one. */
export function keySeed(status: RunStatus): string {
  return digest(status.runId, status.incarnation).slice(0, 16);
}

interface ContextParts {
  readonly status: RunStatus;
  readonly seed: string;
  readonly call: CallId;
  readonly path: string;
  readonly signal: AbortSignal;
  readonly services: object;
  readonly saved: unknown;
  readonly doors: CallDoors;
  readonly door: TaskDoor | undefined;
  readonly discretion: Discretion | undefined;
}

/** What a task sees of its run: plain data, so that it can be spread and wrapped. */
export function callContext({
  status,
  seed,
  call,
  path,
  signal,
  services,
  saved,
  doors,
  door,
  discretion,
}: ContextParts): TaskContext<object> {
  const { epoch, creation } = status;
  // Of the work, not of the call: the same for every call of it, forward and back.
  const key = `${seed}${quickDigest(path)}-${call.round}`;
  return {
    services,
    signal,
    runId: creation.key,
    path,
    attempt: call.attempt,
    idempotencyKey: key,
    revertKey: `${key}-revert`,
    fence: epoch,
    saved,
    save: (data: unknown) => doors.save(call, data),
    progress(fraction, details) {
      const told = details === undefined ? undefined : (discretion?.details(details) ?? details);
      doors.progress(call, path, fractionIn(fraction), told);
    },
    emit(event, data?: unknown) {
      if (discretion === undefined) doors.emit(path, nameIn(event), data);
      else doors.emit(path, discretion.text(nameIn(event)), data === undefined ? undefined : discretion.data(data));
    },
    ...(door === undefined ? {} : { '~flowproof': door }),
  };
}

/** Anything can be given in the place of a number or text; to make one of it could call code, or take for ever. */
function fractionIn(given: unknown): number {
  const fraction = typeof given === 'number' || typeof given === 'string' ? Number(given) : 0;
  return Math.min(1, Math.max(0, fraction || 0));
}

function nameIn(given: unknown): string {
  return typeof given === 'string' ? given : inWords(given);
}
