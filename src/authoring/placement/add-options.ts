import type { AnyFlow } from '../definition/flow.js';
import type { TaskLimiting, TaskLimitKey } from '../definition/limits.js';
import type { Named, RequiredKeys } from '../words/names.js';
import type { Fits, Sentence } from '../words/sentence.js';
import type { StorableValue } from '../words/storable.js';
import type { ValueName } from '../words/value-names.js';
import type { ImpossibleIn } from './check-add.js';
import type { TaskTuning } from './tuning.js';

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

type KnownInputs<Chosen, I, Rebind> = {
  readonly [Name in keyof Chosen]: Name extends keyof I
    ? Name extends keyof Rebind
      ? Sentence<'REBOUND_AND_INJECTED', { value: Name }>
      : StorableValue<Chosen[Name], Sentence<'NOT_STORABLE', { path: Name; reason: 'it holds what does not survive' }>>
    : string extends Name
      ? unknown
      : Sentence<'UNKNOWN_INPUT', { value: Name; option: 'inject' }>;
};

/** Names of the other outputs of a node, as they are in the flow. */
type OtherOutputs<Chosen, O, Name> = {
  [Other in keyof O]: Other extends Name ? never : Other extends keyof Chosen ? Chosen[Other] : Other;
}[keyof O];

type KnownOutputs<Chosen, O> = {
  readonly [Name in keyof Chosen]: Name extends keyof O
    ? Chosen[Name] extends OtherOutputs<Chosen, Named<O>, Name>
      ? string extends Chosen[Name]
        ? unknown
        : Sentence<'OUTPUTS_ALIKE', { value: Chosen[Name] }>
      : unknown
    : string extends Name
      ? unknown
      : Sentence<'UNKNOWN_OUTPUT', { value: Name }>;
};

/** Under which names a node reads and leaves values. */
export interface RenameOptions<Flow, I, O, Names, Rebind, Inject, Rename> {
  /** input → name of the value that it reads */
  readonly rebind?: Rebind & ValueHint<I, Names> & KnownValues<Flow, Rebind, I, Names>;
  /** input → constant; nothing else needs to provide it then */
  readonly inject?: Inject & Hint<I> & KnownInputs<Inject, I, Rebind>;
  /** output → name that it has in this flow */
  readonly provides?: Rename & Hint<O> & KnownOutputs<Rename, O> & { readonly [Name in keyof Rename]: ValueName<Rename[Name]> };
}

/** What becomes of a flow when a node of it fails. */
export interface TolerantOptions<Optional> {
  /**
   * `true`: it may fail without failing its flow. What was done of it is undone then (`revert` gets the failure), and the run
   * goes on without it; what it provides may be absent, and a run that succeeds tells its `failures`. Default `false`.
   */
  readonly optional?: Optional;
}

/** An option of tasks; of a flow each of its tasks has its own. */
type OfTask<N, Option extends keyof TaskTuning | 'concurrency' | 'rate'> = [N] extends [AnyFlow]
  ? Sentence<'TUNING_UNFIT', { node: '…'; option: Option; reason: 'it is a flow, and each of its tasks has its own' }>
  : Option extends keyof TaskTuning
    ? TaskTuning[Option]
    : never;

/** The same of what bounds its calls. */
type OfLimitedTask<N, I, Option extends 'concurrency' | 'rate'> = [N] extends [AnyFlow]
  ? OfTask<N, Option>
  : TaskLimiting<TaskLimitKey<RequiredKeys<I>, I>>[Option];

/** How a node is called: see {@link TaskTuning}. Each type is worked out where its option is given. */
export interface TuningOptions<N, I> {
  /** How many calls of the task may be under way at once, over all processes, instead of what it says itself; `Infinity`: any number. */
  readonly concurrency?: OfLimitedTask<N, I, 'concurrency'>;
  /** How many calls of the task may begin within a time, over all processes, instead of what it says itself. */
  readonly rate?: OfLimitedTask<N, I, 'rate'>;
  /** How often the task is called when it fails, instead of what it says itself. */
  readonly retry?: OfTask<N, 'retry'>;
  /** Whether to call it again after this failure, instead of what it says itself. */
  readonly retryIf?: OfTask<N, 'retryIf'>;
  /** How long one call of the task may take, in milliseconds, instead of what it says itself; `Infinity`: as long as it likes. */
  readonly timeoutMs?: OfTask<N, 'timeoutMs'>;
  /** For how long a call of the task may say nothing, in milliseconds, instead of what it says itself; `Infinity`: any time. */
  readonly heartbeatMs?: OfTask<N, 'heartbeatMs'>;
  /** How long all calls of one piece of work may take, in milliseconds, instead of what the task says itself; `Infinity`: as long as they like. */
  readonly deadlineMs?: OfTask<N, 'deadlineMs'>;
  /** Name of the executor of the app that calls the task, instead of what it says itself. */
  readonly runsOn?: OfTask<N, 'runsOn'>;
}

/** How a node is placed in a flow. */
export interface AddOptions<N, Flow, I, O, Names, Ids, Name, Rebind, Inject, Rename, Override, Optional>
  extends RenameOptions<Flow, I, O, Names, Rebind, Inject, Rename>,
    TolerantOptions<Optional>,
    TuningOptions<N, I> {
  /** The node's name, unique among its siblings. Default: the task's or the flow's. */
  readonly name?: Name & ([Extract<Name, Ids>] extends [never] ? unknown : Sentence<'DUPLICATE_NODE', { flow: Flow; node: Name }>);
  /** `true`: outputs may replace values of the same name, for the nodes that follow. Default `false`. */
  readonly override?: Override;
}

/**
 * What a node needs under the names of the flow: rebound inputs renamed, injected ones gone. Two inputs that are bound to one
 * value need what both do.
 */
export type PlacedNeeds<I, Rebind, Inject> = [keyof Rebind | keyof Inject] extends [never]
  ? I
  : Moved<I, Rebind, `${keyof Rebind & string}`, `${keyof Inject & string}`>;

type Moved<I, Rebind, Bound, Fixed> = [TwiceRead<I, Rebind, Bound, Fixed>] extends [never]
  ? { [Name in keyof I as PlacedName<Name, Rebind, Bound, Fixed>]: I[Name] }
  : Joined<{ [Name in keyof I as PlacedName<Name, Rebind, Bound, Fixed>]: Asked<Required<I>, Name> }>;

type PlacedName<Name, Rebind, Bound, Fixed> = Name extends Fixed ? never : Name extends Bound ? NewName<Rebind, Name> : Name;
type NewName<Renamed, Name> = Renamed extends { readonly [Key in Name & string]: infer New extends string } ? `${New}` : never;

/** Values that more than one input reads: where an input is bound to what is read already. */
type TwiceRead<I, Rebind, Bound, Fixed> = {
  [Name in keyof Rebind]: Rebind[Name] extends OtherValues<I, Rebind, Bound, Fixed, Name> ? Rebind[Name] : never;
}[keyof Rebind];
type OtherValues<I, Rebind, Bound, Fixed, Name> = {
  [Other in keyof I]-?: Name extends Other ? never : PlacedName<Other, Rebind, Bound, Fixed>;
}[keyof I];

type Asked<I, Name> = Name extends keyof I ? (value: I[Name]) => void : never;
/** What is there under a name must be all that is asked of it. */
type Joined<Needed> = { [Name in keyof Needed]: Needed[Name] extends ((value: infer All) => void) | undefined ? All : never };

/** What a node gives that may fail without failing its flow. */
export type Tolerated<O, Optional> = [Optional] extends [false] ? O : Partial<O>;

/** What a node gives under the names of the flow. */
export type PlacedOutputs<O, Rename> = [keyof Rename] extends [never] ? O : Given<O, Rename, `${keyof Rename & string}`>;
type Given<O, Rename, Renamed> = { [Name in keyof O as Name extends Renamed ? NewName<Rename, Name> : Name]: O[Name] };

/**
 * What is wrong with a node under these options; `Next` is what is wrong with it otherwise. Nothing, where the options report
 * it themselves: keys that the node does not have, a rebind to a value that is not there, and a literal that does not fit,
 * which falls back to its constraint with every string as key.
 */
export type FoundInOptions<M, WrongKeys, Names, Rebind, Rename, I, Next> = [WideIn<Rebind> | WideIn<Rename>] extends [never]
  ? [WrongKeys] extends [never]
    ? M extends 'open'
      ? [ImpossibleIn<I>] extends [never]
        ? Next
        : 'NEEDS_CONFLICT'
      : [Exclude<Rebind[keyof Rebind], Names>] extends [never]
        ? Next
        : Fits
    : Fits
  : 'OPTIONS_WIDE';

/** `true` for names that are `string`, since the options stand in a variable. */
export type WideIn<Chosen> = string extends keyof Chosen ? never : string extends Chosen[keyof Chosen] ? true : never;
