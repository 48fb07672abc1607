/** Right graphs and unordered flows: they compile without casts. */
import type { Equal, Expect } from './equal.js';
import { defineTask, forEach, graph, linear, type Provides, type Requires, type ServicesOf, times, unordered, use } from './support.js';
import { Attach, type Cloud, CreateVolume, FetchImage, type Image, type ImageApi, Log, Place, type Volume } from './tasks.js';

/** Any order in a batch, several batches, tasks and flows. */
export const shuffled = graph('shuffled')
  .input<{ imageId: string; size: number; ip: string }>()
  .retry(times(2))
  .add({ attach: Attach, create: CreateVolume, fetch: FetchImage })
  .add({ log: Log, place: Place })
  .link('attach', 'log')
  .link('log', 'place')
  .build();
export type A = [
  Expect<Equal<Requires<typeof shuffled>, { imageId: string; size: number; ip: string }>>,
  Expect<Equal<Provides<typeof shuffled>, { attached: boolean; volume: Volume; image: Image; place: string }>>,
  Expect<Equal<ServicesOf<typeof shuffled>, { images: ImageApi; cloud: Cloud }>>,
];

export const used = graph('used')
  .input<{ imageId: string; small: number; ip: string }>()
  .add({
    fetch: FetchImage,
    one: use(CreateVolume, { rebind: { size: 'small' } }),
    two: use(CreateVolume, { inject: { size: 10 }, provides: { volume: 'second' } }),
    attach: use(Attach, { rebind: { volume: 'second' } }),
  })
  .returns('second', 'attached')
  .build();
export type B = Expect<Equal<Provides<typeof used>, { second: Volume; attached: boolean }>>;

export const part = graph.open('part').add({ attach: Attach, create: CreateVolume }).build();
export type C = [
  Expect<Equal<Requires<typeof part>, { size: number; image: Image; ip: string }>>,
  Expect<Equal<Provides<typeof part>, { volume: Volume; attached: boolean }>>,
];
export const twoParts = graph('two-parts')
  .input<{ imageId: string; size: number; address: string }>()
  .add({
    left: use(part, { rebind: { ip: 'address' } }),
    right: use(part, { rebind: { ip: 'address' }, provides: { volume: 'other', attached: 'too' } }),
    fetch: FetchImage,
  })
  .build();
export type D = Expect<Equal<Provides<typeof twoParts>, { volume: Volume; attached: boolean; other: Volume; too: boolean; image: Image }>>;

/** What a later node of an open graph must have, an earlier one may have. */
export const firmer = graph
  .open('firmer')
  .add({ place: Place })
  .add({ zoned: defineTask({ name: 'zoned', requires: ['zone'], execute: (_: { zone: string }) => {} }) })
  .build();
export type E = Expect<Equal<Requires<typeof firmer>, { size: number; zone: string }>>;

/** What a decider may skip may be absent: its target, what reads from that, and what is linked after it. */
export const decided = graph('decided')
  .input<{ imageId: string; size: number; ip: string }>()
  .add({ fetch: FetchImage, place: Place, create: CreateVolume, attach: Attach })
  .link('place', 'create', { decider: (history) => history.place.place !== '' })
  .build();
export type F = Expect<Equal<Provides<typeof decided>, { image: Image; place: string; volume?: Volume; attached?: boolean }>>;

export const decidedAtom = graph('decided-atom')
  .input<{ size: number; image: Image; ip: string }>()
  .add({ place: Place, create: CreateVolume, attach: use(Attach, { inject: { volume: { id: 'v', size: 1 } } }), log: Log })
  .link('place', 'create', { decider: ({ place }) => place.place === 'nova/1', depth: 'atom' })
  .link('log', 'create', { decider: (history) => history.place?.place !== 'x', depth: 'atom' })
  .link('create', 'attach')
  .build();
export type G = Expect<Equal<Provides<typeof decidedAtom>, { place: string; volume?: Volume; attached: boolean }>>;

export const side = unordered('side')
  .input<{ imageId: string; size: number }>()
  .add(FetchImage)
  .add(Place)
  .add(Log, { name: 'log' })
  .build();
export type H = Expect<Equal<Provides<typeof side>, { image: Image; place: string }>>;

export const openSide = unordered
  .open('open-side')
  .add(Place)
  .add(FetchImage)
  .add(Place, { name: 'again', provides: { place: 'other' }, rebind: { size: 'width' } })
  .build();
export type I = [
  Expect<Equal<Requires<typeof openSide>, { size: number; zone?: string; imageId: string; width: number }>>,
  Expect<Equal<Provides<typeof openSide>, { place: string; image: Image; other: string }>>,
];

/** Nested in each other, at any depth. */
export const mixed = linear('mixed')
  .input<{ imageId: string; size: number; ip: string }>()
  .add(side)
  .add(
    linear
      .open('deep')
      .add(
        unordered
          .open('deeper')
          .add(graph.open('deepest').add({ create: CreateVolume }).build())
          .build(),
      )
      .build(),
  )
  .add(graph.open('end').add({ attach: Attach, log: Log }).build())
  .build();
export type J = [
  Expect<Equal<Requires<typeof mixed>, { imageId: string; size: number; ip: string }>>,
  Expect<Equal<Provides<typeof mixed>, { image: Image; place: string; volume: Volume; attached: boolean }>>,
];

export const tried = graph('tried')
  .input<{ size: number; image: Image }>()
  .retry(forEach('ip', ['::1', '::2']))
  .add({ attach: Attach, create: CreateVolume })
  .build();
export const triedSide = unordered('tried-side')
  .input<{ size: number }>()
  .retry(forEach('zone', ['a', 'b']))
  .add(Place)
  .build();
export type K = [
  Expect<Equal<Provides<typeof tried>, { ip: '::1' | '::2'; attached: boolean; volume: Volume }>>,
  Expect<Equal<Provides<typeof triedSide>, { zone: 'a' | 'b'; place: string }>>,
];

let grownGraph = graph.dynamic<{ images: ImageApi }>('grown').input(['imageId']);
for (const name of ['a', 'b']) grownGraph = grownGraph.add({ [name]: use(FetchImage, { provides: { image: name } }) });
export const dynamicGraph = grownGraph.link('a', 'b', { decider: (history) => history.a !== undefined, depth: 'flow' }).build();
let grownSide = unordered.dynamic('grown-side');
for (const name of ['a', 'b']) grownSide = grownSide.add(Log, { name });
export const dynamicSide = grownSide.build();

/** Of a target: its own are certain, those of the others and of what is skipped are not; the retry's stays. */
const targets = graph('targets')
  .input<{ imageId: string; size: number }>()
  .retry(forEach('ip', ['::1', '::2']))
  .add({ fetch: FetchImage, create: CreateVolume, attach: Attach, place: Place });
export const targeted = targets.target('create').build();
export const chosen = targets.target('create').returns('volume', 'image').build();
export const skippable = targets
  .link('place', 'fetch', { decider: () => true })
  .target('fetch')
  .build();
export const aimed = graph.dynamic('aimed').add({ log: Log }).target('log').returns().build();
export type L = [
  Expect<Equal<Provides<typeof targeted>, { ip: '::1' | '::2'; volume: Volume; image?: Image; attached?: boolean; place?: string }>>,
  Expect<Equal<Provides<typeof chosen>, { volume: Volume; image?: Image }>>,
  Expect<Equal<Provides<typeof skippable>, { ip: '::1' | '::2'; volume?: Volume; image?: Image; attached?: boolean; place?: string }>>,
  Expect<Equal<Requires<typeof targeted>, { imageId: string; size: number }>>,
];

export const newer = linear('newer', { version: 3, continues: [1, 2] })
  .add(Log)
  .build();
