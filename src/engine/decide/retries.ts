import type { BackoffDefinition, RetryDefinition } from '../../authoring/index.js';
import type { CompiledAtom, CompiledRetry } from '../../compilation/index.js';
import { type Failure, outOfTimeOfWork, statedFailure } from '../../model/failure.js';
import { quickDigest } from '../../model/ids.js';
import { messageOf } from '../../model/in-words.js';
import { canonicalText, isJsonArray, type Json, type JsonObject } from '../../model/json.js';
import type { Decision } from '../../model/states.js';
import { behaviorOf } from '../state/atom-behavior.js';
import { type AtomStatus, atomOf, type DecidedFailure } from '../state/run-status.js';
import { storedValue } from '../state/values.js';
import type { ActiveRun } from './run.js';

/** What is given to the next attempt, if anything is; or why there can be none, which is the retry's own failure. */
type NextAttempt = { readonly provided?: Json } | { readonly failure: Failure };

/** How the retries of one kind decide. */
interface RetryRule<Retry extends RetryDefinition> {
  /** What it says about a failure in its flow; nothing: its code has to be asked. */
  decision(run: ActiveRun, compiled: CompiledRetry, retry: Retry, failed: number, via: number): Decision | undefined;
  next(run: ActiveRun, compiled: CompiledRetry, retry: Retry): NextAttempt;
}

const BY_LIST: RetryRule<ForEach> = {
  decision: (run, compiled, retry) => (hasUntriedValue(run, compiled, retry) ? 'RETRY' : (retry.otherwise ?? 'REVERT')),
  next: nextValue,
};

/** By kind: one that is added and is missing here does not compile. TaskFlow. */
const RULES: { readonly [Kind in RetryDefinition['kind']]: RetryRule<Extract<RetryDefinition, { readonly kind: Kind }>> } = {
  times: {
    decision: (run, { index }, { attempts, otherwise }) =>
      atomOf(run.status, index).attempt < attempts ? 'RETRY' : (otherwise ?? 'REVERT'),
    next: () => ({}),
  },
  forEach: BY_LIST,
  forEachOf: BY_LIST,
  alwaysRevert: { decision: () => 'REVERT', next: () => ({}) },
  alwaysRevertAll: { decision: () => 'REVERT_ALL', next: () => ({}) },
  custom: {
    // What its code has said about this very failure, in this attempt.
    decision: (run, { index }, _, failed, via) => decidedIn(atomOf(run.status, index), failed, via)?.decision,
    // Counted, so that there is a place for what it is asked about each attempt.
    next: () => ({ provided: {} }),
  },
};

function ruleOf({ kind }: RetryDefinition): RetryRule<RetryDefinition> {
  return RULES[kind];
}

/** What a retry says about a failure in its flow; nothing: its code has to be asked, which no stock retry has. */
export function decisionOf(run: ActiveRun, compiled: CompiledRetry, failed: number, via: number): Decision | undefined {
  return ruleOf(compiled.retry).decision(run, compiled, compiled.retry, failed, via);
}

function decidedIn(status: AtomStatus, failed: number, via: number): DecidedFailure | undefined {
  const { decided, tried } = status;
  for (let last = decided.length - 1; decided[last]?.attempt === tried.length; last--) {
    const decision = decided[last];
    if (decision?.failed === failed && decision.via === via) return decision;
  }
  return undefined;
}

/** What a retry whose code is not called gives to its next attempt. */
export function nextAttempt(run: ActiveRun, compiled: CompiledRetry): NextAttempt {
  return ruleOf(compiled.retry).next(run, compiled, compiled.retry);
}

function nextValue(run: ActiveRun, compiled: CompiledRetry, retry: ForEach): NextAttempt {
  const { path } = compiled;
  try {
    const [value] = untriedValues(run, compiled, retry);
    if (value === undefined) return { failure: { name: 'RetryError', code: 'NO_VALUE_LEFT', message: `'${path}' has no value to try` } };
    return { provided: { [retry.provides]: value } };
  } catch (error) {
    const message = `'${path}' can't try what it was given: ${messageOf(error)}`;
    return { failure: statedFailure({ name: 'RetryError', code: 'NOT_STORABLE', message }) };
  }
}

/** What the codec refuses can't be tried. */
function hasUntriedValue(run: ActiveRun, compiled: CompiledRetry, retry: ForEach): boolean {
  try {
    return untriedValues(run, compiled, retry).length > 0;
  } catch {
    return false;
  }
}

/** How long a stock retry waits between the failure and its next attempt. */
export function pauseBefore(run: ActiveRun, { retry, index, path }: CompiledRetry): number {
  if (!('backoff' in retry) || retry.backoff === undefined) return 0;
  return pauseMs(retry.backoff, atomOf(run.status, index).attempt, `${run.status.runId} ${path}`);
}

/**
 * The pause after so many attempts. Its part of chance follows from who waits, so that the same run decides the same
 * again, and runs that failed together do not come back together.
 */
export function pauseMs({ delayMs, factor, maxMs, jitter }: BackoffDefinition, attempts: number, who: string): number {
  // After a thousand attempts the factor's power is Infinity, and nothing is not as often as that.
  const whole = delayMs === 0 ? 0 : Math.min(maxMs, delayMs * factor ** (attempts - 1));
  const chance = Number.parseInt(quickDigest(`${who} ${attempts}`).slice(0, 8), 16) / 0xffffffff;
  return Math.round(whole * (1 - jitter * chance));
}

type ForEach = Extract<RetryDefinition, { kind: 'forEach' | 'forEachOf' }>;

/** The list without what was tried: each time an equal value was tried, one of them is gone. */
function untriedValues(run: ActiveRun, compiled: CompiledRetry, retry: ForEach): readonly Json[] {
  const tried = new Map<string, number>();
  for (const attempt of atomOf(run.status, compiled.index).tried) {
    const text = canonicalText((attempt as JsonObject)[retry.provides] ?? null);
    tried.set(text, (tried.get(text) ?? 0) + 1);
  }
  return allValues(run, compiled, retry).filter((value) => {
    const text = canonicalText(value);
    const times = tried.get(text) ?? 0;
    tried.set(text, times - 1);
    return times <= 0;
  });
}

function allValues(run: ActiveRun, { inputs }: CompiledRetry, retry: ForEach): readonly Json[] {
  if (retry.kind === 'forEach') return retry.values.map((value) => run.codec.encode(value));
  const source = inputs[retry.requires];
  const stored = source === undefined ? undefined : storedValue(run, source, run.codec);
  return stored !== undefined && isJsonArray(stored) ? stored : [];
}

/**
 * Why no other call of this piece of work begins at this time: it has a time for all of them, which is over then.
 *
 * @param atMs in milliseconds since 1970
 * @param cause what the last call failed with, or why it was lost
 */
export function workIsOverdue({ flow, status }: ActiveRun, index: number, atMs: number, cause: Failure | undefined): Failure | undefined {
  const atom = flow.atoms[index] as CompiledAtom;
  const deadlineMs = behaviorOf(atom).deadlineMs(atom);
  const { startedAtMs } = atomOf(status, index);
  if (deadlineMs === undefined || startedAtMs === undefined || atMs < startedAtMs + deadlineMs) return undefined;
  return { ...outOfTimeOfWork(atom.path, deadlineMs), ...(cause === undefined ? {} : { cause }) };
}
