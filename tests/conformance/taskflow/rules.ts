import type { Expectation, Vector } from './case.js';
import { oneNodeForDeciders, skippedAtOnce } from './rules/deciders.js';
import {
  failuresOfAtoms,
  interruptedWhileReverting,
  lastingFailure,
  misfiledFailure,
  partialEnd,
  revertFailures,
} from './rules/failures.js';
import { historyAfterReset, rememberedFailures } from './rules/memory.js';
import { namesAmongSiblings, objectTwice, valuesAlwaysOrder } from './rules/names.js';
import { askedOnce, refusedFlows, restartInOneStep, restBeforeAll, toldInDefinitionOrder, untouchedBehindRetries } from './rules/steps.js';

/** Something that flowproof does otherwise on purpose. */
export interface Rule {
  /** Number of the decision, the surprise or the defect of TaskFlow that it is about. */
  readonly number: string;
  /** What flowproof does instead, for people. */
  readonly says: string;
  /** How many of the copied vectors it touches. */
  readonly touches: number;
  /** What flowproof is expected to do, given what TaskFlow did; the same object where the case is not about this. */
  expected(wanted: Expectation, vector: Vector): Expectation;
}

/** All that is deliberate, in the order in which it is applied. docs/from-taskflow.md lists the same for people. */
export const RULES: readonly Rule[] = [
  namesAmongSiblings,
  objectTwice,
  valuesAlwaysOrder,
  failuresOfAtoms,
  oneNodeForDeciders,
  skippedAtOnce,
  interruptedWhileReverting,
  misfiledFailure,
  revertFailures,
  lastingFailure,
  historyAfterReset,
  rememberedFailures,
  restartInOneStep,
  askedOnce,
  untouchedBehindRetries,
  toldInDefinitionOrder,
  restBeforeAll,
  refusedFlows,
  partialEnd,
];

/** What is expected of flowproof, and the rules that say so. */
export function expectedOf(wanted: Expectation, vector: Vector): { readonly expected: Expectation; readonly touched: readonly string[] } {
  const touched: string[] = [];
  let expected = wanted;
  for (const rule of RULES) {
    const next = ruled(rule, expected, vector);
    if (next !== expected) touched.push(rule.number);
    expected = next;
  }
  return { expected, touched };
}

/** Where TaskFlow itself varies, a rule is about each of the ways. */
function ruled(rule: Rule, wanted: Expectation, vector: Vector): Expectation {
  if (wanted.status !== 'varies') return rule.expected(wanted, vector);
  let changed = false;
  const alternatives = (wanted.alternatives ?? []).map((one) => {
    if (one.segments === undefined) return one;
    const before: Expectation = { ...one, status: 'ok' };
    const after = rule.expected(before, vector);
    changed ||= after !== before;
    return after;
  });
  return changed ? { ...wanted, alternatives } : wanted;
}

/** Rules that touch another number of the copied vectors than they say; and, if so, that all together touch too many. */
export function miscounted(verdicts: readonly { readonly touched: readonly string[] }[]): readonly string[] {
  const wrong = RULES.flatMap(({ number, touches }) => {
    const touched = verdicts.filter((verdict) => verdict.touched.includes(number)).length;
    return touched === touches && touches > 0 ? [] : [`rule ${number} touches ${touched} vectors instead of ${touches}`];
  });
  const touched = verdicts.filter((verdict) => verdict.touched.length > 0).length;
  const isTooMuch = touched * 4 > verdicts.length;
  return isTooMuch ? [...wrong, `the rules touch ${touched} of ${verdicts.length} vectors: more than a quarter`] : wrong;
}
