import type { CallParts } from '../calls/calls.js';
import { maxStepsOf } from '../decide/full-journal.js';
import type { Run } from '../decide/step.js';
import type { FlowEvent } from '../events/events.js';
import type { Limits, OnFailure } from '../state/protocol.js';
import type { Durability } from './durability.js';
import type { WriterParts } from './writer.js';

/** Everything an engine is handed. */
export interface EngineParts extends WriterParts, CallParts {
  /** Leases last this long; a run that was not confirmed for two thirds of it is confirmed before code is called. */
  readonly leaseMs: number;
  readonly durability: Durability;
  readonly onFailure: OnFailure;
  /** Entries that are written at least between two snapshots. */
  readonly snapshotAfter: number;
  /** Steps that a run may have before it goes back; absent: by the size of its flow. */
  readonly maxSteps?: number;
  /** Whether anybody listens: else events are not even made. */
  listening(): boolean;
  emit(event: FlowEvent): void;
}

/** What bounds the next step of a run by an engine that is made of these parts. */
export function limitsOf(parts: EngineParts, { flow }: Run, hold: Limits['hold']): Limits {
  const { executor, clock, onFailure, resolve } = parts;
  const { capacity, lockstep } = executor;
  const maxSteps = maxStepsOf(parts.maxSteps, flow.atoms.length);
  return {
    capacity,
    hold,
    nowMs: clock.nowMs(),
    monotonicMs: clock.monotonicMs(),
    onFailure,
    maxSteps,
    ...(resolve === undefined ? {} : { resolves: true }),
    ...(lockstep === undefined ? {} : { lockstep }),
  };
}
