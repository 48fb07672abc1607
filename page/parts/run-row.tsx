import type { RunInfo } from '../../src/app/index.js';
import { linkTo } from '../browser/address.js';
import { StateBadge } from './state.js';
import { Ago, ago } from './time.js';

interface RunRowProps {
  readonly app: string;
  readonly run: RunInfo;
  readonly nowMs: number;
  readonly isChosen?: boolean;
  readonly choose?: (id: string) => void;
}

/** A run in a list. */
export function RunRow({ app, run, nowMs, isChosen = false, choose }: RunRowProps) {
  const { id, flow, version, state, partial, createdAtMs, logbook, metadata = {} } = run;
  return (
    <tr>
      {choose === undefined ? null : (
        <td class="narrow">
          <input type="checkbox" checked={isChosen} aria-label={`Choose ${id}`} onChange={() => choose(id)} />
        </td>
      )}
      <td>
        <StateBadge state={state} partial={partial === true} />
      </td>
      <td>
        <a class="id" href={linkTo([app, 'run'], { id })} title={id}>
          {id}
        </a>
      </td>
      <td>
        <span class="flow" title={flow}>
          {flow}
        </span>{' '}
        <span class="dim small">v{version}</span>
      </td>
      <td class="time">
        <Ago ms={createdAtMs} nowMs={nowMs} />
      </td>
      <td class="chips">
        {logbook === undefined ? null : (
          <a class="chip" href={linkTo([app, 'runs'], { logbook })} title={`Logbook ${logbook}`}>
            {logbook}
          </a>
        )}{' '}
        {Object.entries(metadata).map(([name, value]) => (
          <a class="chip" key={name} href={linkTo([app, 'runs'], { metadata: `${name}=${value}` })} title={`${name}=${value}`}>
            {name}={value}
          </a>
        ))}
      </td>
      <td class="dim small">{standing(run, nowMs)}</td>
    </tr>
  );
}

/** Who has it, or why nobody does. */
export function standing({ state, owner, asleep, posted }: RunInfo, nowMs: number): string {
  if (owner !== undefined) return `${owner.id.slice(0, 8)}${owner.alive === false ? ', gone' : ''}`;
  if (asleep !== undefined)
    return asleep.untilMs === undefined ? 'asleep, waits for a message' : `asleep, wakes ${ago(asleep.untilMs, nowMs)}`;
  if (posted !== undefined)
    return posted.dueAtMs === undefined
      ? 'left alone'
      : posted.dueAtMs > nowMs
        ? `due ${ago(posted.dueAtMs, nowMs)}`
        : 'waits for a conductor';
  return state === 'RUNNING' ? 'nobody' : '';
}
