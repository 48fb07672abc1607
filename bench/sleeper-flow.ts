import { defineTask, linear, sleepUntil, type TaskContext } from 'flowproof';

interface Services {
  woken(run: string, until: number): void;
}

const rise = defineTask({
  name: 'rise',
  requires: ['until'],
  execute: async ({ until }: { until: number }, { runId, services }: TaskContext<Services>) => services.woken(runId, until),
});

/** It sleeps until then, and ends. */
export const napping = linear('napping').input<{ until: number }>().add(sleepUntil('until')).add(rise).build();
