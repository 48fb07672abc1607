/** Right programs: they compile without casts. */

import type { Equal, Expect } from './equal.js';
import { defineTask, type Flow, linear, type Provides, type Requires, type ServicesOf, Task, type TaskContext, times } from './support.js';
import { Attach, type Cloud, CreateVolume, FetchImage, type Image, type ImageApi, Log, Place, Unmarked, type Volume } from './tasks.js';

export const provision = linear('provision', { version: 1 })
  .input<{ imageId: string; size: number }>()
  .retry(times(3))
  .add(FetchImage)
  .add(CreateVolume)
  .build();
export type A = [
  Expect<Equal<Requires<typeof provision>, { imageId: string; size: number }>>,
  Expect<Equal<ServicesOf<typeof provision>, { images: ImageApi; cloud: Cloud }>>,
];

export const options = linear('options')
  .input<{ imageId: string; size: number }>()
  .add(FetchImage)
  .add(CreateVolume)
  .add(CreateVolume, { name: 'backup', inject: { size: 10 }, provides: { volume: 'second' } })
  .add(Attach, { rebind: { volume: 'second' }, inject: { ip: '::1' } })
  .add(Log)
  .returns('attached')
  .build();
export type B = Expect<Equal<Provides<typeof options>, { attached: boolean }>>;

export const unmarked = linear('unmarked')
  .input<{ size: number }>()
  .add(Unmarked)
  .add(Unmarked, { name: 'again', provides: { done: 'twice' }, override: true })
  .build();

export const part = linear.open('part').add(CreateVolume).add(Attach).add(Place).build();
export type C = [
  Expect<Equal<Requires<typeof part>, { size: number; image: Image; ip: string; zone?: string }>>,
  Expect<Equal<Provides<typeof part>, { volume: Volume; attached: boolean; place: string }>>,
];

export const nested = linear('nested')
  .retry(times(2))
  .input<{ imageId: string; size: number; address: string }>()
  .add(FetchImage)
  .add(part, { rebind: { ip: 'address' }, provides: { volume: 'disk' } })
  .add(Attach, { rebind: { volume: 'disk', ip: 'address' }, provides: { attached: 'again' } })
  .build();
export type D = Expect<Equal<Provides<typeof nested>['disk'], Volume>>;

export const replaced = linear('replaced')
  .input<{ imageId: string; size: number }>()
  .add(FetchImage)
  .add(FetchImage, { name: 'newer', override: true })
  .add(CreateVolume)
  .returns()
  .build();
export type E = Expect<Equal<Provides<typeof replaced>, {}>>;

/** An overridden input becomes an output. */
@Task({ requires: ['size'], provides: ['size'] })
class Double {
  execute({ size }: { size: number }) {
    return { size: size * 2 };
  }
}
export const doubled = linear('doubled').input<{ size: number }>().add(Double, { override: true }).build();
export type F = Expect<Equal<Provides<typeof doubled>, { size: number }>>;

export const twin = defineTask({
  name: 'create-volume',
  requires: ['size', 'image', 'zone?'],
  provides: ['volume'],
  keeps: ['undoToken'],
  revertRequires: ['quota'],
  execute: async ({ size, image }: { size: number; image: Image; zone?: string }, ctx: TaskContext<{ cloud: Cloud }>) =>
    ctx.services.cloud.createVolume({ size, image, key: ctx.idempotencyKey }),
  revert: async ({ quota }: { size: number; quota: number }, outcome, ctx: TaskContext<{ images: ImageApi }>) => {
    if (outcome.kind === 'result') await ctx.services.images.get(outcome.result.undoToken + quota);
  },
});
export const withTwin = linear.open('with-twin').add(twin).build();
export type G = [
  Expect<Equal<Requires<typeof withTwin>, { size: number; image: Image; zone?: string; quota: number }>>,
  Expect<Equal<Provides<typeof withTwin>, { volume: Volume }>>,
  Expect<Equal<ServicesOf<typeof withTwin>, { cloud: Cloud; images: ImageApi }>>,
];

export const shout = defineTask({
  name: 'shout',
  requires: ['text'],
  provides: ['loud'],
  execute({ text }: { text: string }) {
    return { loud: text.toUpperCase() };
  },
});
export const nothing = defineTask({ name: 'nothing', execute: () => {} });
export const shouted = linear('shouted').input<{ text: string }>().add(shout).add(nothing).build();

/** A flow that needs less stands where one that needs more is expected. */
export const wide: Flow<string, { text: string; more: number }, { loud: string }, { images: ImageApi }> = shouted;

const base = linear('loop').input<{ text: string }>();
export const two = [base.add(shout).build(), base.add(nothing).build()] as const;

let grown = linear.dynamic<{ images: ImageApi }>('grown').input(['imageId']);
for (const name of ['a', 'b']) grown = grown.add(FetchImage, { name, provides: { image: name } });
export const dynamic = grown.build();

class Made {
  constructor(readonly url: string) {}
  execute() {}
}
Task()(Made);
export const made = linear('made').add(Made).build();
