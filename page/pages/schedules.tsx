import { useState } from 'preact/hooks';
import type { ScheduleInfo } from '../../src/app/index.js';
import { goTo, linkTo } from '../browser/address.js';
import { post, Refused } from '../data/api.js';
import { useData } from '../data/use-data.js';
import { Nothing, Trouble } from '../parts/notes.js';
import { Ago, took } from '../parts/time.js';

/** What begins by the clock. */
export function SchedulesPage({ app, mayOperate }: { readonly app: string; readonly mayOperate: boolean }) {
  const { value, error, reload } = useData<{ nowMs: number; schedules: readonly ScheduleInfo[] }>(`/apps/${app}/schedules`, {}, 5_000);
  const [refused, setRefused] = useState<Refused>();
  const ask = async (name: string, action: 'run' | 'pause' | 'resume'): Promise<void> => {
    setRefused(undefined);
    try {
      const { id } = await post<{ id?: string }>(`/apps/${app}/schedule/action`, { name, action });
      if (id === undefined) reload();
      else goTo(linkTo([app, 'run'], { id }));
    } catch (error) {
      if (error instanceof Refused) setRefused(error);
    }
  };
  return (
    <>
      <h1>Schedules</h1>
      <Trouble error={refused ?? error} retry={reload} />
      <div class="sheet">
        {value === undefined ? null : value.schedules.length === 0 ? (
          <Nothing heading="No schedules">
            <p>
              An app that declares one makes it when it starts: <code>flowproof({'{ schedules: [schedule(…)] }'})</code>
            </p>
          </Nothing>
        ) : (
          <table>
            <thead>
              <tr>
                <th>Name</th>
                <th>Flow</th>
                <th>When</th>
                <th>Next</th>
                <th>Last run</th>
                {mayOperate ? <th>Ask</th> : null}
              </tr>
            </thead>
            <tbody>
              {value.schedules.map((one) => (
                <tr key={one.name}>
                  <td>{one.name}</td>
                  <td>{one.flow}</td>
                  <td class="mono">
                    {one.everyMs === undefined ? `${one.cron ?? ''} ${one.timeZone ?? ''}` : `every ${took(one.everyMs)}`}
                  </td>
                  <td class="time">
                    {one.paused ? 'paused' : one.nextAtMs === undefined ? 'never' : <Ago ms={one.nextAtMs} nowMs={value.nowMs} />}
                  </td>
                  <td>
                    {one.lastRunId === undefined ? null : (
                      <a class="id" href={linkTo([app, 'run'], { id: one.lastRunId })}>
                        {one.lastRunId}
                      </a>
                    )}
                  </td>
                  {mayOperate ? (
                    <td class="chips">
                      {one.declared ? (
                        <button type="button" onClick={() => ask(one.name, 'run')}>
                          Run now
                        </button>
                      ) : null}{' '}
                      <button type="button" onClick={() => ask(one.name, one.paused ? 'resume' : 'pause')}>
                        {one.paused ? 'Resume' : 'Pause'}
                      </button>
                    </td>
                  ) : null}
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </div>
    </>
  );
}
