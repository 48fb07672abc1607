import { defineTask, linear, schedule, sleep, type TaskContext, waitFor } from '../../src/index.js';

/** What a task did: in which run, and by which key. */
export interface Done {
  readonly run: string;
  readonly task: string;
  readonly key: string;
}

interface Services {
  readonly done: (done: Done) => void;
}

type Context = TaskContext<Services>;
const act = async (_: {}, { runId: run, path: task, idempotencyKey: key, services }: Context) => services.done({ run, task, key });
const begin = defineTask({ name: 'begin', execute: act });
const end = defineTask({ name: 'end', execute: act });

export const fired = linear('fired').add(begin).add(end).build();
export const heard = linear('heard').add(begin).add(waitFor('go')).add(end).build();
/** It sleeps for longer than an app keeps it. */
export const napped = linear('napped').add(begin).add(sleep(10_100)).add(end).build();
export const flows = [fired, heard, napped] as const;

const DAY_MS = 86_400_000;
/** Due once, when the time of the store is set back for it. */
export const daily = schedule('daily', { flow: fired, everyMs: DAY_MS, overlap: 'allow' });
/** Each second; whatever was missed is caught up. */
export const often = schedule('often', { flow: fired, everyMs: 1_000, overlap: 'allow', catchUp: 'all' });
export const SCHEDULES = { daily, often } as const;
