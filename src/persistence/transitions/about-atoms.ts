import type { TransitionKind } from './kind.js';
import { type Failed, mapFailed, mapValued, type Valued } from './map-parts.js';
import { atom, between, only } from './parts.js';
import { failure } from './read-payloads.js';

/** The atom and nothing else. */
export const bare = {
  about: 'atom',
  decode: (rest, count) => [atom(only(rest, 1)[0], count)],
} as const satisfies Partial<TransitionKind<readonly [atom: number]>>;

/** The atom, and a value that users' code gave. */
export const valued = {
  about: 'atom',
  shows: 1,
  decode: (rest, count) => {
    const [which, value] = between(rest, 1, 2);
    return value === undefined ? [atom(which, count)] : [atom(which, count), value];
  },
  mapValues: mapValued,
} as const satisfies Partial<TransitionKind<Valued>>;

/** The atom, and why it failed. */
export const failed = {
  about: 'atom',
  shows: 1,
  decode: (rest, count): Failed => [atom(only(rest, 2)[0], count), failure(rest[1])],
  mapValues: mapFailed,
} as const satisfies Partial<TransitionKind<Failed>>;
