import { useState } from 'preact/hooks';
import type { About } from '../../src/ui/views/about.js';
import type { StateCounts } from '../../src/ui/views/counts.js';
import type { ListedRuns } from '../../src/ui/views/runs.js';
import { type Address, changed, goTo, linkTo } from '../browser/address.js';
import { useData } from '../data/use-data.js';
import { BulkBar } from '../parts/bulk-bar.js';
import { Nothing, Trouble } from '../parts/notes.js';
import { RunRow } from '../parts/run-row.js';
import { lookOf, Sign } from '../parts/state.js';

const EVERY_MS = 3_000;
const STATES = ['RUNNING', 'PENDING', 'SUSPENDED', 'FAILURE', 'REVERTED', 'CANCELLED', 'SUCCESS'] as const;

interface RunsPageProps {
  readonly about: About;
  readonly app: string;
  readonly address: Address;
}

/** The runs of an app. Which are shown stands in the address. */
export function RunsPage({ about, app, address }: RunsPageProps) {
  const { query } = address;
  const asked = Object.fromEntries(
    ['state', 'flow', 'text', 'logbook', 'metadata', 'ownerless', 'before'].map((name) => [name, query.get(name) ?? undefined]),
  );
  const { value, error, reload } = useData<ListedRuns>(`/apps/${app}/runs`, asked, EVERY_MS);
  const { state: _, text: __, before: ___, ...counting } = asked;
  const counts = useData<StateCounts>(`/apps/${app}/counts`, counting, EVERY_MS);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const flows = about.apps.find(({ name }) => name === app)?.flows ?? [];
  const choose = (id: string): void => {
    const next = new Set(chosen);
    if (!next.delete(id)) next.add(id);
    setChosen(next);
  };
  const [isAll, setAll] = useState(false);
  const chooseNone = (): void => {
    setChosen(new Set());
    setAll(false);
  };
  const { before: _before, ...matching } = asked;
  const isFiltered = Object.values(asked).some((one) => one !== undefined);
  return (
    <>
      <div class="head">
        <h1>Runs</h1>
      </div>
      <nav class="counts" aria-label="Runs by state">
        <a href={changed(address, { state: undefined, before: undefined })} aria-current={asked.state === undefined ? 'true' : undefined}>
          All
        </a>
        {STATES.map((state) => (
          <a key={state} href={changed(address, { state, before: undefined })} aria-current={asked.state === state ? 'true' : undefined}>
            <Sign state={state} />
            {lookOf(state).word} <b>{counted(counts.value?.[state])}</b>
          </a>
        ))}
      </nav>
      <Filters address={address} flows={flows} />
      <Trouble error={error} retry={reload} />
      <section class="sheet" aria-label="Runs, newest first" aria-busy={value === undefined && error === undefined}>
        {value === undefined ? null : value.runs.length === 0 ? (
          <NoRuns isFiltered={isFiltered} app={app} {...(value.searched === undefined ? {} : { searched: value.searched })} />
        ) : (
          <table>
            <thead class="folds">
              <tr>
                {about.role === 'operate' ? (
                  <th class="narrow">
                    <input
                      type="checkbox"
                      aria-label="Choose all on this page"
                      checked={value.runs.every(({ id }) => chosen.has(id))}
                      onChange={({ currentTarget }) => setChosen(new Set(currentTarget.checked ? value.runs.map(({ id }) => id) : []))}
                    />
                  </th>
                ) : null}
                <th>State</th>
                <th>Run</th>
                <th>Flow</th>
                <th>Created</th>
                <th>Belongs to</th>
                <th>Owner</th>
              </tr>
            </thead>
            <tbody>
              {value.runs.map((run) => (
                <RunRow
                  key={run.id}
                  app={app}
                  run={run}
                  nowMs={value.nowMs}
                  {...(about.role === 'operate' ? { isChosen: chosen.has(run.id), choose } : {})}
                />
              ))}
            </tbody>
          </table>
        )}
      </section>
      <div class="pager">
        {asked.before === undefined ? null : (
          <a class="button" href={changed(address, { before: undefined })}>
            Newest
          </a>
        )}
        {value?.next === undefined ? null : (
          <a class="button" href={changed(address, { before: value.next })}>
            Older
          </a>
        )}
        {about.role === 'operate' && value !== undefined && value.runs.length > 0 && !isAll ? (
          <button type="button" onClick={() => setAll(true)}>
            Select all that match
          </button>
        ) : null}
        {value?.searched === undefined ? null : <span class="dim">Looked through {value.searched.toLocaleString('en')} runs.</span>}
      </div>
      {isAll ? (
        <BulkBar
          app={app}
          chosen={{ query: matching, count: asked.text === undefined ? allOf(asked.state, counts.value) : 'matching' }}
          changed={reload}
          close={chooseNone}
        />
      ) : chosen.size > 0 ? (
        <BulkBar app={app} chosen={{ ids: [...chosen] }} changed={reload} close={chooseNone} />
      ) : null}
    </>
  );
}

/** How many match, as far as they were counted. A text is looked for in each of them. */
function allOf(state: string | undefined, counts: StateCounts | undefined): string {
  const states = state === undefined ? STATES : STATES.filter((one) => state.split(',').includes(one));
  const all = states.map((one) => counts?.[one]);
  const count = all.reduce((sum, one) => sum + (one?.count ?? 0), 0);
  return `${count.toLocaleString('en')}${all.some((one) => one?.isMore) ? '+' : ''}`;
}

function counted(of: { readonly count: number; readonly isMore: boolean } | undefined): string {
  return of === undefined ? '' : `${of.count.toLocaleString('en')}${of.isMore ? '+' : ''}`;
}

function NoRuns({ isFiltered, app, searched }: { readonly isFiltered: boolean; readonly app: string; readonly searched?: number }) {
  if (!isFiltered)
    return (
      <Nothing heading="No runs yet">
        <p>
          A run is here as soon as an app begins it: <code>app.start(flow, {'{ id, inputs }'})</code>
        </p>
      </Nothing>
    );
  return (
    <Nothing heading="No matching runs">
      <p>
        {searched === undefined ? 'No run has all of what is chosen above.' : `None of the ${searched} newest runs has this in its id.`}
      </p>
      <a class="button" href={linkTo([app, 'runs'])}>
        Show all runs
      </a>
    </Nothing>
  );
}

function Filters({ address, flows }: { readonly address: Address; readonly flows: readonly string[] }) {
  const { query } = address;
  const set = (name: string) => (event: { readonly currentTarget: { readonly value: string } }) =>
    goTo(changed(address, { [name]: event.currentTarget.value.trim(), before: undefined }), { replace: true });
  const text = (name: string, label: string, hint = '') => (
    <label class={`field${name === 'text' ? ' wide' : ''}`}>
      <span>{label}</span>
      <input type="search" key={query.get(name)} value={query.get(name) ?? ''} placeholder={hint} onChange={set(name)} />
    </label>
  );
  return (
    <form class="filters" onSubmit={(event) => event.preventDefault()}>
      {text('text', 'Search id', 'order-42')}
      {flows.length === 0 ? (
        text('flow', 'Flow')
      ) : (
        <label class="field">
          <span>Flow</span>
          <select value={query.get('flow') ?? ''} onChange={set('flow')}>
            <option value="">All</option>
            {flows.map((flow) => (
              <option key={flow} value={flow}>
                {flow}
              </option>
            ))}
          </select>
        </label>
      )}
      {text('logbook', 'Logbook')}
      {text('metadata', 'Metadata', 'customer=c-7')}
      <label>
        <input
          type="checkbox"
          checked={query.get('ownerless') === 'true'}
          onChange={(event) =>
            goTo(changed(address, { ownerless: event.currentTarget.checked ? 'true' : undefined, before: undefined }), { replace: true })
          }
        />
        without a living process
      </label>
    </form>
  );
}
