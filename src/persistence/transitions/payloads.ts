import type { Json } from '../../model/json.js';

/** What the first entry says about its run. */
export interface RunCreation {
  /** The user's id of the run; the run's own when none was given. */
  readonly key: string;
  readonly flow: string;
  readonly version: number;
  /** Of the compiled flow; the journal keeps its shape under this key. */
  readonly fingerprint: string;
  /** Encoded inputs by name. */
  readonly inputs: { readonly [name: string]: Json };
  /** Encoded; what the factory of its flow was called with. Absent: no factory made it. */
  readonly args?: Json;
  /** Digest of the canonical text of the raw inputs, and of the args: two starts with one run id must agree on it. */
  readonly inputsHash: string;
  /** How long it may take from its creation or its last reset on, in milliseconds; absent: as long as it likes. */
  readonly deadlineMs?: number;
  /** Which trace it belongs to, as `traceparent` says it; absent: none that is known. Versions that do not know it keep it. */
  readonly trace?: string;
}

/** Another version of the flow, or of the code that it is made of, goes on with a run. */
export interface FlowChange {
  readonly version: number;
  readonly fingerprint: string;
  /** Canonical description of the flow: its atoms are those of the entries from here on. */
  readonly manifest: Json;
  /** Per atom the number that it had before; -1 for a new one. Atoms that are not named are gone. */
  readonly from: readonly number[];
}

/** What a wait waits for: a time, in milliseconds since 1970, or a signal, or whichever comes first. Neither: it has failed at once. */
export interface Awaited {
  readonly untilMs?: number;
  readonly signal?: string;
}
