import type { AnyFlow } from '../../authoring/index.js';
import { Unfired } from '../../engine/index.js';
import { ScheduleError } from '../../schedules/index.js';

import type { StartedRun } from '../driving/driver.js';
import type { RunHandle } from '../views/run-handle.js';
import type { AppSchedules } from './schedule-info.js';
import type { Scheduler } from './scheduler.js';

/** So often it may fire by itself, or be changed, while an operator asks for a run. */
const MAX_TRIES = 20;

export interface AppSchedulesParts {
  readonly scheduler: Scheduler;
  readonly store: {
    openToWork(): Promise<void>;
    reading<Answer>(read: () => Promise<Answer>): Promise<Answer>;
    writing<Answer>(write: () => Promise<Answer>): Promise<Answer>;
  };
  handle(started: StartedRun): RunHandle<AnyFlow>;
}

export function appSchedulesOf({ scheduler, store, handle }: AppSchedulesParts): AppSchedules {
  const { requests } = scheduler;
  return {
    list: () => store.reading(() => requests.list()),
    pause: (name) => store.writing(() => requests.pause(name)),
    resume: (name) => store.writing(() => requests.resume(name)),
    remove: (name) => store.writing(() => requests.remove(name)),
    async run(name) {
      await store.openToWork();
      return handle(await runNow(name, scheduler));
    },
  };
}

/** @throws ScheduleError `SCHEDULE_NOT_FOUND` */
async function runNow(name: string, scheduler: Scheduler): Promise<StartedRun> {
  const prepared = scheduler.prepared(name);
  if (prepared === undefined)
    throw new ScheduleError(
      'SCHEDULE_NOT_FOUND',
      name,
      'this app does not declare it: ask one that does, as the inputs of its runs are in its code',
    );
  for (let tries = 1; tries <= MAX_TRIES; tries++) {
    const { stored, nowMs } = await scheduler.requests.find(name);
    try {
      const started = await scheduler.fire(prepared, stored, scheduler.nowMs(nowMs));
      if (started !== undefined) return started;
    } catch (error) {
      if (!(error instanceof Unfired)) throw error;
    }
  }
  throw new ScheduleError('SCHEDULE_CONFLICT', name, 'others change it all the time: try again');
}
