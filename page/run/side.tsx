import type { Action } from '../../src/ui/actions/actions.js';
import type { ShownAtom, ShownRun } from '../../src/ui/views/run.js';
import { ACTIONS } from '../parts/actions.js';
import { FailureText, ValueText } from '../parts/shown-value.js';
import { StateBadge } from '../parts/state.js';
import { clockOf, momentOf, took } from '../parts/time.js';

interface SideProps {
  readonly run: ShownRun;
  readonly path: string;
  readonly ask: (action: Action, path: string) => void;
  readonly close: () => void;
}

/** What is known of one task. */
export function Side({ run, path, ask, close }: SideProps) {
  const atom = run.atoms.find((one) => one.path === path);
  if (atom === undefined) return null;
  const {
    state,
    kind,
    executions,
    reversions,
    round,
    turn,
    result,
    failure,
    overcome,
    revertFailure,
    revertResult,
    progressDetails,
    runsOn,
  } = atom;
  return (
    <aside class="sheet side" aria-label={`Details of ${path}`}>
      <div class="head">
        <h2>{path.split('/').at(-1)}</h2>
        <div class="end">
          <button type="button" class="quiet" onClick={close} aria-label="Close the details">
            ×
          </button>
        </div>
      </div>
      <div>
        <StateBadge state={state} /> {kind === 'task' ? null : <span class="chip">{kind}</span>}
        {runsOn === undefined ? null : <span class="chip">on {runsOn}</span>}
      </div>
      <p class="mono small dim">{path}</p>
      <dl class="facts">
        <Fact name="Calls" value={String(executions)} />
        <Fact name="Reverts" value={reversions === 0 ? '' : String(reversions)} />
        <Fact name="Round" value={round > 1 ? String(round) : ''} />
        <Fact name="Try" value={turn > 1 ? String(turn) : ''} />
        <Times name="Execute" from={atom.startedAtMs} to={atom.endedAtMs} />
        <Times name="Revert" from={atom.revertStartedAtMs} to={atom.revertEndedAtMs} />
        <Fact name="Goes on" value={atom.wakeAtMs === undefined ? '' : momentOf(atom.wakeAtMs)} />
      </dl>
      {state === 'REVERT_FAILURE'
        ? (['retryRevert', 'skipRevert'] as const).flatMap((action) =>
            run.actions.includes(action)
              ? [
                  <button key={action} type="button" class={ACTIONS[action].isDangerous ? 'danger' : ''} onClick={() => ask(action, path)}>
                    {ACTIONS[action].button}
                  </button>,
                ]
              : [],
          )
        : null}
      <Failed heading="It failed" failure={failure} />
      <Failed heading="Its revert failed" failure={revertFailure} />
      <Failed heading="It failed before" failure={overcome} />
      <Value heading="It gave" value={result} />
      <Value heading="Its revert gave" value={revertResult} />
      <Value heading="It said with its progress" value={progressDetails} />
    </aside>
  );
}

function Fact({ name, value }: { readonly name: string; readonly value: string }) {
  if (value === '') return null;
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

function Times({ name, from, to }: { readonly name: string; readonly from: number | undefined; readonly to: number | undefined }) {
  if (from === undefined) return null;
  return <Fact name={name} value={`${clockOf(from)}${to === undefined ? '' : `, ${took(to - from)}`}`} />;
}

function Failed({ heading, failure }: { readonly heading: string; readonly failure: ShownAtom['failure'] }) {
  if (failure === undefined) return null;
  return (
    <section class="note tone-bad">
      <div>
        <h3>{heading}</h3>
        <FailureText failure={failure} />
      </div>
    </section>
  );
}

function Value({ heading, value }: { readonly heading: string; readonly value: ShownAtom['result'] }) {
  if (value === undefined) return null;
  return (
    <section>
      <h3>{heading}</h3>
      <ValueText value={value} />
    </section>
  );
}
