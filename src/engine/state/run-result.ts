import type { CompiledFlow } from '../../compilation/index.js';
import type { Codec } from '../../model/codec/codec.js';
import type { FailureReport } from '../../model/failure.js';
import { behaviorOf } from './atom-behavior.js';
import { failuresOf, leavesDone, pendingReverts } from './failures.js';
import type { RunStatus } from './run-status.js';
import { storedValue } from './values.js';

/** How a run ended, without its types. */
export type AnyRunResult = { readonly flow: string; readonly runId: string } & (
  | { readonly state: 'SUCCESS'; readonly results: Readonly<Record<string, unknown>>; readonly failures: readonly FailureReport[] }
  | { readonly state: 'REVERTED'; readonly failures: readonly FailureReport[] }
  | {
      readonly state: 'CANCELLED';
      readonly failures: readonly FailureReport[];
      readonly partial: boolean;
      readonly reason?: string;
    }
  | {
      readonly state: 'FAILURE';
      readonly failures: readonly FailureReport[];
      readonly partial: boolean;
      readonly pendingReverts: readonly string[];
    }
  | { readonly state: 'SUSPENDED' }
);

/** What a run that is at rest gives to whoever started it. */
export function runResult(flow: CompiledFlow, status: RunStatus, codec: Codec): AnyRunResult {
  const runId = status.creation.key;
  const common = { flow: flow.name, runId };
  switch (status.state) {
    case 'SUCCESS':
      return { ...common, state: status.state, results: resultsOf(flow, status, codec), failures: toleratedIn(flow, status) };
    case 'REVERTED':
      return { ...common, state: status.state, failures: failuresOf(flow, status) };
    case 'CANCELLED':
      return {
        ...{ ...common, state: status.state, failures: failuresOf(flow, status), partial: leavesDone(flow, status) },
        ...(status.reason === undefined ? {} : { reason: status.reason }),
      };
    case 'FAILURE':
      return {
        ...common,
        state: status.state,
        failures: failuresOf(flow, status),
        partial: isPartial(flow, status),
        pendingReverts: pendingReverts(flow, status),
      };
    case 'SUSPENDED':
      return { ...common, state: status.state };
    default:
      throw new Error(`run '${runId}' is ${status.state}: it has no result yet`);
  }
}

/** Something that was done stays done. */
function isPartial(flow: CompiledFlow, { atoms }: RunStatus): boolean {
  return flow.atoms.some((atom, index) => atoms[index]?.state === 'SUCCESS' && behaviorOf(atom).hasEffects);
}

/** What failed in optional nodes: the run went on without them. */
function toleratedIn(flow: CompiledFlow, status: RunStatus): readonly FailureReport[] {
  return flow.optional === undefined ? [] : failuresOf(flow, status).filter(({ optional }) => optional === true);
}

function resultsOf(flow: CompiledFlow, status: RunStatus, codec: Codec): Readonly<Record<string, unknown>> {
  const results: Record<string, unknown> = {};
  for (const [name, source] of flow.results) {
    const stored = storedValue({ flow, status }, source, codec);
    if (stored !== undefined) results[name] = codec.decode(stored);
  }
  return results;
}
