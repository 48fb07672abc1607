/** Nodes that may fail without failing their flow: what they provide may be absent behind them, and in results. */
import type { Equal } from './equal.js';
import { defineTask, flowproof, graph, linear, memory, type Provides, unordered, use } from './support.js';

const fetch = defineTask({
  name: 'fetch',
  requires: ['url'],
  provides: ['text'],
  execute: async ({ url }: { url: string }) => ({ text: url }),
});
const count = defineTask({
  name: 'count',
  requires: ['text?'],
  provides: ['words'],
  execute: ({ text = '' }: { text?: string }) => ({ words: text.length }),
});
const mail = defineTask({ name: 'mail', requires: ['words'], execute: async (_: { words: number }) => {} });

export const line = linear('line').input<{ url: string }>().add(fetch, { optional: true }).add(count).add(mail, { optional: true }).build();
export const lineGives: Equal<Provides<typeof line>, { text?: string; words: number }> = true;

export const certain = linear('certain').input<{ url: string }>().add(fetch, { optional: false }).build();
export const certainGives: Equal<Provides<typeof certain>, { text: string }> = true;

declare const perhaps: boolean;
export const asked = linear('asked').input<{ url: string }>().add(fetch, { optional: perhaps }).build();
export const askedGives: Equal<Provides<typeof asked>, { text?: string }> = true;

export const renamed = linear('renamed')
  .input<{ link: string }>()
  .add(fetch, { name: 'first', optional: true, rebind: { url: 'link' }, provides: { text: 'page' } })
  .add(count, { rebind: { text: 'page' } })
  .returns('page')
  .build();
export const renamedGives: Equal<Provides<typeof renamed>, { page?: string }> = true;

/** A whole flow. */
const part = linear.open('part').add(fetch).add(count).build();
export const around = linear('around').input<{ url: string }>().add(part, { optional: true }).build();
export const aroundGives: Equal<Provides<typeof around>, { text?: string; words?: number }> = true;

export const beside = unordered('beside')
  .input<{ url: string }>()
  .add(fetch, { optional: true })
  .add(count, { inject: { text: 'x' } })
  .build();
export const besideGives: Equal<Provides<typeof beside>, { text?: string; words: number }> = true;

export const web = graph('web')
  .input<{ url: string }>()
  .add({ fetch: use(fetch, { optional: true }), count })
  .build();
export const webGives: Equal<Provides<typeof web>, { text?: string; words: number }> = true;

export const inBranch = linear('in-branch')
  .input<{ url: string }>()
  .switch('which', ['url'], ({ url }) => (url === '' ? 'none' : 'some'), {
    none: use(fetch, { optional: true }),
    some: fetch,
  })
  .build();
export const branchGives: Equal<Provides<typeof inBranch>, { text?: string }> = true;

export async function told(): Promise<readonly string[]> {
  const app = flowproof({ persistence: memory(), flows: [line, web] });
  const ended = await app.run(line, { inputs: { url: 'x' } });
  if (ended.state !== 'SUCCESS') return [];
  ended.results.text satisfies string | undefined;
  ended.results.words satisfies number;
  return ended.failures.flatMap(({ path, optional }) => (optional ? [path] : []));
}
