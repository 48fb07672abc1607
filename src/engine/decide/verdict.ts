import type { CompiledDecider, CompiledFlow } from '../../compilation/index.js';
import { isSkipped, type RunStatus } from '../state/run-status.js';

/** A decider with its number. */
export type Numbered = readonly [number: number, decider: CompiledDecider];

/**
 * The atoms that are skipped when all who speak for one node have spoken: as far as the widest `no` reaches (TaskFlow,
 * Nothing before.
 */
export function skippedAt(status: RunStatus, deciders: readonly Numbered[]): readonly (readonly [from: number, end: number])[] {
  if (deciders.some((decider) => voteOf(status, decider) === undefined && !isSkipped(status, decider[1].source))) return [];
  return deciders.flatMap((decider) => (voteOf(status, decider) === false ? decider[1].skips : []));
}

/** The same of all nodes of a flow, as atoms. */
export function skippedBy({ deciders = [] }: CompiledFlow, status: RunStatus): readonly number[] {
  const byEntry = new Map<number, Numbered[]>();
  for (const [number, decider] of deciders.entries()) {
    byEntry.set(decider.entry, [...(byEntry.get(decider.entry) ?? []), [number, decider]]);
  }
  return [...byEntry.values()].flatMap((group) =>
    skippedAt(status, group).flatMap(([from, end]) => Array.from({ length: end - from }, (_, offset) => from + offset)),
  );
}

function voteOf({ atoms }: RunStatus, [number, { first }]: Numbered): boolean | undefined {
  return atoms[first]?.votes[number];
}
