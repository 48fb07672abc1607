import { type Semantics, STANDARD } from '../../compilation/index.js';
import type { Failure, FailureReport } from '../../model/failure.js';
import { outOfTimeOfRun } from '../../model/failure.js';
import { maskedFailure } from '../../model/masking.js';
import type { Secrets } from '../../model/secrets.js';
import type { AtomKind, RunState } from '../../model/states.js';
import { ATOM_BEHAVIORS, storedKind } from './atom-behavior.js';
import { shownFailure } from './mask.js';
import { pathOf } from './paths.js';
import { isTakenBack, mayBeUndone, type RunStatus } from './run-status.js';

/** What has to be known of a flow to say what failed in it: a compiled flow, or what the journal says of one. */
export interface FailedFlow {
  readonly atoms: readonly { readonly path: string; readonly kind: AtomKind }[];
  readonly secrets?: Secrets | undefined;
  readonly semantics?: Pick<Semantics, 'failureOf'>;
  /** Nothing is masked, whoever said it. */
  readonly isPlain?: boolean;
}

/**
 * The unresolved failures of a run, in the order in which they were written (D-4); also of atoms that are not in its flow any
 * more.
 *
 * @param reader the atom that is given them: one that knows a secret may read what others that do have said
 */
export function failuresOf(flow: FailedFlow, status: RunStatus, reader?: number): readonly FailureReport[] {
  const secrets = reader !== undefined && flow.secrets?.secretReaders.has(reader) === true ? undefined : flow.secrets;
  const found: { at: number; report: FailureReport }[] = [];
  const { failureOf } = flow.semantics ?? STANDARD;
  const { creation, overdueAt } = status;
  const overdue = overdueAt < 0 ? undefined : outOfTimeOfRun(creation.flow, creation.deadlineMs as number);
  if (overdue !== undefined) {
    found.push({ at: overdueAt, report: { path: creation.flow, phase: 'execute', attempt: 1, failure: overdue } });
  }
  // What was ended for that, and says nothing else, is no failure more.
  const isReported = ({ code, message, cause }: Failure): boolean =>
    overdue !== undefined && code === overdue.code && message === overdue.message && cause === undefined;
  status.atoms.forEach((atom, index) => {
    const path = pathOf(flow, index);
    const failure = failureOf(atom);
    if (failure !== undefined && !isReported(failure)) {
      found.push({
        at: atom.failedAt,
        report: {
          ...{ path, phase: 'execute', attempt: atom.failedExecution, failure: shownFailure(secrets, index, failure) },
          ...(atom.state === 'IGNORE' ? { optional: true } : {}),
        },
      });
    }
    if (atom.revertFailure !== undefined) {
      const failure = shownFailure(secrets, index, atom.revertFailure);
      found.push({ at: atom.revertFailedAt, report: { path, phase: 'revert', attempt: atom.reversions, failure } });
    }
  });
  for (const { at, report, isConfident } of status.pastFailures) {
    if (isReported(report.failure)) continue;
    const isShown = !isConfident || flow.isPlain === true || flow.secrets?.secretReaders.has(reader ?? -1) === true;
    found.push({ at, report: isShown ? report : { ...report, failure: maskedFailure(report.failure) } });
  }
  return found.sort((a, b) => a.at - b.at).map(({ report }) => report);
}

/** Atoms that were done and could not be undone, last first: what an operator has to look at. */
export function pendingReverts(flow: FailedFlow, status: RunStatus): readonly string[] {
  const paths: string[] = [];
  status.atoms.forEach((atom, index) => {
    const { state } = atom;
    const undoable = state === 'REVERT_FAILURE' || ((state === 'SUCCESS' || state === 'FAILURE') && isTakenBack(atom));
    const { kind, path = '' } = flow.atoms[index] ?? {};
    if (undoable && kind !== undefined && ATOM_BEHAVIORS[storedKind(kind)].hasEffects) paths.unshift(path);
  });
  return paths;
}

/** Of a run that was cancelled where it was: something that it has done, or may have done, is left as it is. */
export function leavesDone(
  { atoms: described }: { readonly atoms: readonly { readonly kind: AtomKind }[] },
  { halted, atoms }: Pick<RunStatus, 'halted' | 'atoms'>,
): boolean {
  if (!halted) return false;
  return described.some(({ kind }, index) => mayBeUndone(atoms[index]?.state ?? 'PENDING') && ATOM_BEHAVIORS[storedKind(kind)].hasEffects);
}

/** The state of a run, as lists show it. */
export function stateOf(
  flow: Parameters<typeof leavesDone>[0],
  status: Pick<RunStatus, 'state' | 'halted' | 'atoms'>,
): { readonly state: RunState; readonly partial?: true } {
  const { state } = status;
  return state === 'CANCELLED' && leavesDone(flow, status) ? { state, partial: true } : { state };
}

/** {@link stateOf} for the summary in the store, with `frees` where a run of a flow with limits gives its slot back. */
export function storedStateOf(
  flow: Parameters<typeof leavesDone>[0] & { readonly limits?: object },
  status: Parameters<typeof stateOf>[1],
): ReturnType<typeof stateOf> & { readonly frees?: true } {
  const now = stateOf(flow, status);
  const isUnderWay = now.state === 'RUNNING' || now.state === 'SUSPENDED';
  return flow.limits === undefined || isUnderWay ? now : { ...now, frees: true };
}
