import type { BackoffDefinition } from '../../authoring/index.js';
import type { RetryNodeShape, TaskNodeShape } from '../shape/flow-shape.js';
import type { Report } from './report-parts.js';

const OTHERWISE: ReadonlySet<unknown> = new Set([undefined, 'REVERT', 'REVERT_ALL', 'REVERT_LOCAL']);

/** Reports a retry that can't try anything, or that can't be understood. */
export function reportRetry({ policy, provides }: RetryNodeShape, path: string, flow: string, report: Report): void {
  if (policy.kind === 'times') reportAttempts(policy.attempts, path, report);
  if (policy.kind === 'forEach' && policy.count === 0) report('RETRY_WITHOUT_VALUES', path, { flow, value: provides.join(', ') });
  if (policy.kind === 'own' && policy.lacksOnFailure) report('NOT_A_RETRY', path, { flow });
  if (policy.kind === 'own' && !policy.declared) report('RETRY_UNDECLARED', path, { flow, retry: policy.name });
  if ('backoff' in policy) reportBackoff(policy.backoff, flow, path, report);
  if ('otherwise' in policy && !OTHERWISE.has(policy.otherwise)) report('BAD_OTHERWISE', path, { flow, value: String(policy.otherwise) });
}

/** Reports a revert that can't be tried again in this way. */
export function reportRevertRetry({ revertRetry, name }: TaskNodeShape, path: string, flow: string, report: Report): void {
  if (revertRetry === undefined) return;
  reportAttempts(revertRetry.attempts, path, report);
  reportBackoff(revertRetry.backoff, name, path, report);
  for (const option of revertRetry.unknownOptions) report('UNKNOWN_OPTION', path, { flow, option });
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
