import { RETRY_NAME, storedFlow } from '../../compilation/index.js';
import { around } from './past.js';
import type { AtomStatus, PastFailure, RunStatus } from './run-status.js';
import { storedSecrets } from './stored-secrets.js';

/**
 * What failed in atoms that another version of the flow does not have: it is still why the run goes back, or ends as it
 * does. Not where a retry is about to try again.
 *
 * @param from per atom of the other version the place that it has in the run so far
 */
export function failuresOfGone(run: RunStatus, from: readonly number[]): readonly PastFailure[] {
  const kept = new Set(from);
  const gone = run.atoms.flatMap((atom, place) => (!kept.has(place) && hasFailed(atom) ? [[atom, place] as const] : []));
  if (gone.length === 0) return [];
  const paths = [...storedFlow(run.manifest).atoms.keys()];
  const secrets = storedSecrets(
    run.manifest,
    paths.map((path) => [path, 'task'] as const),
  );
  const triesAgain = (path: string): boolean =>
    around(path).some((flow) => run.atoms[paths.indexOf(`${flow}/${RETRY_NAME}`)]?.intention === 'RETRY');
  return gone.flatMap(([atom, place]): PastFailure[] => {
    const path = paths[place] ?? `#${place}`;
    const isConfident = secrets?.secretReaders.has(place) === true;
    if (triesAgain(path)) return [];
    const { failure, failedAt, failedExecution, revertFailure, revertFailedAt, reversions } = atom;
    return [
      ...(failure === undefined
        ? []
        : [{ at: failedAt, isConfident, report: { path, phase: 'execute', attempt: failedExecution, failure } as const }]),
      ...(revertFailure === undefined
        ? []
        : [{ at: revertFailedAt, isConfident, report: { path, phase: 'revert', attempt: reversions, failure: revertFailure } as const }]),
    ];
  });
}

function hasFailed({ failure, revertFailure }: AtomStatus): boolean {
  return failure !== undefined || revertFailure !== undefined;
}
