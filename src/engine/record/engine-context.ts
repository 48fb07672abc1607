import type { CallParts } from '../calls/calls.js';
import type { RunSlots } from '../calls/run-slots.js';
import type { SlotDesk } from '../calls/task-slots.js';
import { maxStepsOf } from '../decide/full-journal.js';
import type { ActiveRun } from '../decide/run.js';
import type { Audience } from '../events/events.js';
import type { Telemetry } from '../events/telemetry.js';
import type { Limits, OnFailure } from '../state/protocol.js';
import type { RecorderSettings } from './recorder.js';
import type { WriterParts } from './writer.js';

/**
 * What the app hands to engines: the sum of what their parts ask for, each of which names what it uses, and takes nothing else.
 * Only what puts an engine together knows all of it.
 */
export interface EngineContext extends WriterParts, CallParts, RecorderSettings, LimitSettings, Audience {
  /** Absent: nobody traces. */
  readonly telemetry?: Pick<Telemetry, 'create' | 'call'>;
  /** Where tasks with limits ask for slots; absent: the store has none. */
  readonly slotDesk?: SlotDesk;
  /** Leases last this long; a run that was not confirmed for two thirds of it is confirmed before code is called. */
  readonly leaseMs: number;
}

/** What bounds the steps of an engine, as far as the app says so. */
export interface LimitSettings extends Pick<CallParts, 'executors' | 'resolve'>, Pick<WriterParts, 'clock'> {
  readonly onFailure: OnFailure;
  /** Steps that a run may have before it goes back; absent: by the size of its flow. */
  readonly maxSteps?: number;
  /** After so long a run is let go of which nothing happens meanwhile; nothing: the app keeps what it drives. */
  horizonMs?(): number | undefined;
  /** The time of the store, in milliseconds since 1970, by which all who drive runs of it go; nothing: it has none of its own. */
  storeNowMs?(): number | undefined;
}

/** What bounds the next step of a run. @param slots that the run has of the app's executors */
export function limitsOf(settings: LimitSettings, { flow }: ActiveRun, hold: Limits['hold'], slots: RunSlots): Limits {
  const { executors, clock, onFailure, resolve, maxSteps } = settings;
  const { lockstep } = executors.own.executor;
  const { capacity, slots: free, named } = slots.reserve();
  // One literal with all fields, since this is made with each step: objects that are spread are slow to make and to read.
  return {
    capacity,
    slots: free,
    named,
    granted: slots.granted,
    reattaching: slots.reattaching,
    hold,
    nowMs: settings.storeNowMs?.() ?? clock.nowMs(),
    monotonicMs: clock.monotonicMs(),
    onFailure,
    maxSteps: maxStepsOf(maxSteps, flow.atoms.length),
    horizonMs: settings.horizonMs?.(),
    resolves: resolve === undefined ? undefined : true,
    lockstep,
  };
}
