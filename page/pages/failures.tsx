import type { ShownFailures } from '../../src/ui/views/failures.js';
import { type Address, linkTo } from '../browser/address.js';
import { useData } from '../data/use-data.js';
import { Nothing, Trouble } from '../parts/notes.js';
import { StateBadge } from '../parts/state.js';
import { Ago } from '../parts/time.js';

const EVERY_MS = 10_000;
const FEW = 5;

/** What fails, and how often: failures that are alike are one row. */
export function FailuresPage({ app, address }: { readonly app: string; readonly address: Address }) {
  const { query } = address;
  const asked = { flow: query.get('flow') ?? undefined, logbook: query.get('logbook') ?? undefined };
  const { value, error, reload } = useData<ShownFailures>(`/apps/${app}/failures`, asked, EVERY_MS);
  return (
    <>
      <div class="head">
        <h1>Failures</h1>
        {value === undefined ? null : (
          <p class="dim">
            of the newest {value.looked} runs that failed{value.isMore ? '; there are older ones' : ''}
          </p>
        )}
      </div>
      <Trouble error={error} retry={reload} />
      <div class="sheet">
        {value === undefined ? null : value.groups.length === 0 ? (
          <Nothing heading="Nothing has failed">
            <p>Failures of runs that ended FAILURE or REVERTED are grouped here: one row for all that are alike.</p>
          </Nothing>
        ) : (
          <table>
            <thead class="folds">
              <tr>
                <th class="number">Runs</th>
                <th>What failed</th>
                <th>Where</th>
                <th>Ended</th>
                <th>Newest</th>
                <th>Such as</th>
              </tr>
            </thead>
            <tbody>
              {value.groups.map(({ fingerprint, flow, count, path, phase, name, code, message, states, newestMs, ids }) => (
                <tr key={`${flow} ${fingerprint}`}>
                  <td class="number">
                    <strong>{count}</strong>
                  </td>
                  <td class="says">
                    <strong>{name}:</strong> {message} {code === undefined ? null : <span class="chip">{code}</span>}
                  </td>
                  <td>
                    <span class="mono small">{path}</span> {phase === 'revert' ? <span class="chip">while it was undone</span> : null}
                  </td>
                  <td class="chips">
                    {Object.keys(states).map((state) => (
                      <StateBadge key={state} state={state} />
                    ))}
                  </td>
                  <td class="time">
                    <Ago ms={newestMs} nowMs={value.nowMs} />
                  </td>
                  <td>
                    <ul>
                      {ids.slice(0, FEW).map((id) => (
                        <li key={id}>
                          <a class="id short" href={linkTo([app, 'run'], { id })} title={id}>
                            {id}
                          </a>
                        </li>
                      ))}
                      {count > FEW ? (
                        <li>
                          <a class="small" href={linkTo([app, 'runs'], { flow, state: 'FAILURE,REVERTED' })}>
                            all of {flow}
                          </a>
                        </li>
                      ) : null}
                    </ul>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </div>
    </>
  );
}
