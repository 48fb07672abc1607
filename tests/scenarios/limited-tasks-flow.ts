import { setTimeout as sleep } from 'node:timers/promises';
import { defineTask, type TaskContext, times, unordered } from '../../src/index.js';

interface Services {
  begins(id: string, tenant: string): Promise<void>;
  ends(id: string): Promise<void>;
}
interface Inputs {
  readonly id: string;
  readonly tenant: string;
  readonly part: string;
}

/** Says in the database when it is under way; fails now and then, and is tried again. */
const callPartner = defineTask({
  name: 'call-partner',
  requires: ['id', 'tenant', 'part'],
  concurrency: { limit: 2, key: 'tenant' },
  retry: times(3, { backoff: { delayMs: 5 } }),
  async execute({ id, tenant, part }: Inputs, { services, turn }: TaskContext<Services>) {
    await services.begins(`${id}.${part}`, tenant);
    await sleep(10);
    await services.ends(`${id}.${part}`);
    if (part === 'one' && turn === 1) throw new Error('the partner is busy');
  },
});

/** Two calls of a run may be under way at once, and two of a tenant. */
export const partnerFlow = unordered('partner')
  .input<{ id: string; tenant: string }>()
  .add(callPartner, { name: 'one', inject: { part: 'one' } })
  .add(callPartner, { name: 'two', inject: { part: 'two' } })
  .build();
