import { setTimeout as sleep } from 'node:timers/promises';
import { defineTask, flowproof, linear, type TaskContext } from 'flowproof';
import { postgres } from 'flowproof/postgres';
import { redis } from 'flowproof/redis';

interface Services {
  readonly say: (what: string) => void;
}
type Context = TaskContext<Services>;

const reserve = defineTask({
  name: 'reserve',
  requires: ['item'],
  execute: async ({ item }: { item: string }, { services }: Context) => services.say(`sets the ${item} aside`),
});
const pack = defineTask({
  name: 'pack',
  requires: ['item'],
  async execute({ item }: { item: string }, { attempt, services }: Context) {
    services.say(attempt === 1 ? `packs the ${item}, which takes a while` : `finds the ${item} half packed, and goes on`);
    // Long enough for somebody to kill this process.
    if (attempt === 1) await sleep(20_000);
  },
});
const ship = defineTask({
  name: 'ship',
  requires: ['item'],
  execute: async ({ item }: { item: string }, { services }: Context) => services.say(`ships the ${item}`),
});

export const order = linear('order').input<{ item: string }>().add(reserve).add(pack).add(ship).build();

/** The app of each process: the same flows, the same store, the same board. The addresses are those of compose.yaml. */
export const appOf = (name: string) =>
  flowproof({
    persistence: postgres(process.env.DATABASE_URL ?? 'postgres://flowproof:flowproof@127.0.0.1:5432/flowproof'),
    board: redis(process.env.REDIS_URL ?? 'redis://127.0.0.1:6379', { prefix: 'three-terminals' }),
    flows: [order],
    leaseMs: 2_000,
    services: { say: (what: string) => console.log(`${name} ${what}`) },
  });
