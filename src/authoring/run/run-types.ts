import type { FailureReport } from '../../model/failure.js';
import type { AnyFlow, DemandsOf, Flow, NeedsResolve, Provides, Requires, ServicesIn, ServicesOf, SignalsOf } from '../definition/flow.js';
import type { AnyTask, Demands, Gives, LiteralName, Needs, TaskClass } from '../definition/node-types.js';
import type { NodeHint } from '../placement/check-add.js';
import type { AnyFactory, FactoryOf } from '../placement/factory.js';
import type { Flat, RequiredKeys } from '../words/names.js';
import type { Fits, FlowError, Listed, Sentence, SentenceText, Shown, Wrong } from '../words/sentence.js';
import type { Together } from '../words/unions.js';

type NameOf<F> = F extends { readonly name: infer Name extends string } ? Name : never;

/** Name in sentences; a class has none in types. */
type NameInText<F> = string extends NameOf<F> ? '…' : NameOf<F>;

/** The flow that a run is about: a task counts as a flow with one node. */
export type RootOf<Root> = Root extends AnyFlow
  ? Root
  : Flow<[LiteralName<Root>] extends [never] ? string : LiteralName<Root>, Flat<Needs<Root>>, Flat<Gives<Root>>, Flat<Demands<Root>>>;

/** How a run ended, or why it rests. Distinguish by `state`; for runs of several flows, first by `flow`. */
export type RunResult<F extends AnyFlow> = F extends AnyFlow
  ? RunIdentity<NameOf<F>> &
      (
        | {
            readonly state: 'SUCCESS';
            readonly results: Provides<F>;
            /** What failed in optional nodes: the run went on without them. */
            readonly failures: readonly FailureReport[];
          }
        | { readonly state: 'REVERTED'; readonly failures: readonly FailureReport[] }
        | {
            readonly state: 'CANCELLED';
            readonly failures: readonly FailureReport[];
            /** Something that was done, or may have been, stays done: only after `cancel(id, { undo: false })`. */
            readonly partial: boolean;
            /** Why it was cancelled, as `cancel` was told. */
            readonly reason?: string;
          }
        | {
            readonly state: 'FAILURE';
            readonly failures: readonly FailureReport[];
            /** Something that was done stays done. */
            readonly partial: boolean;
            /** Paths of the tasks whose revert failed or could not be tried. */
            readonly pendingReverts: readonly string[];
          }
        | { readonly state: 'SUSPENDED' }
      )
  : never;

/** Which run a {@link RunResult} is about. */
export interface RunIdentity<out Name> {
  readonly flow: Name;
  readonly runId: string;
}

/**
 * Makes instances of the classes of tasks and retries, for containers: one for each call. What the instance has is called,
 * also a `revert` or a hook that the class itself does not have.
 */
export type Resolve = (task: TaskClass) => object | Promise<object>;

/** Stands for the names of services of which nothing is known yet. */
export type Unseen = '~flowproof: unseen';

/** Shows a sentence without refusing anything: for a property that is missing, which TypeScript refuses itself. */
export interface FlowNote<Message extends string> {
  readonly '~flowproof: error'?: Message;
}

type MissingService<F, Missing> = [Missing] extends [never]
  ? never
  : SentenceText<'MISSING_SERVICE', { flow: NameInText<F>; service: Listed<Missing> }>;
/** One sentence for each flow that misses services. */
type MissingServices<F, Names> = F extends AnyFlow ? MissingService<F, Exclude<RequiredKeys<ServicesOf<F>>, Names>> : never;

/** Services that tasks want with types that exclude each other: there is nothing that could be given. */
type Impossible<All> = { [Name in keyof All]-?: [All[Name]] extends [never] ? Name : never }[keyof All] & string;

/**
 * Compares the names of the services that are given with those that are needed. The names alone, and not their types, which
 * `All` compares: TypeScript could not tell what a method without a return type returns while it infers the type that the
 * method is a part of.
 */
type CheckServices<F, All, Names, Offered = never> = [Names] extends [Unseen]
  ? [MissingServices<F, Offered>] extends [never]
    ? All
    : All & FlowNote<MissingServices<F, Offered>>
  : [MissingServices<F, Names | Offered>] extends [never]
    ? [Impossible<All>] extends [never]
      ? All & { readonly [Name in Names & PropertyKey]: unknown }
      : FlowError<SentenceText<'SERVICE_CONFLICT', { flow: Listed<NameInText<F>>; service: Listed<Impossible<All>> }>>
    : All & FlowError<MissingServices<F, Names | Offered>>;

/** TypeScript takes any object for `{}`: then an input that the flow does not take would go unseen. */
type InputsFor<F extends AnyFlow> = 0 extends 1 & F
  ? { readonly [name: string]: unknown }
  : [keyof Requires<F>] extends [never]
    ? { readonly [name: string]: Sentence<'UNKNOWN_RUN_INPUT', { flow: NameInText<F>; value: '…' }> }
    : Requires<F>;

type OptionOf<Key extends string, Needed, Type> = Needed extends true ? { readonly [K in Key]: Type } : { readonly [K in Key]?: Type };
type HasRequired<Type> = [RequiredKeys<Type>] extends [never] ? false : true;
type WantsResolve<Demands> = [Demands] extends [never] ? false : [Demands] extends [NeedsResolve] ? true : false;

/** Demands of all flows of a union at once. */
type AllDemands<F> = Together<F extends unknown ? DemandsOf<F> : never>;
type AllServices<F> = ServicesIn<AllDemands<F>>;

/**
 * The options of `run` for this flow, with `Extra` ones of the caller's: `inputs` may be left out when nothing is
 * required, `services` when no task reads any, `resolve` when no class has a constructor with parameters.
 *
 * @typeParam Given the names of the services that are given: inferred from the argument; leave its default alone
 */
export type RunOptionsFor<F extends AnyFlow, Given = Unseen, Extra = {}> = OptionOf<
  'services',
  HasRequired<ServicesOf<F>>,
  CheckServices<F, ServicesOf<F>, Given>
> &
  OptionOf<'resolve', WantsResolve<DemandsOf<F>>, Resolve> &
  OptionOf<'inputs', HasRequired<Requires<F>>, InputsFor<F>> &
  Extra;

/** What to do with something that an app can't run. */
type FlowHint<Root> = Root extends AnyTask ? 'it is a task, add it to a flow' : NodeHint<Root>;

/** The flow or task itself, otherwise the sentence that says why it is none. */
export type Runs<Root> = [FoundInRoot<Root>] extends [Wrong] ? Shown<Sentence<'NOT_A_FLOW', { hint: FlowHint<Root> }>> : Root;
type FoundInRoot<Root> = [Root] extends [AnyFlow | AnyTask] ? Fits : 'NOT_A_FLOW';

/** The flow or task itself when it can run without options, otherwise the sentence that says what it needs. */
export type RunsAlone<Root> = [FoundInRoot<Root>] extends [Wrong] ? Runs<Root> : RootAlone<Root, RootOf<Root>>;
type RootAlone<Root, F extends AnyFlow> = [FoundAlone<F>] extends [Wrong] ? Shown<SentenceAlone<FoundAlone<F>, F>> : Root;
type FoundAlone<F extends AnyFlow> = [RequiredKeys<Requires<F>>] extends [never]
  ? [RequiredKeys<ServicesOf<F>>] extends [never]
    ? [WantsResolve<DemandsOf<F>>] extends [true]
      ? 'NEEDS_RESOLVE'
      : Fits
    : 'MISSING_SERVICE'
  : 'MISSING_INPUT';
type SentenceAlone<Code, F extends AnyFlow> = Code extends 'NEEDS_RESOLVE'
  ? Sentence<Code, { task: `${NameInText<F>}/…` }>
  : Code extends 'MISSING_SERVICE'
    ? Sentence<Code, { flow: NameInText<F>; service: Listed<RequiredKeys<ServicesOf<F>>> }>
    : Sentence<'MISSING_INPUT', { flow: NameInText<F>; value: Listed<RequiredKeys<Requires<F>>> }>;

/**
 * The flows of an app, with the sentence in the place of what is none. TypeScript infers none at all (`unknown`) where another
 * option is missing: then only that is to be said.
 */
export type BuiltFlows<Flows extends readonly unknown[]> = unknown extends Flows[number]
  ? readonly (AnyFlow | AnyFactory)[]
  : [[Exclude<Flows[number], AnyFlow | AnyFactory>] extends [never] ? Fits : 'NOT_A_FLOW'] extends [Wrong]
    ? Shown<InWords<Flows>>
    : Flows;
type InWords<Flows extends readonly unknown[]> = {
  readonly [Index in keyof Flows]: [FoundInApp<Flows[Index], AnyFlow | AnyFactory>] extends [Wrong]
    ? Shown<SentenceInApp<FoundInApp<Flows[Index], AnyFlow | AnyFactory>, Flows[Index]>>
    : Flows[Index];
};

/** Services without those that executors bring. */
type Without<Services, Offered> = [Offered] extends [never]
  ? Services
  : { [Name in keyof Services as Exclude<Name, Offered>]: Services[Name] };

/**
 * The options of an app with these flows: the services of all of them, and `resolve` if one needs it.
 *
 * @typeParam Offered names of services that executors bring
 */
export type AppServices<Flows extends readonly AnyFlow[], Given = Unseen, Offered = never> = GivenServices<Flows, Given, Offered> &
  OptionOf<'resolve', WantsResolve<AllDemands<Flows[number]>>, Resolve>;

/** The same where a container makes the instances of classes. */
export type GivenServices<Flows extends readonly AnyFlow[], Given = Unseen, Offered = never> = OptionOf<
  'services',
  HasRequired<Without<AllServices<Flows[number]>, Offered>>,
  CheckServices<Flows[number], Without<AllServices<Flows[number]>, Offered>, Given, Offered>
>;

/** The options of `app.run`: what the app has already is not asked for again. */
export type AppRunOptionsFor<F extends AnyFlow, Extra = {}> = OptionOf<'inputs', HasRequired<Requires<F>>, InputsFor<F>> & Extra;

/** The flow itself when its app knows it. */
export type RunsInApp<F, Known> = [FoundInApp<F, Known>] extends [Wrong] ? Shown<SentenceInApp<FoundInApp<F, Known>, F>> : F;
type FoundInApp<F, Known> = [F] extends [Known] ? Fits : [F] extends [AnyFlow] ? 'UNKNOWN_FLOW' : 'NOT_A_FLOW';
type SentenceInApp<Code, F> = Code extends 'UNKNOWN_FLOW'
  ? Sentence<Code, { flow: NameInText<F> }>
  : Sentence<'NOT_A_FLOW', { hint: FlowHint<F> }>;

/** The flow, or the factory of flows, itself when its app knows it. */
export type KnownToApp<Root, Known> = [FoundKnown<Root, Known>] extends [Wrong]
  ? Shown<SentenceOfKnown<FoundKnown<Root, Known>, Root>>
  : Root;
type FoundKnown<Root, Known> = [Root] extends [Known]
  ? Fits
  : [Root] extends [AnyFactory]
    ? FoundInApp<FlowOf<Root>, Known>
    : FoundInApp<Root, Known>;
type SentenceOfKnown<Code, Root> = Root extends string
  ? Sentence<'NOT_A_FLOW', { hint: 'it is an id, which only options may follow, such as { takeover }' }>
  : SentenceInApp<Code, Code extends 'UNKNOWN_FLOW' ? FlowOf<Root> : Root>;

/** The flow itself, or the flows of a factory. */
export type FlowOf<Root> = Root extends AnyFlow ? Root : Root extends FactoryOf<infer F> ? F : never;

/**
 * Arguments that are the id of a run, and options. Any others become a list of another length than theirs: TypeScript then speaks
 * of the other overload only, which has the sentence about the flow.
 */
export type ByIdAlone<Args extends readonly unknown[], Options> = [Args] extends [readonly [id: string, options?: Options]]
  ? Args
  : Args['length'] extends 1
    ? readonly [flow: unknown, id: string]
    : readonly [never, never, never, never];

/** The flow itself when its app knows it and it can run there without inputs. */
export type RunsAloneInApp<F, Known = F> = [FoundInApp<F, Known>] extends [Wrong]
  ? RunsInApp<F, Known>
  : [RequiredKeys<Requires<F>>] extends [never]
    ? F
    : Sentence<'MISSING_INPUT', { flow: NameInText<F>; value: Listed<RequiredKeys<Requires<F>>> }>;

/** The name of a signal that runs of the flow wait for, otherwise the sentence that says that they do not. */
export type SignalIn<F, Name> = [FoundSignal<F, Name>] extends [Wrong]
  ? Shown<Sentence<'UNKNOWN_SIGNAL', { flow: NameInText<F>; value: Name }>>
  : Name;
type FoundSignal<F, Name> = [Name] extends [F extends unknown ? keyof SignalsOf<F> : never] ? Fits : 'UNKNOWN_SIGNAL';

/** What is sent with a signal, as arguments: left out where nothing is. Of a signal that there is not, its name is what is wrong. */
export type SentWith<F, Name> = [PayloadOf<F, Name>] extends [never]
  ? [payload?: unknown]
  : undefined extends PayloadOf<F, Name>
    ? [payload?: PayloadOf<F, Name>]
    : [payload: PayloadOf<F, Name>];
type PayloadOf<F, Name> = F extends unknown ? (Name extends keyof SignalsOf<F> ? SignalsOf<F>[Name] : never) : never;
