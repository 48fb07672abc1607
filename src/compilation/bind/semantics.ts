import type { Failure } from '../../model/failure.js';
import type { FlowShape } from '../shape/flow-shape.js';
import { PlainScope, type RootScope } from './scope.js';

/**
 * What flows mean, as far as a conformance suite can bring another meaning: TaskFlow's, to compare all the rest with it. It is
 * on no public door. A flow that is compiled with one carries it, so that engines go by the same.
 */
export interface Semantics {
  /** Where names find their values. */
  scopes(shape: FlowShape, children: readonly (readonly number[])[]): RootScope;
  /** What is undone when the retry of a flow gives up and none around it tries again: the run, or that flow. */
  readonly givenUp: 'REVERT_ALL' | 'REVERT_LOCAL';
  /** The failure of an atom that counts for its run; `overcome`: that of an attempt before this one. */
  failureOf(atom: { readonly failure?: Failure | undefined; readonly overcome?: Failure | undefined }): Failure | undefined;
}

/** What flowproof does. */
export const STANDARD: Semantics = Object.freeze<Semantics>({
  scopes: () => PlainScope.root,
  givenUp: 'REVERT_ALL',
  failureOf: ({ failure }) => failure,
});
