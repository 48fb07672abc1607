import type { Failure } from '../../model/failure.js';
import { word } from './kind.js';
import { mapFailed } from './map-parts.js';
import { atom, between, natural, oneOf } from './parts.js';
import { failure } from './read-payloads.js';

const INTERRUPTED = ['interrupted'] as const;

/** An atom, why it failed, and until when it pauses. */
export type Retrying = readonly [atom: number, failure: Failure, untilMs: number, outcome?: 'interrupted'];

/** A task has failed, and is called again. */
export const TRY_AGAIN = word<Retrying>({
  says: 'It failed with this, and is called again after this time, in milliseconds since 1970. `interrupted`: nobody knows what it did.',
  state: 'RETRYING',
  format: 2,
  about: 'atom',
  shows: 1,
  written: 'checkpoint',
  decode: (rest, count): Retrying => {
    const [which, why, untilMs, outcome] = between(rest, 3, 4);
    const again = [atom(which, count), failure(why), natural(untilMs)] as const;
    return outcome === undefined ? again : [...again, oneOf(INTERRUPTED, 'outcome', outcome)];
  },
  mapValues: async ([which, why, ...rest], map) => [...(await mapFailed([which, why], map)), ...rest],
});
