/** Right choices and retries: they compile without casts. */
import type { Equal, Expect } from './equal.js';
import {
  alwaysRevert,
  alwaysRevertAll,
  defineTask,
  forEach,
  forEachOf,
  graph,
  linear,
  type Provides,
  type Requires,
  times,
  use,
} from './support.js';
import { Attach, CreateVolume, type Image, Log, Place, type Volume } from './tasks.js';

export const report = defineTask({
  name: 'report',
  requires: ['volume?', 'place?'],
  provides: ['text'],
  execute: ({ volume, place = 'nowhere' }: { volume?: Volume; place?: string }) => ({ text: `${volume?.id} ${place}` }),
});

/** What may have been skipped goes to optional inputs only. */
export const maybe = linear('maybe')
  .input<{ size: number; image: Image }>()
  .when('if-large', ['size'], ({ size }) => size > 10, CreateVolume)
  .add(report)
  .build();
export type A = Expect<Equal<Provides<typeof maybe>, { volume?: Volume; text: string }>>;

const big = linear.open('big').add(CreateVolume).add(Place).build();
/** What every branch provides is there. */
export const either = linear('either')
  .input<{ size: number; image: Image; ip: string }>()
  .switch('by-size', ['size'], ({ size }) => (size > 10 ? 'large' : 'small'), { large: big, small: CreateVolume })
  .add(Attach)
  .add(report)
  .build();
export type B = Expect<Equal<Provides<typeof either>, { volume: Volume; place?: string; attached: boolean; text: string }>>;

interface Plans {
  readonly plan: 'free' | 'team' | 'company';
}
export const byPlan = linear('by-plan')
  .input<Plans & { size: number }>()
  .switch('plan', ['plan'], ({ plan }) => plan, {
    free: Log,
    team: use(Place, { inject: { zone: 'eu' } }),
    company: use(Place, { rebind: { size: 'size' } }),
  })
  .build();
export type C = Expect<Equal<Provides<typeof byPlan>, { place?: string }>>;

/** In an open flow the branches' needs become needs of the flow, and a choice may stand in a nested flow. */
export const openChoice = linear
  .open('open-choice')
  .add(Place)
  .when('attach', ['place'], ({ place }) => place !== '', Attach)
  .build();
export const outside = graph('outside').input<{ size: number; volume: Volume; ip: string }>().add({ inner: openChoice, log: Log }).build();
export type D = [
  Expect<Equal<Requires<typeof openChoice>, { size: number; zone?: string; volume: Volume; ip: string }>>,
  Expect<Equal<Provides<typeof outside>, { place: string; attached?: boolean }>>,
];

/** An optional value of a nested flow stays optional in the flow around it. */
export const handedOn = graph('handed-on')
  .input<{ size: number; image: Image }>()
  .add({ text: use(report, { provides: { text: 'again' } }), inner: maybe })
  .returns('again')
  .build();

export const regions = linear('regions')
  .retry(forEach('zone', ['eu', 'us']))
  .input<{ size: number }>()
  .add(Place)
  .build();
export const listed = linear('listed')
  .input<{ zones: readonly string[]; size: number }>()
  .retry(forEachOf('zones', 'zone'))
  .add(Place)
  .build();
export const openListed = linear.open('open-listed').retry(forEachOf<'zones', 'zone', string>('zones', 'zone')).add(Place).build();
export type E = [
  Expect<Equal<Provides<typeof regions>, { zone: 'eu' | 'us'; place: string }>>,
  Expect<Equal<Provides<typeof listed>, { zone: string; place: string }>>,
  Expect<Equal<Requires<typeof openListed>, { zones: readonly string[]; size: number }>>,
];
export const never = linear('never').retry(alwaysRevert()).add(linear('inner').retry(alwaysRevertAll()).add(Log).build()).build();

/** What an earlier node of an open flow may have, a later one must have. */
export const firmer = linear
  .open('firmer')
  .add(Place)
  .add(defineTask({ name: 'zoned', requires: ['zone'], provides: ['seen'], execute: ({ zone }: { zone: string }) => ({ seen: zone }) }))
  .build();
export type F = Expect<Equal<Requires<typeof firmer>, { size: number; zone: string }>>;

/** `zone?:` takes a value that is `undefined` now and then; with and without exactOptionalPropertyTypes. */
export const undefinedNow = linear('undefined-now').input<{ size: number; zone: string | undefined }>().retry(times(2)).add(Place).build();
/** And it may not be there at all. */
export const optionalInput = linear('optional-input').input<{ size: number; zone?: string }>().add(Place).build();
