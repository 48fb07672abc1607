/** Values that survive storage, and that readers get with the type that was given. */
import { defineTask, linear } from './support.js';

declare const brand: unique symbol;
type Branded<Base> = Base & { readonly [brand]: 'branded'; readonly __brand: 'branded' };

const give = defineTask({
  name: 'give',
  provides: ['buffer', 'bytes', 'at', 'missing', 'all', 'match', 'id', 'instant', 'tags', 'pair', 'index', 'link', 'rule', 'unique'],
  execute: () => ({
    buffer: Buffer.from('text'),
    bytes: new Uint8Array(2),
    at: new Date(),
    missing: new Error('x') as NodeJS.ErrnoException,
    all: new AggregateError([new RangeError()]),
    match: ['a', 'b'] as readonly string[],
    id: 'i-1' as Branded<string>,
    instant: new Date() as Branded<Date>,
    tags: ['a'] as Branded<string[]>,
    pair: ['a', 1] as const,
    index: new Map([['a', new Set([1n])]]) as ReadonlyMap<string, ReadonlySet<bigint>>,
    link: new URL('https://example.org'),
    rule: /a/g,
    unique: { name: 'a', message: 'b', stack: 'c', items: [1] },
  }),
});
const take = defineTask({
  name: 'take',
  requires: ['buffer', 'at', 'instant', 'missing'],
  execute: ({ buffer, at, instant, missing }: { buffer: Buffer; at: Date; instant: Branded<Date>; missing: NodeJS.ErrnoException }) => {
    buffer.toString('base64');
    return void [at.getTime(), instant.getTime(), missing.code];
  },
});
export const flow = linear('flow').add(give).add(take).build();
