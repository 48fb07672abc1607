import type { Wish } from './wishes.js';

/** What becomes of the process in which it happens: it dies then, or at its next write, or gets no answer to that. */
export const HARMS = ['none', 'dies', 'dies before its next write', 'dies after its next write', 'gets no answer'] as const;
export type Harm = (typeof HARMS)[number];

/** Something happens to a run. */
export interface Blow {
  /** When: counted from 0, before and after each write, twice in each call, and when a decider is asked. */
  readonly moment: number;
  readonly wish: Wish | 'nothing';
  /** Who asks: the process that is there at that moment, or another one. */
  readonly by: 'here' | 'elsewhere';
  /** Whether messages are brought before anything else happens. */
  readonly brought: boolean;
  readonly harm: Harm;
}
