import type { BackoffDefinition } from '../../authoring/index.js';
import { inWords } from '../../model/in-words.js';
import type { FlowNodeShape, RetryNodeShape, TaskNodeShape, TimesShape } from '../shape/flow-shape.js';
import type { Report } from './report-parts.js';

const OTHERWISE: ReadonlySet<unknown> = new Set([undefined, 'REVERT', 'REVERT_ALL', 'REVERT_LOCAL']);

/** Reports a retry that can't try anything, or that can't be understood. */
export function reportRetry({ policy, provides }: RetryNodeShape, path: string, flow: string, report: Report): void {
  if (policy.kind === 'times') reportAttempts(policy.attempts, path, report);
  if (policy.kind === 'forEach' && policy.count === 0) report('RETRY_WITHOUT_VALUES', path, { flow, value: provides.join(', ') });
  if (policy.kind === 'custom' && policy.lacksOnFailure) report('NOT_A_RETRY', path, { flow });
  if (policy.kind === 'custom' && !policy.declared) report('RETRY_UNDECLARED', path, { flow, retry: policy.name });
  if ('backoff' in policy) reportBackoff(policy.backoff, flow, path, report);
  if ('otherwise' in policy && !OTHERWISE.has(policy.otherwise)) report('BAD_OTHERWISE', path, { flow, value: String(policy.otherwise) });
}

/** Reports a revert that can't be tried again in this way. */
export function reportRevertRetry({ revertRetry, name }: TaskNodeShape, path: string, flow: string, report: Report): void {
  if (revertRetry !== undefined) reportTimes(revertRetry, name, path, flow, report);
}

/** Reports a node that can't be called in this way. */
export function reportTuning(node: FlowNodeShape | TaskNodeShape, path: string, flow: string, report: Report): void {
  const { name, tuning } = node;
  if (tuning === undefined) return;
  const { retry, retryIf } = tuning;
  const unfit = (option: string, reason: string): void => report('TUNING_UNFIT', path, { node: name, option, reason });
  const isCalled = node.kind === 'task' && node.wait === undefined;
  if (!isCalled) {
    const reason = node.kind === 'flow' ? 'it is a flow, and each of its tasks has its own' : 'it waits, and nothing of it is called';
    for (const option of Object.keys(tuning)) unfit(option, reason);
    return;
  }
  if (retry !== undefined) reportTimes(retry, name, path, flow, report);
  if (retryIf === false) unfit('retryIf', 'it is no function');
  else if (retryIf === true && retry === undefined) unfit('retryIf', "without 'retry' nothing is tried again");
  for (const option of ['timeoutMs', 'heartbeatMs', 'deadlineMs'] as const) {
    const value: unknown = tuning[option];
    const isTime = value === undefined || (typeof value === 'number' && value > 0);
    if (!isTime) report('BAD_TIME', path, { node: name, option, value: inWords(value), expected: 'milliseconds of more than 0' });
  }
}

function reportTimes({ attempts, backoff, unknownOptions }: TimesShape, name: string, path: string, flow: string, report: Report): void {
  reportAttempts(attempts, path, report);
  reportBackoff(backoff, name, path, report);
  for (const option of unknownOptions) report('UNKNOWN_OPTION', path, { flow, option });
}

function reportAttempts(attempts: number, path: string, report: Report): void {
  if (!(Number.isInteger(attempts) && attempts >= 1)) report('BAD_ATTEMPTS', path, { value: String(attempts) });
}

const LEAST = { delayMs: 0, factor: 1, maxMs: 0, jitter: 0 } as const;

function reportBackoff(backoff: BackoffDefinition | undefined, node: string, path: string, report: Report): void {
  if (backoff === undefined) return;
  for (const option of ['delayMs', 'factor', 'maxMs', 'jitter'] as const) {
    const value: unknown = backoff[option];
    const makesSense = Number.isFinite(value) && (value as number) >= LEAST[option] && !(option === 'jitter' && (value as number) > 1);
    if (!makesSense) report('BAD_BACKOFF', path, { node, option, value: String(value) });
  }
}
