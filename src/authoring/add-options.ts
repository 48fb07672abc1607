import type { Sentence } from './sentence.js';
import type { ValueName } from './value-names.js';

/** Completes the keys in editors; says nothing about values. */
type Hint<Values> = { readonly [Name in keyof Values]?: unknown };

/** Completes the names of visible values, and takes any text: the sentence says more than a list of names. */
type ValueHint<I, Names> = { readonly [Name in keyof I]?: (Names & string) | (string & {}) };

type KnownValues<Flow, Chosen, I, Names> = {
  readonly [Name in keyof Chosen]: Name extends keyof I
    ? Chosen[Name] extends Names
      ? unknown
      : Sentence<'MISSING_VALUE', { flow: Flow; value: Chosen[Name] }>
    : Sentence<'UNKNOWN_INPUT', { value: Name; option: 'rebind' }>;
};

type KnownInputs<Chosen, I> = {
  readonly [Name in keyof Chosen]: Name extends keyof I
    ? unknown
    : string extends Name
      ? unknown
      : Sentence<'UNKNOWN_INPUT', { value: Name; option: 'inject' }>;
};

type KnownOutputs<Chosen, O> = {
  readonly [Name in keyof Chosen]: Name extends keyof O
    ? unknown
    : string extends Name
      ? unknown
      : Sentence<'UNKNOWN_OUTPUT', { value: Name }>;
};

/** Under which names a node reads and leaves values. */
export interface RenameOptions<Flow, I, O, Names, Rebind, Inject, Rename> {
  /** input → name of the value that it reads */
  readonly rebind?: Rebind & ValueHint<I, Names> & KnownValues<Flow, Rebind, I, Names>;
  /** input → constant; nothing else needs to provide it then */
  readonly inject?: Inject & Hint<I> & KnownInputs<Inject, I>;
  /** output → name that it has in this flow */
  readonly provides?: Rename & Hint<O> & KnownOutputs<Rename, O> & { readonly [Name in keyof Rename]: ValueName<Rename[Name]> };
}

/** How a node is placed in a flow. */
export interface AddOptions<Flow, I, O, Names, Ids, Name, Rebind, Inject, Rename, Override>
  extends RenameOptions<Flow, I, O, Names, Rebind, Inject, Rename> {
  /** The node's name, unique among its siblings. Default: the task's or the flow's. */
  readonly name?: Name & ([Extract<Name, Ids>] extends [never] ? unknown : Sentence<'DUPLICATE_NODE', { flow: Flow; node: Name }>);
  /** `true`: outputs may replace values of the same name, for the nodes that follow. Default `false`. */
  readonly override?: Override;
}

/** What a node needs under the names of the flow: rebound inputs renamed, injected ones gone. */
export type PlacedNeeds<I, Rebind, Inject> = [keyof Rebind | keyof Inject] extends [never]
  ? I
  : {
      [Name in keyof I as Name extends keyof Inject ? never : Name extends keyof Rebind ? Rebind[Name] & string : Name]: I[Name];
    };

/** What a node gives under the names of the flow. */
export type PlacedGifts<O, Rename> = [keyof Rename] extends [never]
  ? O
  : { [Name in keyof O as Name extends keyof Rename ? Rename[Name] & string : Name]: O[Name] };
