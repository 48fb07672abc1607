/**
 * Where flowproof decides otherwise than TaskFlow on purpose, and the conformance suite has to see the rest: internal,
 * on no public door. A flow compiled for one has the engine behave alike.
 */
export interface Compat {
  /** `false`: a retry that says REVERT, with nobody around it who says otherwise, undoes its own flow only. */
  readonly deferReverts: boolean;
  /** `nearest`: of several providers the nearest one that ran gives the value. */
  readonly shadowing: 'error' | 'nearest';
  /** `wins`: what a run is given beats what its tasks provide. */
  readonly injected: 'error' | 'wins';
  /** `false`: an optional input orders nobody, and has to be there when somebody provides it. */
  readonly optionalOrders: boolean;
  /** `all`: failures of earlier attempts count on, and the value of a failed provider is its failure (B-7). */
  readonly failures: 'unresolved' | 'all';
}

/** What flowproof does. */
export const STANDARD: Compat = Object.freeze({
  deferReverts: true,
  shadowing: 'error',
  injected: 'error',
  optionalOrders: true,
  failures: 'unresolved',
});
