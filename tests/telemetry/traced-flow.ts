import { defineTask, linear, type TaskContext } from '../../src/index.js';

/** What its second task does, each process says for itself. */
export interface TracedServices {
  readonly pay: () => Promise<void>;
}

const reserve = defineTask({ name: 'reserve', execute: async () => undefined });
const pay = defineTask({ name: 'pay', execute: (_: {}, { services }: TaskContext<TracedServices>) => services.pay() });
export const order = linear('order').add(reserve).add(pay).build();
