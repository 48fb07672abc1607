import type { ParsesInput } from '../definition/flow.js';
import type { AnyNode, Demands, Gives, Needs } from '../definition/node-types.js';
import type { Parsing, SentenceOfNode, Unchecked } from '../placement/check-add.js';
import type { Conflicts } from '../placement/conflicts.js';
import type { RequiredKeys } from '../words/names.js';
import type { Fits, Listed, Sentence, SentenceWith, Shown, Wrong } from '../words/sentence.js';
import type { IsUnion, Together } from '../words/unions.js';
import type { Unmet } from '../words/unmet.js';
import type { MayBeAbsent, Visible } from '../words/visible-values.js';

/*
 * One batch of a graph: `Ns` maps names to nodes, `Outputs` names of values to all that their provider gives, `Who` to the
 * provider's name. `Given` is `keyof Who`, handed on because TypeScript works out the keys of such a map anew at each
 * mention (measured: 6 times the cost for 100 nodes).
 */

type OutputsIn<Ns> = { -readonly [Id in keyof Ns as keyof Gives<Ns[Id]>]: Gives<Ns[Id]> };
export type ProviderOf<Ns> = { -readonly [Id in keyof Ns as keyof Gives<Ns[Id]>]: Id };

type OutputOf<Outputs, Name> = Outputs extends { readonly [Key in Name & string]: infer All }
  ? Name extends keyof All
    ? All[Name]
    : never
  : never;
type WhoGives<Who, Name> = Name extends string ? (Who extends { readonly [Key in Name]: infer Id } ? Id : never) : never;

type Ambiguous<Who, Given, Name> = Name extends Given ? (IsUnion<WhoGives<Who, Name>> extends true ? Name : never) : never;

/** Node → nodes of the batch from which it reads. */
export type Waits<Ns, Who, Given> = { [Id in keyof Ns]: WhoGives<Who, Extract<keyof Needs<Ns[Id]>, Given>> };

type FreeIn<W, Id, Left> = Id extends keyof W ? ([Extract<W[Id], Left>] extends [never] ? Id : never) : never;
/** Takes nodes away that wait for none of those that are left: what remains is on a cycle or after one. */
type OnCycles<W, Left> = [Left] extends [never]
  ? never
  : FreeIn<W, Left, Left> extends infer Free
    ? [Free] extends [never]
      ? Left
      : OnCycles<W, Exclude<Left, Free>>
    : never;
type WaitedFor<W, Left> = Left extends keyof W ? W[Left] : never;
/** The same from the other end. */
type Before<W, Left> = [Left] extends [never]
  ? never
  : Exclude<Left, WaitedFor<W, Left>> extends infer Last
    ? [Last] extends [never]
      ? Left
      : Before<W, Exclude<Left, Last>>
    : never;
/** Nodes that wait for each other, as far as types know; `compile()` decides (compilation/bind/cycles.ts). Places: compiler/rules/cycle.ts. */
export type CycleIn<W> = Before<W, OnCycles<W, keyof W>>;

type ValueOf<Chunks, Names, Outputs, Given, I, Name extends keyof I> = Name extends Names
  ? Visible<{}, Chunks, Name>
  : Name extends Given
    ? OutputOf<Outputs, Name>
    : I[Name];

/** Whether a value may be absent: its provider may be skipped. */
type MayMiss<Chunks, Names, Outputs, Given, Name> = Name extends Names
  ? MayBeAbsent<{}, Chunks, Name>
  : Name extends Given
    ? Outputs extends { readonly [Key in Name & string]: infer All }
      ? MayBeAbsent<All, [], Name>
      : false
    : false;

type Misfits<Name, I, Chunks, Names, Outputs, Given> = Name extends keyof I
  ? ValueOf<Chunks, Names, Outputs, Given, I, Name> extends I[Name]
    ? never
    : Unchecked<ValueOf<Chunks, Names, Outputs, Given, I, Name>> extends true
      ? never
      : MayMiss<Chunks, Names, Outputs, Given, Name> extends true
        ? Exclude<ValueOf<Chunks, Names, Outputs, Given, I, Name>, undefined> extends I[Name]
          ? never
          : Name
        : Name
  : never;
/** Asks first what the other check knows already. */
type Absent<Name, I, Chunks, Names, Outputs, Given> = Name extends keyof I
  ? undefined extends ValueOf<Chunks, Names, Outputs, Given, I, Name>
    ? MayMiss<Chunks, Names, Outputs, Given, Name> extends true
      ? Name
      : never
    : never
  : never;
type Difference<I, Wrong, Chunks, Names, Outputs, Given> =
  Extract<keyof I, Wrong> extends infer Name extends keyof I
    ? { [Key in Name]-?: { needed: I[Key]; provided: ValueOf<Chunks, Names, Outputs, Given, I, Key> } }
    : never;

type Found<M, Ns, Chunks, Names, Ids, Soft, Outputs, Who, Given, Cycle, Id, Node, I, O, D> = [Exclude<Node, undefined>] extends [AnyNode]
  ? [Extract<Id, Ids>] extends [never]
    ? [Extract<Id, Cycle>] extends [never]
      ? [M extends 'open' ? never : Exclude<RequiredKeys<I>, Names | Given>] extends [never]
        ? [Misfits<keyof I, I, Chunks, Names, Outputs, Given>] extends [never]
          ? [Absent<Exclude<RequiredKeys<I>, Soft>, I, Chunks, Names, Outputs, Given>] extends [never]
            ? [Ambiguous<Who, Given, keyof O>] extends [never]
              ? [Extract<keyof O, Names>] extends [never]
                ? [Extract<keyof D, keyof ParsesInput>] extends [never]
                  ? M extends 'open'
                    ? [Conflicts<Ns, Exclude<keyof I, Names | Given>>] extends [never]
                      ? Fits
                      : 'NEEDS_CONFLICT'
                    : Fits
                  : Parsing<D>
                : 'ALREADY_PROVIDED'
              : 'SEVERAL_PROVIDERS'
            : 'MAYBE_ABSENT'
          : 'WRONG_TYPE'
        : 'NOT_PROVIDED'
      : 'CYCLE'
    : 'DUPLICATE_NODE'
  : 'NOT_A_NODE';

type SentenceOf<Code, F, Ns, Chunks, Names, Soft, Outputs, Who, Given, Cycle, Id, Node, I, O> = Code extends 'NOT_PROVIDED'
  ? Sentence<Code, { flow: F; value: Listed<Exclude<RequiredKeys<I>, Names | Given>> }>
  : Code extends 'WRONG_TYPE'
    ? SentenceWith<
        Code,
        { flow: F; value: Listed<Misfits<keyof I, I, Chunks, Names, Outputs, Given>> },
        Difference<I, Misfits<keyof I, I, Chunks, Names, Outputs, Given>, Chunks, Names, Outputs, Given>
      >
    : Code extends 'MAYBE_ABSENT'
      ? Sentence<Code, { flow: F; value: Listed<Absent<Exclude<RequiredKeys<I>, Soft>, I, Chunks, Names, Outputs, Given>> }>
      : Code extends 'SEVERAL_PROVIDERS'
        ? Sentence<Code, { flow: F; value: Listed<Ambiguous<Who, Given, keyof O>> }>
        : Code extends 'ALREADY_PROVIDED'
          ? Sentence<Code, { flow: F; value: Listed<Extract<keyof O, Names>> }>
          : Code extends 'CYCLE'
            ? Sentence<Code, { flow: F; nodes: Listed<Cycle> }>
            : Code extends 'NEEDS_CONFLICT'
              ? Sentence<Code, { flow: F; value: Listed<Conflicts<Ns, Exclude<keyof I, Names | Given>>> }>
              : SentenceOfNode<Code, F, Id, Node>;

type FoundIn<M, Chunks, Names, Ids, Soft, Ns, Outputs, Who, Given, Cycle> = {
  [Id in keyof Ns]: Found<
    M,
    Ns,
    Chunks,
    Names,
    Ids,
    Soft,
    Outputs,
    Who,
    Given,
    Cycle,
    Id,
    Ns[Id],
    Needs<Ns[Id]>,
    Gives<Ns[Id]>,
    Demands<Ns[Id]>
  >;
};

/** For each node of a batch what is wrong with it. */
export type FoundInBatch<M, Chunks, Names, Ids, Soft, Ns> = FoundIn<
  M,
  Chunks,
  Names,
  Ids,
  Soft,
  Ns,
  OutputsIn<Ns>,
  ProviderOf<Ns>,
  keyof ProviderOf<Ns>,
  CycleIn<Waits<Ns, ProviderOf<Ns>, keyof ProviderOf<Ns>>>
>;

type SentenceOfNodes<F, Chunks, Names, Soft, Ns, Outputs, Who, Given, Cycle, Codes> = {
  [Id in keyof Ns]: Id extends keyof Codes
    ? Codes[Id] extends Wrong
      ? SentenceOf<Codes[Id], F, Ns, Chunks, Names, Soft, Outputs, Who, Given, Cycle, Id, Ns[Id], Needs<Ns[Id]>, Gives<Ns[Id]>>
      : Ns[Id]
    : Ns[Id];
};

/** The batch itself, or the error in the place of each node that causes one. */
export type CheckBatch<Codes, F, Chunks, Names, Soft, Ns> = [
  [Extract<Codes[keyof Codes], Wrong>] extends [never] ? Fits : 'wrong',
] extends [Wrong]
  ? Shown<
      SentenceOfNodes<
        F,
        Chunks,
        Names,
        Soft,
        Ns,
        OutputsIn<Ns>,
        ProviderOf<Ns>,
        keyof ProviderOf<Ns>,
        CycleIn<Waits<Ns, ProviderOf<Ns>, keyof ProviderOf<Ns>>>,
        Codes
      >
    >
  : Ns;

type Single<Outputs> = { [Name in keyof Outputs]: Name extends keyof Outputs[Name] ? Outputs[Name][Name] : never };
type MayMissNames<Outputs> = {
  [Name in keyof Outputs]: undefined extends OutputOf<Outputs, Name>
    ? MayBeAbsent<Outputs[Name], [], Name> extends true
      ? Name
      : never
    : never;
}[keyof Outputs];

/** The values that a batch leaves behind. */
export type BatchOutputs<Ns> = OutputsOf<OutputsIn<Ns>, MayMissNames<OutputsIn<Ns>>>;
type OutputsOf<Outputs, Uncertain> = [Uncertain] extends [never] ? Single<Outputs> : Loosened<Single<Outputs>, Uncertain>;

/** `Values` in which some names may be absent. */
export type Loosened<Values, Uncertain> = { [Name in keyof Values as Name extends Uncertain ? never : Name]: Values[Name] } & {
  [Name in keyof Values as Name extends Uncertain ? Name : never]?: Exclude<Values[Name], undefined>;
};

/** What a batch adds to the requirements of an open graph. */
export type BatchNeeds<M, Chunks, Names, In, Ns> = M extends 'open'
  ? [keyof Ns] extends [never]
    ? {}
    : Together<{ [Id in keyof Ns]: Unmet<M, {}, Chunks, Names | keyof ProviderOf<Ns>, In, Needs<Ns[Id]>> }[keyof Ns]>
  : {};

/** What the nodes of a batch read from `ctx.services`. */
export type BatchDemands<Ns> = [keyof Ns] extends [never] ? {} : Together<{ [Id in keyof Ns]: Demands<Ns[Id]> }[keyof Ns]>;
