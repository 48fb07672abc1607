import type { Flow } from '../definition/flow.js';
import type { Flat } from '../words/names.js';
import type { Sentence } from '../words/sentence.js';

export type CheckReturn<F, Name, Known> = Name extends Known ? Name : Sentence<'UNKNOWN_RETURN', { flow: F; value: Name }>;

/** What `.returns(…)` leaves; a member of an enum counts as its text. */
export type Returned<Prov, Chosen extends string> = Pick<Prov, Extract<keyof Prov, `${Chosen}`>>;

/** A flow whose outputs are chosen: it can only be built. */
export interface FlowEnd<in out F extends string, in out Req, in out Prov, in out S> {
  /** Gives the flow. Never throws: what the types could not see is reported by `flow.compile()`. */
  build(): Flow<F, Req, Prov, S>;
}

/** A graph of which only one node and what it needs run: nothing can be added to it any more. */
export interface GraphTarget<in out F extends string, in out Req, in out Prov, in out S> extends FlowEnd<F, Req, Prov, S> {
  /** Chooses what the flow leaves behind, instead of everything; with no name: nothing. */
  returns<const Chosen extends readonly string[]>(
    ...names: { [Index in keyof Chosen]: CheckReturn<F, Chosen[Index], keyof Prov> }
  ): FlowEnd<F, Req, Flat<Returned<Prov, Chosen[number]>>, S>;
}
