// Ways to write tasks that are right as well.
import type { Equal, Expect } from './equal.js';
import {
  type Decision,
  defineTask,
  graph,
  type History,
  linear,
  type Outcome,
  type Provides,
  type Requires,
  Retry,
  Task,
} from './support.js';

@Task({ name: 'place', requires: ['zone?'], provides: ['where'] })
class DefaultInputs {
  execute({ zone = 'nova' }: { zone?: string } = {}) {
    return { where: zone };
  }
}
export const defaulted = linear('defaulted').input<{ zone: string }>().add(DefaultInputs).build();

@Task({ name: 'place', requires: ['zone'], provides: ['where'] })
class OptionalParameters {
  execute({ zone }: { zone: string }) {
    return { where: zone };
  }
  revert(_inputs?: { zone: string }, outcome?: Outcome<OptionalParameters>) {
    if (outcome?.kind === 'result') outcome.result.where.trim();
  }
}
export const optionalParameters = linear('optional-parameters').input<{ zone: string }>().add(OptionalParameters).build();

enum Names {
  Size = 'size',
  Volume = 'volume',
  Flow = 'by-enum',
}
@Task({ name: 'make', requires: [Names.Size], provides: [Names.Volume] })
class ByEnum {
  execute({ size }: { size: number }) {
    return { volume: `${size}` };
  }
}
const show = defineTask({ name: 'show', requires: ['volume'], execute: (_: { volume: string }) => {} });
export const byEnum = linear(Names.Flow).input<{ size: number }>().add(ByEnum).add(show).returns(Names.Volume).build();
export const enumOptions = linear('enum-options')
  .input<{ width: number }>()
  .add(ByEnum, { rebind: { [Names.Size]: 'width' }, provides: { [Names.Volume]: 'made' } })
  .add(ByEnum, { name: 'again', inject: { [Names.Size]: 1 } })
  .when('shown', [Names.Volume], ({ volume }) => volume !== '', show)
  .build();
const SIZE = 'size';
const byConst = defineTask({ name: 'const', requires: [SIZE], execute: ({ [SIZE]: size }: { [SIZE]: number }) => void size.toFixed() });
export const computed = graph('computed')
  .input<{ size: number }>()
  .add({ [Names.Volume]: ByEnum, [SIZE]: byConst })
  .build();

const numbered = defineTask({ name: 'numbered', provides: ['1'], execute: () => ({ 1: 'a' }) });
export const numbers = linear('numbers')
  .add(numbered)
  .add(defineTask({ name: 'n', requires: ['1'], execute: (_: { '1': string }) => {} }))
  .build();

/** Fields that hold functions are called like methods. */
@Task({ name: 'hash', requires: ['path'], provides: ['digest'] })
class Arrows {
  execute = async ({ path }: { path: string }) => ({ digest: path });
  revert = async ({ path }: { path: string }) => void path.trim();
  preExecute = async () => {};
}
@Retry({ name: 'grow', provides: ['size'] })
class ArrowRetry {
  execute = (history: History<{ size: number }>) => ({ size: history.length });
  onFailure = (history: History<{ size: number }>): Decision => (history.length < 3 ? 'RETRY' : 'REVERT');
  revert = async () => {};
}
class Undoable {
  async revert() {}
}
@Task({ name: 'inherited', requires: ['digest'] })
class Inherited extends Undoable {
  async execute(_: { digest: string }) {}
}
export const arrows = linear('arrows').retry(ArrowRetry).input<{ path: string }>().add(Arrows).add(Inherited).add(ByEnum).build();

/** What may be left out is optional for those who read it. */
const look = defineTask({ name: 'look', provides: ['found?', 'tried'], execute: (): { found?: string; tried: number } => ({ tried: 1 }) });
type Either = { kind: 'x'; a: number } | { kind: 'y' };
const either = defineTask({ name: 'either', provides: ['kind', 'a?'], execute: (): Either => ({ kind: 'y' }) });
const reads = defineTask({
  name: 'reads',
  requires: ['found?', 'tried', 'a?'],
  execute: (_: { found?: string; tried: number; a?: number }) => {},
});
export const optionalOutputs = linear('optional-outputs').add(look).add(either).add(reads).build();
export const optionalInGraph = graph('optional-in-graph').add({ reads, look, either }).build();

/** Names that nobody knows are not there, and not taken. */
export const record = linear('record').input<Readonly<Record<string, string>>>().add(DefaultInputs).add(look).build();

/** Erased names on both sides, for flows made from data. */
const given = (outputs: Readonly<Record<string, number>>) =>
  defineTask({ name: 'given', provides: Object.keys(outputs), execute: async () => outputs });
export const fromData = linear
  .dynamic('from-data')
  .add(given({ a: 1 }))
  .build();

/** One of several nodes that are alike. */
const paid = defineTask({
  name: 'paid',
  requires: ['size'],
  provides: ['volume'],
  execute: ({ size }: { size: number }) => ({ volume: `${size}` }),
});
declare const process: { readonly env: { readonly TEST?: string } } | undefined;
const testing = typeof process === 'object' && process.env.TEST === 'never';
export const oneOfTwo = linear('one-of-two')
  .input<{ size: number }>()
  .add(testing ? paid : ByEnum)
  .add(show)
  .build();

export type S = [
  Expect<Equal<Requires<typeof byEnum>, { size: number }>>,
  Expect<Equal<Provides<typeof byEnum>, { volume: string }>>,
  Expect<Equal<Provides<typeof enumOptions>, { made: string; volume: string }>>,
  Expect<Equal<Provides<typeof numbers>, { '1': string }>>,
  Expect<Equal<Provides<typeof optionalOutputs>, { found?: string; tried: number; kind: 'x' | 'y'; a?: number }>>,
  Expect<Equal<Provides<typeof record>, { where: string; found?: string; tried: number }>>,
  Expect<Equal<typeof byEnum.name, Names.Flow>>,
];
