import type { Flow } from './flow.js';
import type { Sentence } from './sentence.js';

export type CheckReturn<F, Name, Known> = Name extends Known ? Name : Sentence<'UNKNOWN_RETURN', { flow: F; value: Name }>;

/** A flow whose outputs are chosen: it can only be built. */
export interface FlowEnd<in out F extends string, in out Req, in out Prov, in out S> {
  /** Gives the flow. Never throws: what the types could not see is reported by `flow.compile()`. */
  build(): Flow<F, Req, Prov, S>;
}
