import type { Semantics } from '../../../../src/compilation/index.js';
import { nearestScopes } from './nearest-scope.js';

/** What TaskFlow does where flowproof decided otherwise, so that all the rest can be compared. */
export const TASKFLOW: Semantics = {
  scopes: nearestScopes,
  // Only the flow of the retry that gave up.
  givenUp: 'REVERT_LOCAL',
  // Failures of earlier attempts count on (B-7).
  failureOf: ({ failure, overcome }) => failure ?? overcome,
};

/** The same for a TaskFlow whose option `defer_reverts` is set. */
export const TASKFLOW_DEFERRING: Semantics = { ...TASKFLOW, givenUp: 'REVERT_ALL' };
