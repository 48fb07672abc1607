/** Flows made from data: args, services and results are inferred; the app knows the flows of its factories. */
import type { Equal } from './equal.js';
import { type AnyFlow, type App, defineTask, type Flow, factory, flowproof, linear, memory } from './support.js';

const persistence = memory();
const empty = linear('empty').build();
const copy = defineTask({
  name: 'copy',
  requires: ['table', 'limit'],
  provides: ['rows'],
  execute: ({ table, limit }: { table: string; limit: number }, { services }: { services: { db: { copy(table: string): number } } }) => ({
    rows: services.db.copy(table) * limit,
  }),
});

export const one = factory('one', ({ table }: { table: string }) =>
  linear('one').input<{ limit: number }>().add(copy, { inject: { table } }).build(),
);
/** A loop has no name in types: it gets that of the factory. */
export const many = factory('many', function build(args: { readonly tables: readonly string[]; readonly since?: Date }) {
  let flow = linear.dynamic<{ db: { copy(table: string): number } }>('many');
  for (const table of args.tables) flow = flow.add(copy, { name: `copy-${table}`, inject: { table, limit: 1 } });
  return flow.build();
});
export const whole = factory('whole', (args?: { dry: boolean }) =>
  linear('whole')
    .add(copy, { inject: { table: `${args?.dry}`, limit: 1 } })
    .build(),
);

const services = { db: { copy: (table: string) => table.length } };
const app = flowproof({ persistence, flows: [empty, one, many, whole], services });

export async function runs(): Promise<void> {
  const ended = await app.run(one({ table: 'orders' }), { inputs: { limit: 1 } });
  if (ended.state === 'SUCCESS') ended.results.rows satisfies number;
  const name: 'one' = ended.flow;
  const loop = await app.run(many({ tables: [name] }));
  loop.flow satisfies 'many';
  await app.run(whole());
  await app.run(whole({ dry: true }), { id: 'w' });
  await app.run(empty);
  const any = await app.handle('x').result();
  any.flow satisfies 'empty' | 'one' | 'many' | 'whole';
  if (any.flow === 'one' && any.state === 'SUCCESS') any.results.rows satisfies number;
  const handle = await app.handle(one, 'x').result();
  const same: Equal<typeof handle, typeof ended> = true;
  const resumed = await app.resume(one, 'x');
  const again = await app.resume(one({ table: 'orders' }), 'x');
  const rerun = await app.rerun(one, 'x');
  const all: Equal<[typeof resumed, typeof again, typeof rerun], [typeof ended, typeof ended, typeof ended]> = same;
  await app.engine(one({ table: 'x' }), { inputs: { limit: all ? 1 : 2 } }).run();
}

/** What others make of apps goes on to compile. */
export const typed: App<readonly [typeof empty]> = flowproof({ persistence, flows: [empty] });
export function generic<Fs extends readonly AnyFlow[]>(of: App<Fs>, id: string): readonly string[] {
  return [...of.flows, of.handle(id).id];
}
export const flowOfFactory: Flow<'one', { limit: number }, { rows: number }, { db: { copy(table: string): number } }> = one({ table: 'x' });
