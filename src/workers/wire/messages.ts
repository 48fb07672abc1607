import type { CallEnd, TaskRequest } from '../../calls/index.js';
import type { Failure } from '../../model/failure.js';
import type { Json } from '../../model/json.js';
import type { TaskManifest } from '../../places/index.js';

/**
 * What engines and workers say to each other. Each message says this version: whoever changes the meaning of one makes it one more, and
 * messages of other versions are put to the dead ones. What is published under a word that somebody does not know, he does not hear.
 */
export const WIRE_PROTOCOL = 1;

/** A giving of a call: the engine's address, and its number of it. */
export interface CallName {
  readonly engine: string;
  readonly call: number;
}

/** In the queue of a task set. */
export interface CallMessage extends CallName {
  readonly say: 'call';
  /** Names the piece of work: the same for each giving of it. */
  readonly work: string;
  readonly request: TaskRequest;
}

/** To the inbox of a worker. */
export type ToWorker =
  | (CallName & { readonly say: 'abort'; readonly reason: Failure })
  | (CallName & { readonly say: 'kill' })
  /** What the code saved is durable, or why it can't be kept. */
  | (CallName & { readonly say: 'saved'; readonly save: number; readonly failure?: Failure });

/** What a worker says beside of a call that it took for another engine, and has in hand for this one from now on. */
export interface TakenBefore {
  /** That of its task set. */
  readonly queue: string;
  /** How long ago its code began, in milliseconds; 0 where it has not. */
  readonly agoMs: number;
}

/** A call that an engine before this one had begun, under the name that it is to have from now on. */
export interface SoughtWork {
  readonly call: number;
  readonly work: string;
  readonly attempt: number;
  /** That of its run: of two engines the one with the higher has it. */
  readonly fence: number;
  readonly task: string;
  readonly version: number;
}

/** To the inbox of an engine, about a call that it gave. */
export type ToEngine =
  /** The worker has it in hand; where its code has not begun, that waits for a place. */
  | ({ readonly say: 'took'; readonly call: number; readonly worker: string; readonly hasBegun: boolean } & Partial<TakenBefore>)
  /** Its code has begun since. */
  | { readonly say: 'begun'; readonly call: number; readonly worker: string }
  /** It was in the hands of another worker, which is gone: this one has not begun it. */
  | { readonly say: 'returned'; readonly call: number; readonly worker: string }
  | { readonly say: 'save'; readonly call: number; readonly worker: string; readonly save: number; readonly data: Json }
  | { readonly say: 'progress'; readonly call: number; readonly worker: string; readonly fraction: number; readonly details?: Json }
  | { readonly say: 'emit'; readonly call: number; readonly worker: string; readonly event: string; readonly data?: Json }
  | { readonly say: 'end'; readonly call: number; readonly worker: string; readonly work: string; readonly end: CallEnd };

/** To all who hear the topic of a task set; may be lost. */
export type Published =
  /** Workers are asked to say what they can do. */
  | { readonly say: 'who' }
  /**
   * Who has one of these in hand, or knows what it has come to, is to tell this engine, and no other one any more. `tasks`: what the flows know of them.
   */
  | {
      readonly say: 'reattach';
      readonly engine: string;
      readonly tasks: readonly TaskManifest[];
      readonly works: readonly SoughtWork[];
    }
  | ({ readonly say: 'worker' } & WorkerOffer)
  /** The worker lives, and has these calls in hand. */
  | { readonly say: 'alive'; readonly worker: string; readonly calls: readonly CallName[] }
  /** The worker takes no more. */
  | { readonly say: 'leaves'; readonly worker: string }
  /** The code of a call gets on. */
  | (CallName & { readonly say: 'beat'; readonly worker: string })
  /** A call that nobody has begun is not wanted any more. */
  | (CallName & { readonly say: 'withdrawn' });

/** What a worker can do, and where it takes calls from. */
export interface WorkerOffer {
  readonly worker: string;
  readonly queue: string;
  /** How many calls it makes at once. */
  readonly concurrency: number;
  readonly hasCodec: boolean;
  readonly tasks: readonly TaskManifest[];
  /** When it began, in milliseconds since 1970, by its clock. */
  readonly startedAtMs: number;
}

export type WireMessage = CallMessage | ToWorker | ToEngine | Published;
