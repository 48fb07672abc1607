import type { CallEnd, TaskRequest } from '../calls/index.js';
import type { Failure } from '../model/failure.js';
import type { Json } from '../model/json.js';
import type { TaskManifest } from './task-manifest.js';

/**
 * What an app and a place say to each other: a place is a thread or a process that makes calls of tasks for it. Plain JSON, so
 * that whatever carries text carries it. An app and its places may have different copies of flowproof: whoever changes the
 * meaning of a message makes this number one more, and an app then refuses places that say another one.
 */
export const PROTOCOL = 2;

/** From the app. `call` is the app's number of a call. */
export type ToPlace =
  | { readonly do: 'call'; readonly call: number; readonly request: TaskRequest }
  /** The result is not wanted any more: the code's signal is aborted with this. */
  | { readonly do: 'abort'; readonly call: number; readonly reason: Failure }
  /** What the code saved is durable, or why it can't be kept. */
  | { readonly do: 'saved'; readonly call: number; readonly save: number; readonly failure?: Failure }
  /** There is nothing more to do: the place closes its services and ends. */
  | { readonly do: 'close' };

/** From the place. */
export type FromPlace =
  | { readonly say: 'ready'; readonly protocol: number; readonly hasCodec: boolean; readonly tasks: readonly TaskManifest[] }
  /** It can't make calls, such as one whose module throws when it is imported. */
  | { readonly say: 'unusable'; readonly failure: Failure }
  | { readonly say: 'save'; readonly call: number; readonly save: number; readonly data: Json }
  /** The code gets on. What else it says means that, too. */
  | { readonly say: 'beat'; readonly call: number }
  | { readonly say: 'progress'; readonly call: number; readonly fraction: number; readonly details?: Json }
  | { readonly say: 'emit'; readonly call: number; readonly event: string; readonly data?: Json }
  | { readonly say: 'end'; readonly call: number; readonly end: CallEnd };

/** What was heard of a place, if it is a message: code of tasks may have found the same way, and says anything. */
export function messageFrom(heard: unknown): FromPlace | undefined {
  if (typeof heard !== 'object' || heard === null || !('say' in heard)) return undefined;
  const message = heard as FromPlace;
  switch (message.say) {
    case 'unusable':
      return typeof message.failure?.message === 'string' ? message : undefined;
    case 'save':
      return typeof message.save === 'number' && message.data !== undefined ? message : undefined;
    case 'progress':
      return typeof message.fraction === 'number' ? message : undefined;
    case 'emit':
      return typeof message.event === 'string' ? message : undefined;
    case 'end':
      return typeof message.end === 'object' && message.end !== null ? message : undefined;
    case 'ready':
    case 'beat':
      return message;
    default:
      return undefined;
  }
}

/** The app's way to one place, whatever carries it. */
export interface Line {
  send(message: ToPlace): void;
  /** Asked once. `gone` is called once, when nothing of the place runs any more; nothing is heard after it. */
  listen(to: { message(message: unknown): void; gone(why: Failure): void }): void;
  /** Ends the place by force. */
  kill(): void;
  /** Whether this process stays alive for it. At first it does. */
  keepAlive(does: boolean): void;
}

/** A place's way to its app. */
export interface PlacePort {
  send(message: FromPlace): void;
  /** Asked once. */
  listen(heard: (message: ToPlace) => void): void;
  /** Ends the place. */
  exit(): void;
}
