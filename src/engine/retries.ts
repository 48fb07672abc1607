import type { CompiledRetry } from '../compilation/index.js';
import type { Failure } from '../model/failure.js';
import { canonicalText, isJsonArray, type Json, type JsonObject } from '../model/json.js';
import type { AtomStatus } from './run-state.js';
import type { Run } from './step.js';
import { storedValue } from './values.js';

/** What a retry says about a failure in its flow; TaskFlow. */
export type Verdict = 'RETRY' | 'REVERT' | 'REVERT_ALL';

/** What a stock retry says now: they are data, so nobody has to be asked. TaskFlow. */
export function verdictOf(run: Run, { retry, index }: CompiledRetry): Verdict {
  switch (retry.kind) {
    case 'times':
      return statusOf(run, index).attempt < retry.attempts ? 'RETRY' : 'REVERT';
    case 'forEach':
    case 'forEachOf':
      return valuesLeft(run, retry, index).length > 0 ? 'RETRY' : 'REVERT';
    case 'alwaysRevert':
      return 'REVERT';
    case 'alwaysRevertAll':
      return 'REVERT_ALL';
    case 'own':
      throw new Error('a retry of the user decides by its code');
  }
}

/** What a stock retry gives to its next attempt; or why there can be none, which is its own failure. */
export function nextAttempt(run: Run, { retry, index, path }: CompiledRetry): { readonly provided?: Json } | { readonly failure: Failure } {
  if (retry.kind !== 'forEach' && retry.kind !== 'forEachOf') return {};
  const [value] = valuesLeft(run, retry, index);
  if (value === undefined) return { failure: { name: 'RetryError', code: 'NO_VALUE_LEFT', message: `'${path}' has no value to try` } };
  return { provided: { [retry.provides]: value } };
}

type ForEach = Extract<CompiledRetry['retry'], { kind: 'forEach' | 'forEachOf' }>;

/** The list without what was tried: each time an equal value was tried, one of them is gone. */
function valuesLeft(run: Run, retry: ForEach, index: number): readonly Json[] {
  const tried = new Map<string, number>();
  for (const attempt of statusOf(run, index).tried) {
    const text = canonicalText((attempt as JsonObject)[retry.provides] ?? null);
    tried.set(text, (tried.get(text) ?? 0) + 1);
  }
  return valuesOf(run, retry, index).filter((value) => {
    const text = canonicalText(value);
    const times = tried.get(text) ?? 0;
    tried.set(text, times - 1);
    return times <= 0;
  });
}

function valuesOf(run: Run, retry: ForEach, index: number): readonly Json[] {
  if (retry.kind === 'forEach') return retry.values.map((value) => run.codec.encode(value));
  const atom = run.flow.atoms[index];
  const source = atom?.kind === 'retry' ? atom.inputs[retry.requires] : undefined;
  const stored = source === undefined ? undefined : storedValue(run, source, run.codec);
  return stored !== undefined && isJsonArray(stored) ? stored : [];
}

function statusOf(run: Run, index: number): AtomStatus {
  return run.status.atoms[index] as AtomStatus;
}
