import type { Actual, Expectation, Vector } from './case.js';

/** Something that flowproof does otherwise on purpose. */
export interface Rule {
  /** Number of the decision, the surprise or the defect of TaskFlow that it is about. */
  readonly number: string;
  /** What flowproof does instead, for people. */
  readonly says: string;
  /** How many of the copied vectors it touches. */
  readonly touches: number;
  /** Whether the case is about this. */
  applies(vector: Vector): boolean;
  /** What flowproof is expected to do, given what TaskFlow did. */
  expected(wanted: Expectation, vector: Vector, got: Actual): Expectation;
}

export const RULES: readonly Rule[] = [];
