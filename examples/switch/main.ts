/**
 * A switch in a graph: the link to `publish` has a decider, which reads what `review` gave. When it says no, `publish` and
 * all that comes after it are skipped, which is no failure: the flow succeeds. So types say that what they provide may be
 * absent.
 */
import { defineTask, flowproof, graph, memory } from 'flowproof';

const review = defineTask({
  name: 'review',
  requires: ['text'],
  provides: ['verdict'],
  execute: async ({ text }: { text: string }) => ({ verdict: text.includes('TODO') ? ('reject' as const) : ('accept' as const) }),
});
const publish = defineTask({
  name: 'publish',
  requires: ['text'],
  provides: ['url'],
  execute: async ({ text }: { text: string }) => ({ url: `https://example.org/${text.length}` }),
});
const announce = defineTask({
  name: 'announce',
  requires: ['url'],
  execute: async ({ url }: { url: string }) => console.log(`  Read this: ${url}`),
});

const article = graph('article')
  .input<{ text: string }>()
  .add({ review, publish, announce })
  .link('review', 'publish', { decider: ({ review }) => review.verdict === 'accept' })
  .build();

await using app = flowproof({ persistence: memory(), flows: [article] });
for (const text of ['Flows, proved.', 'TODO: prove the flows.']) {
  console.log(`"${text}"`);
  const result = await app.run(article, { id: text, inputs: { text } });
  if (result.state === 'SUCCESS') console.log(`  ${result.state}, at ${result.results.url ?? 'no address'}`);
  for (const { path, state } of (await app.inspect(text)).atoms) console.log(`  ${path} ${state}`);
}
