import type { CallParts } from '../calls/calls.js';
import type { RunSlots } from '../calls/run-slots.js';
import { maxStepsOf } from '../decide/full-journal.js';
import type { Run } from '../decide/step.js';
import type { Audience } from '../events/events.js';
import type { Limits, OnFailure } from '../state/protocol.js';
import type { RecorderSettings } from './recorder.js';
import type { WriterParts } from './writer.js';

/**
 * What the app hands to engines: the sum of what their parts ask for, each of which names what it uses, and takes nothing else.
 * Only what puts an engine together knows all of it.
 */
export interface EngineContext extends WriterParts, CallParts, RecorderSettings, LimitSettings, Audience {
  /** Leases last this long; a run that was not confirmed for two thirds of it is confirmed before code is called. */
  readonly leaseMs: number;
  /** How long code may take to end after it was told to. */
  readonly graceMs: number;
}

/** What bounds the steps of an engine, as far as the app says so. */
export interface LimitSettings extends Pick<CallParts, 'executor' | 'resolve'>, Pick<WriterParts, 'clock'> {
  readonly onFailure: OnFailure;
  /** Steps that a run may have before it goes back; absent: by the size of its flow. */
  readonly maxSteps?: number;
}

/** What bounds the next step of a run. @param slots of the app that the run has, where these are bounded */
export function limitsOf(settings: LimitSettings, { flow }: Run, hold: Limits['hold'], slots?: RunSlots): Limits {
  const { executor, clock, onFailure, resolve, maxSteps } = settings;
  const { perRun } = executor.slots;
  const { lockstep } = executor;
  return {
    capacity: perRun,
    slots: slots?.reserve(),
    hold,
    nowMs: clock.nowMs(),
    monotonicMs: clock.monotonicMs(),
    onFailure,
    maxSteps: maxStepsOf(maxSteps, flow.atoms.length),
    ...(resolve === undefined ? {} : { resolves: true }),
    ...(lockstep === undefined ? {} : { lockstep }),
  };
}
