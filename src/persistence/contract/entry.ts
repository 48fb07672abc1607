import { kindOf, type Transition } from '../transitions/table.js';

/** The newest format of entries that this version reads. Older ones are upcast on load, newer ones are refused. */
export const ENTRY_FORMAT = 2;

/**
 * The lowest format that can say it. What uses nothing new is read by the versions before, too, which go on with runs
 * beside this one while it is being deployed.
 */
export function formatOf(transitions: readonly Transition[]): number {
  let format = 1;
  for (const [word] of transitions) format = Math.max(format, kindOf(word).format);
  return format;
}

/** One step of a run, atomic in the journal. */
export interface Entry {
  readonly runId: string;
  /** Place in the run, from 0, without holes. `(runId, seq)` is unique: that is the fence. */
  readonly seq: number;
  /** Grows with each takeover. */
  readonly epoch: number;
  /** A reader may begin at the last `snapshot`; everything else is a `step`. */
  readonly kind: 'step' | 'snapshot';
  /** The engine that wrote it, a UUID. */
  readonly writer: string;
  /** Tells this write from any other of the same writer: 12 hexadecimal digits. */
  readonly stepId: string;
  readonly format: number;
  /** The writer's clock, milliseconds since 1970. */
  readonly atMs: number;
  readonly transitions: readonly Transition[];
}
