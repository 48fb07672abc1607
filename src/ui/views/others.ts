import { systemClock } from '../../model/clock.js';
import type { Asked } from '../base/asked.js';
import { Refusal } from '../base/refusal.js';
import { limitIn, textIn, wrong } from './query.js';

/** `GET …/schedules` */
export async function schedulesView({ app }: Asked): Promise<object> {
  return { nowMs: systemClock.nowMs(), schedules: await app().app.schedules.list() };
}

const JOB_STATES = ['free', 'delayed', 'claimed', 'trashed'] as const;

/** `GET …/board`: what is offered to whoever is free; without what is in the jobs. */
export async function boardView({ app, query }: Asked): Promise<object> {
  const { board } = app().app;
  const [flow, after] = [textIn(query, 'flow'), textIn(query, 'after')];
  const states = (query.get('state') ?? '').split(',').flatMap((state) => {
    const known = JOB_STATES.find((one) => one === state);
    if (state !== '' && known === undefined) throw wrong('state', `one of ${JOB_STATES.join(', ')}`);
    return known ?? [];
  });
  const asked = { limit: limitIn(query), ...(flow && { flow }), ...(after && { after }), ...(states.length === 0 ? {} : { states }) };
  try {
    const [{ jobs, next }, counts, paused] = await Promise.all([board.jobs(asked), board.counts(), board.paused()]);
    const shown = jobs.map(({ job, ...rest }) => ({
      ...rest,
      ...(job && { flow: job.flow, priority: job.priority, postedAtMs: job.postedAtMs }),
    }));
    return { nowMs: systemClock.nowMs(), counts, paused, jobs: shown, ...(next === undefined ? {} : { next }) };
  } catch (error) {
    if (error instanceof TypeError) throw new Refusal(400, 'WRONG_QUERY', error.message);
    throw error;
  }
}

/** `GET …/limits` */
export async function limitsView({ app }: Asked): Promise<object> {
  return { nowMs: systemClock.nowMs(), limits: await app().app.limits.list() };
}
