import type { CallParts } from './calls.js';
import type { Limits, OnFailure } from './decision.js';
import type { Durability } from './durability.js';
import type { FlowEvent } from './events.js';
import type { WriterParts } from './writer.js';

/** Everything an engine is handed. */
export interface EngineParts extends WriterParts, CallParts {
  /** Leases last this long; a run that was not confirmed for two thirds of it is confirmed before code is called. */
  readonly leaseMs: number;
  readonly durability: Durability;
  readonly onFailure: OnFailure;
  /** Entries that are written at least between two snapshots. */
  readonly snapshotAfter: number;
  /** Whether anybody listens: else events are not even made. */
  listening(): boolean;
  emit(event: FlowEvent): void;
}

/** What bounds a step of an engine that is made of these parts. */
export function limitsOf({ executor, clock, onFailure }: EngineParts, hold: Limits['hold']): Limits {
  const { capacity, lockstep } = executor;
  return { capacity, hold, nowMs: clock.nowMs(), onFailure, ...(lockstep === undefined ? {} : { lockstep }) };
}
