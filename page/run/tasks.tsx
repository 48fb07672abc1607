import type { ShownAtom, ShownRun } from '../../src/ui/views/run.js';
import { StateBadge } from '../parts/state.js';
import { took } from '../parts/time.js';

/** All tasks, waits and retries of a run, in the order of their definition. */
export function Tasks({ run, choose }: { readonly run: ShownRun; readonly choose: (path: string) => void }) {
  return (
    <div class="sheet">
      <table>
        <thead>
          <tr>
            <th>State</th>
            <th>Task</th>
            <th class="number">Calls</th>
            <th class="number">Reverts</th>
            <th class="number">Took</th>
            <th>Says</th>
          </tr>
        </thead>
        <tbody>
          {run.atoms.map((atom) => (
            <tr key={`${atom.kind} ${atom.path}`}>
              <td>
                <StateBadge state={atom.state} />
              </td>
              <td>
                <button type="button" class="link mono" onClick={() => choose(atom.path)}>
                  {atom.path}
                </button>
                {atom.kind === 'task' ? null : <span class="chip">{atom.kind}</span>}
              </td>
              <td class="number">{atom.executions}</td>
              <td class="number">{atom.reversions}</td>
              <td class="number">{durationOf(atom)}</td>
              <td>{saysOf(atom)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {run.moreAtoms === undefined ? null : <p class="dim small">and {run.moreAtoms.toLocaleString('en')} more</p>}
    </div>
  );
}

function durationOf({ startedAtMs, endedAtMs }: ShownAtom): string {
  return startedAtMs === undefined || endedAtMs === undefined ? '' : took(endedAtMs - startedAtMs);
}

function saysOf({ failure, revertFailure, state, progress }: ShownAtom): string {
  if (revertFailure !== undefined) return `revert: ${revertFailure.message}`;
  if (failure !== undefined) return failure.message;
  return state === 'RUNNING' && progress > 0 ? `${Math.floor(progress * 100)} %` : '';
}
