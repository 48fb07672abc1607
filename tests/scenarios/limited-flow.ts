import { setTimeout as sleep } from 'node:timers/promises';
import { defineTask, linear, type TaskContext } from '../../src/index.js';

interface Services {
  begins(id: string, customer: string): Promise<void>;
  ends(id: string): Promise<void>;
}
interface Inputs {
  readonly id: string;
  readonly customer: string;
}

const enter = defineTask({
  name: 'enter',
  requires: ['id', 'customer'],
  async execute({ id, customer }: Inputs, { services }: TaskContext<Services>) {
    await services.begins(id, customer);
    await sleep(10);
  },
});
/** The last thing that a run does: when it counts as over here, it is under way yet for its store. */
const leave = defineTask({
  name: 'leave',
  requires: ['id'],
  execute: ({ id }: Pick<Inputs, 'id'>, { services }: TaskContext<Services>) => services.ends(id),
});

/** Notes in the database which of its runs are under way. */
export const limitedFlow = linear('limited', { concurrency: { limit: 2, key: 'customer' } })
  .input<Inputs>()
  .add(enter)
  .add(leave)
  .build();
