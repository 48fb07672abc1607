import { type History, instanceOf, type RetryContext } from '../authoring/index.js';
import { rulingIn } from './answers.js';
import { storable } from './call-task.js';
import type { CallEnd } from './end.js';
import type { CallPort } from './port.js';
import type { CallRegistry } from './registry.js';
import type { RetryRequest } from './request.js';
import { resultOf } from './result.js';
import { retryHistory } from './retry-history.js';
import { decodedValues } from './values.js';

type RetryMethod = (history: History<unknown>, inputs: object, context: RetryContext<object>) => unknown;
type RetryMethods = { readonly [Name in (typeof METHODS)[RetryRequest['phase']]]?: RetryMethod };

const METHODS = { execute: 'execute', revert: 'revert', ask: 'onFailure' } as const;

/** Calls the code of a retry: what it gives to the next attempt, how it is undone, or what it says about a failure. */
export async function callRetry(request: RetryRequest, registry: CallRegistry, port: CallPort): Promise<CallEnd> {
  const { phase, path, atom, inputs, lacksInputs, history } = request;
  const { codec, resolve } = registry;
  const { retry, outputs } = registry.retry(atom);
  const instance = (await instanceOf(retry.code, resolve)) as RetryMethods;
  const method = METHODS[phase];
  let returned: unknown;
  // Where a container makes the instance, it is called to see what it has. Without `onFailure` it can't decide, and fails.
  if (phase === 'ask' || instance[method] !== undefined) {
    if (lacksInputs !== undefined) return { kind: 'failure', failure: lacksInputs };
    const context = retryContext(request, registry, port);
    returned = await (instance as Required<RetryMethods>)[method](retryHistory(history, codec), decodedValues(inputs, codec), context);
  }
  if (phase === 'ask') return decisionEnd(path, returned);
  if (phase === 'revert') return { kind: 'result', ...storable(returned, codec) };
  const result = await resultOf(path, outputs, returned, codec);
  return 'failure' in result ? { kind: 'failure', failure: result.failure } : { kind: 'result', ...result };
}

function retryContext({ phase, key, path, history }: RetryRequest, { services }: CallRegistry, port: CallPort): RetryContext<object> {
  return {
    services,
    signal: port.signal,
    runId: key,
    path,
    attempt: phase === 'execute' ? history.attemptCount + 1 : history.attemptCount,
  };
}

/** The engine decides over plain data: what an answer throws when it is read is thrown here, as the retry's own. */
function decisionEnd(path: string, answer: unknown): CallEnd {
  const ruling = rulingIn(path, fieldsOf(answer));
  if ('name' in ruling) return { kind: 'failure', failure: ruling };
  const { decision, delayMs } = ruling;
  return { kind: 'result', result: delayMs === 0 ? decision : { decision, delayMs } };
}

/** Each read once. */
function fieldsOf(answer: unknown): unknown {
  if (typeof answer !== 'object' || answer === null || !('decision' in answer)) return answer;
  const { decision, delayMs } = answer as { readonly decision: unknown; readonly delayMs?: unknown };
  return { decision, ...(delayMs === undefined ? {} : { delayMs }) };
}
