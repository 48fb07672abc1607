import type { StorableValue } from '../words/storable.js';
import type { NotStorable } from './check-results.js';

/** What a run may be given under these names; where something can't be kept, the error that says so. */
export type StorableInputs<Inputs> = {
  readonly [Name in Extract<keyof Inputs, PropertyKey>]?: StorableValue<Inputs[Name], NotStorable<Inputs, Name & string>>;
};

/** `any` may have every value: what the nodes need is taken from it, and is not asked for. */
export type ModeFor<Inputs> = 0 extends 1 & Inputs ? 'open' : 'closed';
