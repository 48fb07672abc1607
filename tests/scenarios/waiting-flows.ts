import { z } from 'zod';
import { defineTask, linear, sleepUntil, type TaskContext, waitFor } from '../../src/index.js';

/** What a task did after a wait: in which run, what it heard, by which key, and when. */
export interface Woken {
  readonly run: string;
  readonly task: string;
  readonly heard?: string;
  readonly key: string;
  readonly atMs: number;
}

interface Services {
  readonly woken: (woken: Woken) => void;
}

const rise = defineTask({
  name: 'rise',
  async execute(_: {}, { runId: run, idempotencyKey: key, path: task, services }: TaskContext<Services>) {
    services.woken({ run, task, key, atMs: Date.now() });
  },
});

/** It sleeps, and does one thing. */
export const napping = linear('napping').input<{ until: number }>().add(sleepUntil('until')).add(rise).build();

const write = defineTask({
  name: 'write',
  requires: ['word'],
  async execute({ word: heard }: { word: string }, { runId: run, idempotencyKey: key, path: task, services }: TaskContext<Services>) {
    services.woken({ run, task, heard, key, atMs: Date.now() });
  },
});

/** It writes down three words, one after the other. */
export const WORDS = 3;
export const listening = linear('listening')
  .add(waitFor('word', z.string()), { name: 'first', provides: { word: 'a' } })
  .add(write, { name: 'write-first', rebind: { word: 'a' } })
  .add(waitFor('word', z.string()), { name: 'second', provides: { word: 'b' } })
  .add(write, { name: 'write-second', rebind: { word: 'b' } })
  .add(waitFor('word', z.string()), { name: 'third', provides: { word: 'c' } })
  .add(write, { name: 'write-third', rebind: { word: 'c' } })
  .build();
