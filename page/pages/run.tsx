import { useEffect, useState } from 'preact/hooks';
import type { Action } from '../../src/ui/actions/actions.js';
import type { ShownGraph } from '../../src/ui/views/graphs.js';
import type { ShownRun } from '../../src/ui/views/run.js';
import { type Address, changed, goTo, linkTo } from '../browser/address.js';
import { stateAfter } from '../data/fold.js';
import { useFollowed } from '../data/follow.js';
import { useData } from '../data/use-data.js';
import { ACTIONS } from '../parts/actions.js';
import { Trouble } from '../parts/notes.js';
import { FailureText } from '../parts/shown-value.js';
import { Sign, StateBadge } from '../parts/state.js';
import { Facts } from '../run/facts.js';
import { Graph } from '../run/graph.js';
import { Journal } from '../run/journal.js';
import { ActionDialog } from '../run/run-actions.js';
import { Scrubber } from '../run/scrubber.js';
import { Side } from '../run/side.js';
import { SignalDialog } from '../run/signal-dialog.js';
import { Tasks } from '../run/tasks.js';
import { Timeline } from '../run/timeline.js';
import { Values } from '../run/values.js';
import { Waits } from '../run/waits.js';

const TABS = { graph: 'Graph', timeline: 'Timeline', tasks: 'Tasks', values: 'Values', journal: 'Journal' } as const;
const ENDED: ReadonlySet<string> = new Set(['SUCCESS', 'REVERTED', 'FAILURE', 'CANCELLED']);
const EVERY_MS = 3_000;
/** Shown beside the name of the run; what is asked of one task is beside that. */
const OFFERED: readonly Action[] = ['resume', 'retry', 'suspend', 'cancel', 'halt'];
/** What is wanted more rarely, and forgets what was done. */
const ANEW: readonly Action[] = ['requeue', 'reset'];

interface RunPageProps {
  readonly app: string;
  readonly address: Address;
}

/** One run: how it stands, how it came there, and what can be asked of it. */
export function RunPage({ app, address }: RunPageProps) {
  const id = address.query.get('id') ?? '';
  const tab = Object.keys(TABS).find((one) => one === address.query.get('tab')) ?? 'graph';
  const chosen = address.query.get('task') ?? undefined;
  const followed = useFollowed(app, id);
  const { value: run, error, reload } = useData<ShownRun>(`/apps/${app}/run`, { id }, EVERY_MS);
  const graph = useData<ShownGraph>(tab === 'graph' ? `/apps/${app}/run/graph` : undefined, { id });
  const [at, move] = useState<number>();
  const [name, signal] = useState<string>();
  const [asked, ask] = useState<{ readonly action: Action; readonly path?: string }>();
  const { events } = followed;
  // What was written is shown at once, not when it is looked for next.
  const latest = events.at(-1)?.seq;
  useEffect(() => {
    const timer = setTimeout(reload, 150);
    return () => clearTimeout(timer);
  }, [latest, reload]);
  const choose = (path: string): void => goTo(changed(address, { task: path === chosen ? undefined : path }), { replace: true });
  const stood = stateAfter(events, at ?? events.length);
  const stateOf = (path: string): string => {
    if (at === undefined && events.length === 0) return run?.atoms.find((atom) => atom.path === path)?.state ?? 'PENDING';
    return stood.atoms.get(path)?.state ?? 'PENDING';
  };
  return (
    <>
      <div class="head">
        <p>
          <a href={linkTo([app, 'runs'])}>Runs</a> <span class="dim">/</span>
        </p>
        <h1 class="mono">{id}</h1>
        {run === undefined ? null : <StateBadge state={run.state} partial={run.partial === true} />}
        <div class="end">
          {OFFERED.filter((action) => run?.actions.includes(action)).map((action) => (
            <button key={action} type="button" class={ACTIONS[action].isDangerous ? 'danger' : ''} onClick={() => ask({ action })}>
              {ACTIONS[action].button}
            </button>
          ))}
          <More actions={ANEW.filter((action) => run?.actions.includes(action))} ask={(action) => ask({ action })} />
        </div>
      </div>
      <Trouble error={error} retry={reload} />
      {followed.trouble === undefined || error !== undefined ? null : <p class="note tone-bad">{followed.trouble}</p>}
      {run === undefined ? null : (
        <>
          <Facts app={app} run={run} />
          <div class="notes">
            <Waits waits={run.waits} nowMs={run.nowMs} send={run.known && run.actions.includes('halt') ? signal : undefined} />
            <Failures run={run} choose={choose} />
          </div>
          <nav class="tabs" aria-label="What of the run is shown">
            {Object.entries(TABS).map(([name, title]) => (
              <a
                key={name}
                href={changed(address, { tab: name === 'graph' ? undefined : name })}
                aria-current={name === tab ? 'page' : undefined}
              >
                {title}
              </a>
            ))}
          </nav>
          <div class={chosen === undefined ? '' : 'beside'}>
            <div>
              {tab === 'graph' ? (
                <div class="sheet">
                  <Trouble error={graph.error} retry={graph.reload} />
                  {graph.value === undefined ? null : <Graph graph={graph.value} stateOf={stateOf} chosen={chosen} choose={choose} />}
                  <Scrubber events={events} at={at} move={move} />
                </div>
              ) : null}
              {tab === 'timeline' ? <Timeline events={events} nowMs={run.nowMs} hasEnded={ENDED.has(run.state)} choose={choose} /> : null}
              {tab === 'tasks' ? <Tasks run={run} choose={choose} /> : null}
              {tab === 'values' ? <Values run={run} /> : null}
              {tab === 'journal' ? <Journal events={events} /> : null}
            </div>
            {chosen === undefined ? null : (
              <Side run={run} path={chosen} close={() => choose(chosen)} ask={(action, path) => ask({ action, path })} />
            )}
          </div>
        </>
      )}
      {name === undefined ? null : <SignalDialog app={app} id={id} name={name} close={() => signal(undefined)} done={reload} />}
      {asked === undefined ? null : (
        <ActionDialog app={app} id={id} action={asked.action} path={asked.path} close={() => ask(undefined)} done={reload} />
      )}
    </>
  );
}

function More({ actions, ask }: { readonly actions: readonly Action[]; readonly ask: (action: Action) => void }) {
  if (actions.length === 0) return null;
  return (
    <details class="more">
      <summary class="button">More</summary>
      <div class="menu">
        {actions.map((action) => (
          <button key={action} type="button" class="quiet danger" onClick={() => ask(action)}>
            {ACTIONS[action].button}
          </button>
        ))}
      </div>
    </details>
  );
}

function Failures({ run, choose }: { readonly run: ShownRun; readonly choose: (path: string) => void }) {
  if (run.failures.length === 0) return null;
  return (
    <section class="note tone-bad" aria-label="What failed">
      <Sign state="FAILURE" />
      <div>
        <h2>What failed</h2>
        {run.failures.map(({ path, phase, attempt, optional, failure }) => (
          <div key={`${path} ${phase} ${attempt}`}>
            <button type="button" class="link mono" onClick={() => choose(path)}>
              {path}
            </button>{' '}
            <span class="dim small">
              {phase === 'revert' ? 'while it was undone, ' : ''}attempt {attempt}
              {optional ? ', optional: the run went on' : ''}
            </span>
            <FailureText failure={failure} />
          </div>
        ))}
      </div>
    </section>
  );
}
