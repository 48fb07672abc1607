import { defineTask, linear, type TaskContext } from 'flowproof';
import { advance, type Payload } from './steps.js';

/** Told when the task of a job begins. */
export interface JobServices {
  readonly begun: (id: string) => void;
}

const work = defineTask({
  name: 'work',
  requires: ['value'],
  provides: ['next'],
  execute: async ({ value }: { value: Payload }, { runId, services }: TaskContext<JobServices>): Promise<{ next: Payload }> => {
    services.begun(runId);
    return { next: await advance(value) };
  },
});

/** A job of one task, as most are. */
export const job = linear('job').input<{ value: Payload }>().add(work).build();
