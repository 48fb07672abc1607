import { useState } from 'preact/hooks';
import type { JobInfo } from '../../src/boards/index.js';
import { type Address, changed, linkTo } from '../browser/address.js';
import { post, Refused } from '../data/api.js';
import { useData } from '../data/use-data.js';
import { Nothing, Trouble } from '../parts/notes.js';
import { Ago } from '../parts/time.js';

interface Board {
  readonly nowMs: number;
  readonly counts: Readonly<Record<string, number>>;
  readonly jobs: readonly (Omit<JobInfo, 'job'> & { readonly flow?: string; readonly priority?: number; readonly postedAtMs?: number })[];
  readonly next?: string;
}

const STATES = { free: 'Free', delayed: 'Delayed', claimed: 'Claimed', trashed: 'In the trash' } as const;

/** What is offered to whoever is free. */
export function BoardPage({ app, address, mayOperate }: { readonly app: string; readonly address: Address; readonly mayOperate: boolean }) {
  const state = address.query.get('state') ?? undefined;
  const { value, error, reload } = useData<Board>(`/apps/${app}/board`, { state, after: address.query.get('after') ?? undefined }, 3_000);
  const [refused, setRefused] = useState<Refused>();
  const requeue = async (id: string): Promise<void> => {
    setRefused(undefined);
    try {
      await post(`/apps/${app}/board/requeue`, { id });
    } catch (error) {
      if (error instanceof Refused) setRefused(error);
    }
    reload();
  };
  return (
    <>
      <h1>Board</h1>
      <nav class="counts" aria-label="Jobs by state">
        <a href={changed(address, { state: undefined, after: undefined })} aria-current={state === undefined ? 'true' : undefined}>
          All
        </a>
        {Object.entries(STATES).map(([name, title]) => (
          <a key={name} href={changed(address, { state: name, after: undefined })} aria-current={state === name ? 'true' : undefined}>
            {title} <b>{value?.counts[name] ?? ''}</b>
          </a>
        ))}
      </nav>
      <Trouble error={refused ?? error} retry={reload} />
      <div class="sheet">
        {value === undefined ? null : value.jobs.length === 0 ? (
          <Nothing heading="No jobs">
            <p>
              What is posted waits here for a conductor: <code>app.post(flow, {'{ inputs }'})</code>
            </p>
          </Nothing>
        ) : (
          <table>
            <thead>
              <tr>
                <th>State</th>
                <th>Run</th>
                <th>Flow</th>
                <th>Posted</th>
                <th class="number">Claims</th>
                <th>Why</th>
                {mayOperate ? <th>Ask</th> : null}
              </tr>
            </thead>
            <tbody>
              {value.jobs.map((job) => (
                <tr key={job.id}>
                  <td>{STATES[job.state]}</td>
                  <td>
                    <a class="id" href={linkTo([app, 'run'], { id: job.id })}>
                      {job.id}
                    </a>
                  </td>
                  <td>{job.flow ?? ''}</td>
                  <td class="time">{job.postedAtMs === undefined ? '' : <Ago ms={job.postedAtMs} nowMs={value.nowMs} />}</td>
                  <td class="number">{job.attempts}</td>
                  <td>{job.trashed?.message ?? job.claimedBy ?? ''}</td>
                  {mayOperate ? (
                    <td>
                      {job.state === 'trashed' || job.state === 'delayed' ? (
                        <button type="button" onClick={() => requeue(job.id)}>
                          Requeue
                        </button>
                      ) : null}
                    </td>
                  ) : null}
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </div>
      {value?.next === undefined ? null : (
        <div class="pager">
          <a class="button" href={changed(address, { after: value.next })}>
            More
          </a>
        </div>
      )}
    </>
  );
}
