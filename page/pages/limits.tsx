import type { LimitInfo } from '../../src/app/index.js';
import { useData } from '../data/use-data.js';
import { Nothing, Trouble } from '../parts/notes.js';

/** How much may be under way, and how much waits for that. */
export function LimitsPage({ app }: { readonly app: string }) {
  const { value, error, reload } = useData<{ limits: readonly LimitInfo[] }>(`/apps/${app}/limits`, {}, 3_000);
  return (
    <>
      <h1>Limits</h1>
      <Trouble error={error} retry={reload} />
      <div class="sheet">
        {value === undefined ? null : value.limits.length === 0 ? (
          <Nothing heading="No limits">
            <p>
              A flow or task with <code>concurrency</code> or <code>rate</code> is here.
            </p>
          </Nothing>
        ) : (
          <table>
            <thead>
              <tr>
                <th>Limit</th>
                <th class="number">At once</th>
                <th>Rate</th>
                <th class="number">In use</th>
                <th class="number">Waiting</th>
                <th>Counted by</th>
              </tr>
            </thead>
            <tbody>
              {value.limits.map(({ name, concurrency, rate, inUse, waiting, key, changedAtMs }) => (
                <tr key={name}>
                  <td class="mono">
                    {name} {changedAtMs === undefined ? null : <span class="chip">changed by an operator</span>}
                  </td>
                  <td class="number">{concurrency ?? ''}</td>
                  <td>{rate === undefined ? '' : `${rate.limit} in ${rate.perMs} ms`}</td>
                  <td class="number">{inUse}</td>
                  <td class="number">{waiting}</td>
                  <td>{key ?? ''}</td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </div>
    </>
  );
}
