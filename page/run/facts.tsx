import type { ShownRun } from '../../src/ui/views/run.js';
import { linkTo } from '../browser/address.js';
import { standing } from '../parts/run-row.js';
import { Ago, momentOf, took } from '../parts/time.js';

/** What a run is, in a few words. */
export function Facts({ app, run }: { readonly app: string; readonly run: ShownRun }) {
  const { flow, version, createdAtMs, startedAtMs, endedAtMs, deadlineAtMs, nowMs, reason, logbook, metadata = {}, priority } = run;
  const owner = standing(run, nowMs);
  return (
    <dl class="facts">
      <div>
        <dt>Flow</dt>
        <dd>
          <a href={linkTo([app, 'runs'], { flow })}>{flow}</a> <span class="dim">version {version}</span>
        </dd>
      </div>
      <div>
        <dt>Created</dt>
        <dd>
          <Ago ms={createdAtMs} nowMs={nowMs} />
        </dd>
      </div>
      {startedAtMs === undefined ? null : (
        <div>
          <dt>{endedAtMs === undefined ? 'Running for' : 'Took'}</dt>
          <dd title={`from ${momentOf(startedAtMs)}${endedAtMs === undefined ? '' : ` to ${momentOf(endedAtMs)}`}`}>
            {took((endedAtMs ?? nowMs) - startedAtMs)}
          </dd>
        </div>
      )}
      <Fact name="Has to be done" value={deadlineAtMs === undefined ? '' : momentOf(deadlineAtMs)} />
      <Fact name="Owner" value={owner} />
      <Fact name="Reason" value={reason ?? ''} />
      <Fact name="Priority" value={priority === undefined ? '' : String(priority)} />
      <Fact name="Logbook" value={logbook ?? ''} />
      {Object.entries(metadata).map(([name, value]) => (
        <Fact key={name} name={name} value={value} />
      ))}
    </dl>
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
