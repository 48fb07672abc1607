import { setTimeout as wait } from 'node:timers/promises';
import { defineTask, taskSet } from 'flowproof';

/** Does nothing: what it costs to call it is what it takes to reach its worker and come back. */
export const nothing = defineTask({ name: 'nothing', execute: async () => undefined });

/** Waits for something else, as most tasks do. */
export const waiting = defineTask({
  name: 'waiting',
  execute: async () => {
    await wait(20);
  },
});

export default taskSet({ name: 'bench', tasks: [nothing, waiting] });
