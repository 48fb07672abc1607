import type { CompiledDecider } from '../compilation/index.js';
import { LATEST_MS } from '../model/clock.js';
import { type Failure, statedFailure } from '../model/failure.js';
import { inWords } from '../model/in-words.js';
import { DECISIONS, type Decision } from '../model/states.js';

/** What a retry said about a failure. */
export interface Ruling {
  readonly decision: Decision;
  readonly delayMs: number;
}

const BAD_ANSWER = 'BAD_ANSWER';

/** What a retry of this path said, or what is wrong with it. */
export function rulingIn(path: string, answer: unknown): Ruling | Failure {
  if (isDecision(answer)) return { decision: answer, delayMs: 0 };
  if (typeof answer !== 'object' || answer === null) return badDecision(path, answer);
  const { decision, delayMs = 0 } = answer as { readonly decision?: unknown; readonly delayMs?: unknown };
  if (!isDecision(decision)) return badDecision(path, answer);
  if (decision !== 'RETRY') return { decision, delayMs: 0 };
  if (typeof delayMs === 'number' && delayMs >= 0 && delayMs <= LATEST_MS) return { decision, delayMs };
  const message = `onFailure of '${path}' said delayMs: ${inWords(delayMs)}: it has to be a number of milliseconds from 0 to ${LATEST_MS}`;
  return statedFailure({ name: 'RetryError', code: BAD_ANSWER, message });
}

function isDecision(value: unknown): value is Decision {
  return DECISIONS.some((word) => word === value);
}

function badDecision(path: string, answer: unknown): Failure {
  const message = `onFailure of '${path}' said ${inWords(answer)}: it has to say ${DECISIONS.join(', ')}`;
  return statedFailure({ name: 'RetryError', code: BAD_ANSWER, message });
}

/** What is wrong with the answer of a decider: it says yes or no, or names one of the branches of a choice. */
export function unusableAnswer({ choice, target }: Pick<CompiledDecider, 'choice' | 'target'>, answer: unknown): Failure | undefined {
  const cases: readonly unknown[] = choice?.cases ?? [true, false];
  if (cases.includes(answer)) return undefined;
  const message = `the decider of '${target}' said ${inWords(answer)}: it has to say ${cases.map((one) => JSON.stringify(one)).join(' or ')}`;
  return statedFailure({ name: 'DeciderError', code: BAD_ANSWER, message });
}
