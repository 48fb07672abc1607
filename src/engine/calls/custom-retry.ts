import { type CustomRetryDefinition, type History, instanceOf, type Resolve, type RetryContext } from '../../authoring/index.js';
import type { CompiledRetry } from '../../compilation/index.js';
import { toFailure } from '../../model/failure.js';
import type { Phase } from '../../model/states.js';
import { retryHistory } from '../decide/retry-history.js';
import type { Run } from '../decide/step.js';
import type { Answer, Question } from '../state/protocol.js';
import type { AtomStatus } from '../state/run-status.js';
import { inputsOf } from '../state/values.js';

/** What the code of retries may reach. */
export interface RetryParts {
  readonly services: object;
  readonly resolve?: Resolve;
}

type RetryMethod = (history: History<unknown>, inputs: object, context: RetryContext<object>) => unknown;
type RetryMethods = { readonly [Name in Phase | 'onFailure']?: RetryMethod };

/**
 * Runs code of a retry beside the engine, wherever tasks run (TaskFlow ).
 *
 * @param asked for `onFailure`: the failure that it is asked about
 * @returns what it gives to its flow, or what it decides
 */
export async function callRetry(
  run: Run,
  compiled: CompiledRetry,
  method: Phase | 'onFailure',
  parts: RetryParts,
  signal: AbortSignal,
  asked?: Extract<Question, { about: 'failure' }>,
): Promise<unknown> {
  const { code, requires } = compiled.retry as CustomRetryDefinition;
  const { path, index, inputs } = compiled;
  const instance = (await instanceOf(code, parts.resolve)) as RetryMethods;
  // Where a container makes the instance, it is called to see what it has. Without `onFailure` it can't decide, and fails.
  if (method !== 'onFailure' && instance[method] === undefined) return undefined;
  const { tried } = run.status.atoms[index] as AtomStatus;
  const attempt = method === 'execute' ? tried.length + 1 : tried.length;
  const context = { services: parts.services, signal, runId: run.status.creation.key, path, attempt };
  return (instance as Required<RetryMethods>)[method](retryHistory(run, compiled, asked), inputsOf(run, path, requires, inputs), context);
}

/** The engine decides over plain data: what an answer throws when it is read is thrown here, as the retry's own. */
function fieldsOf(answer: unknown): unknown {
  if (typeof answer !== 'object' || answer === null || !('decision' in answer)) return answer;
  const { decision, delayMs } = answer as { readonly decision: unknown; readonly delayMs?: unknown };
  return { decision, ...(delayMs === undefined ? {} : { delayMs }) };
}

/** Asks a retry what a failure means; what it throws is told, too. */
export async function askRetry(
  run: Run,
  question: Extract<Question, { about: 'failure' }>,
  parts: RetryParts,
  signal: AbortSignal,
): Promise<Answer> {
  const retry = run.flow.atoms[question.retry] as CompiledRetry;
  try {
    return { answer: fieldsOf(await callRetry(run, retry, 'onFailure', parts, signal, question)) };
  } catch (thrown) {
    return { answer: undefined, failure: toFailure(thrown) };
  }
}
