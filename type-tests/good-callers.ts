/** Who runs flows for others: helpers over flows, lists of them, and `any`. What they can't know is checked at run time. */
import { type AnyFlow, defineTask, type Flow, flowproof, linear, memory, type Persistence, run } from './support.js';

const one = defineTask({ name: 'one', provides: ['v'], execute: () => ({ v: 1 }) });
const flow = linear('flow').add(one).build();
const persistence = memory();
type Any = ReturnType<typeof JSON.parse>;
type Plain = Flow<string, {}, { v: number }, {}>;

export const ran = async <F extends Plain>(some: F) => run(some);
export const ranAny = async (some: Any) => [await run(some), await run(some, { inputs: { size: 1 } })];
export const apps = [
  (some: AnyFlow) => flowproof({ persistence, flows: [some] }),
  (some: AnyFlow[]) => flowproof({ persistence, flows: some }),
  (some: readonly AnyFlow[]) => flowproof({ persistence, flows: some }),
  (some: Any) => flowproof({ persistence, flows: some }),
  (some: Any[]) => flowproof({ persistence, flows: some }),
];
export const appOf = <F extends Plain>(some: F, store: Persistence) => flowproof({ persistence: store, flows: [some] });
const listed = [flow, linear('other').build()] as const;
export const all = flowproof({ persistence, flows: listed });
export async function calls(some: Any): Promise<number> {
  const app = flowproof({ persistence, flows: [flow] });
  await app.run(some);
  await app.run(some, { id: 'r' });
  await all.run(Math.random() > 1 ? listed[0] : listed[1]);
  const result = await app.run(flow, { id: 'r' });
  return result.state === 'SUCCESS' ? result.results.v : 0;
}
type Started = { readonly takeover?: 'force' };
export const goneOnWith = async (some: Any, how: Started) => {
  const app = flowproof({ persistence, flows: [flow] });
  const started = await app.handle(flow, 'r').result();
  const ended = await app.resume(flow, 'r', how);
  const byId = await app.resume('r', how);
  const flows = [started.flow, ended.flow, byId.flow, (await app.rerun(flow, 'r')).flow] satisfies 'flow'[];
  return [flows, await app.resume(some, 'r'), await app.resume(some), app.handle(some, 'r')];
};
export const goneOn = async <F extends Plain>(some: F, store: Persistence) => {
  const app = flowproof({ persistence: store, flows: [some] });
  return [app.handle(some, 'r').id, await app.resume(some, 'r'), await app.rerun(some, 'r'), await app.resume('r')];
};
