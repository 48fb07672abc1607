import type { Depth } from '../definition/definition.js';
import type { Gives } from '../definition/node-types.js';
import type { NotPlaced } from '../placement/tuning.js';
import type { Flat } from '../words/names.js';
import type { Sentence } from '../words/sentence.js';
import type { Loosened, ProviderOf, Waits } from './check-graph.js';

/** A link as the types remember it: from, to, and the depth if it has a decider. */
export type Tie = readonly [from: string, to: string, depth: Depth | 'always'];

type DecidersOf<Ties, To> = Ties extends readonly [infer From, To, Depth] ? From : never;

/**
 * What a decider gets: what the link's source gave, and what the sources of other decided links to the same target
 * gave, as far as they were not skipped.
 */
export type DeciderHistory<Nodes, Ties, From, To> = Flat<
  { readonly [Id in From & keyof Nodes]: Gives<Nodes[Id]> } & {
    readonly [Id in Exclude<DecidersOf<Ties, To>, From> & keyof Nodes]?: Gives<Nodes[Id]>;
  }
>;

/** Completes the names in editors; what else is written is refused in words. */
export type NodeName<Nodes> = (keyof Nodes & string) | (string & {});

/** One end of a link, whose other end is `Other`: the name of a node, or the sentence that says why it is none. */
export type LinkEnd<F, Nodes, Id, Other = never> = Id extends keyof Nodes
  ? [Id] extends [Other]
    ? Sentence<'CYCLE', { flow: F; nodes: Id }>
    : Id
  : Sentence<'UNKNOWN_NODE', { flow: F; node: Id }>;

/** What a link says beside its nodes. */
export interface LinkOptions<History, D> {
  /** Says whether the target runs. Asked once the source has ended, and not if it was skipped. */
  readonly decider: (history: History) => boolean;
  /**
   * What a `false` skips beside the target. `all` (default): everything that comes after it, in flows around this one as
   * well. `flow`: what comes after it in this flow. `neighbors`: the tasks right after it. `atom`: nothing else.
   */
  readonly depth?: D;
  /** Of tasks only: what decides is called in the process of the app. */
  readonly runsOn?: NotPlaced;
}

type Skipped<Ties, Depths> = Ties extends readonly [string, infer To, infer D] ? (D extends Depths ? To : never) : never;
type TiedTo<Ties, Set> = Ties extends readonly [infer From, infer To, unknown] ? (From extends Set ? To : never) : never;

type Followers<W, Ties, Set> = { [Id in keyof W]: [Extract<W[Id], Set>] extends [never] ? never : Id }[keyof W] | TiedTo<Ties, Set>;
/** Nodes that come after a node of `Set`, and that one. */
type Reach<W, Ties, Set> =
  Exclude<Followers<W, Ties, Set>, Set> extends infer More ? ([More] extends [never] ? Set : Reach<W, Ties, Set | More>) : never;

type MaySkip<Nodes, Ties> =
  | Skipped<Ties, 'atom'>
  | ([Skipped<Ties, Exclude<Depth, 'atom'>>] extends [never]
      ? never
      : Reach<Waits<Nodes, ProviderOf<Nodes>, keyof ProviderOf<Nodes>>, Ties, Skipped<Ties, Exclude<Depth, 'atom'>>>);

/** What a graph leaves behind: what a decider may skip may be absent. Worked out once, when the flow is built. */
export type AfterDeciders<Nodes, Ties, Prov> = [Skipped<Ties, Depth>] extends [never]
  ? Prov
  : Flat<Loosened<Prov, { [Id in MaySkip<Nodes, Ties> & keyof Nodes]: keyof Gives<Nodes[Id]> }[MaySkip<Nodes, Ties> & keyof Nodes]>>;

type GivenByOthers<Nodes, Target> = { [Id in keyof Nodes]: Id extends Target ? never : keyof Gives<Nodes[Id]> }[keyof Nodes];

/** What is left behind when only `Target` and what it needs run: types don't know which other nodes that are. */
export type AfterTarget<Nodes, Target, Prov> = Flat<Loosened<Prov, GivenByOthers<Nodes, Target>>>;
