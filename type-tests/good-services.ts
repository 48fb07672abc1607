// Services, as they are written inline.
import { defineTask, flowproof, linear, memory, run, runOrThrow, type TaskContext } from './support.js';

interface Bank {
  pay(): void;
  get(id: string): Promise<string>;
}
const pay = defineTask({ name: 'pay', execute: (_: {}, ctx: TaskContext<{ bank: Bank }>) => ctx.services.bank.pay() });
const flow = linear('pays').add(pay).build();
const bank: Bank = { pay() {}, get: async (id) => id };
const persistence = memory();

/** Methods without return types, and services that no task asks for. */
export const app = flowproof({
  persistence,
  flows: [flow],
  services: {
    bank: {
      pay() {},
      async get(id) {
        return id.trim();
      },
    },
  },
});
export const more = flowproof({
  persistence,
  flows: [flow],
  services: { bank: { pay() {}, get: (id) => Promise.resolve(id) }, other: { go() {} } },
});
export const once = () =>
  run(flow, {
    services: {
      bank: {
        pay() {},
        async get(id) {
          return id;
        },
      },
      other: 1,
    },
  });
export const thrown = () =>
  runOrThrow(flow, {
    services: {
      bank: { pay() {}, get: async (id) => id },
      other() {
        return 1;
      },
    },
  });
export const variable = () => run(flow, { services: { bank } });
const wide = { bank, log: 'x' };
export const held = () => run(flow, { services: wide });
interface Everything {
  bank: Bank;
  log: string;
}
export const typed = (services: Everything) => run(flow, { services });

/** Nothing has to be given where all services are optional. */
const traced = defineTask({
  name: 'traced',
  execute: (_: {}, ctx: TaskContext<{ tracer?: { span(name: string): void } }>) => ctx.services.tracer?.span('x'),
});
const optional = linear('optional').add(traced).build();
export const none = () => run(optional);
export const task = () => run(traced);
export const empty = () => run(optional, { services: {} });
export const some = () => run(optional, { services: { tracer: { span() {} } } });
export const inApp = flowproof({ persistence, flows: [optional] });
export const withOthers = flowproof({ persistence, flows: [optional, flow], services: { bank } });
export const nested = linear('nested').add(optional).build();
export const dynamic = linear.dynamic('dynamic').add(traced).build();
