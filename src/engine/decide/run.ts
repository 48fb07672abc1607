import type { CompiledFlow } from '../../compilation/index.js';
import type { Codec } from '../../model/codec/codec.js';
import type { Frontier } from '../frontier/frontier.js';
import type { RunStatus } from '../state/run-status.js';

/** A run that an engine moves: its compiled flow, its state, and what could happen next. */
export interface ActiveRun {
  readonly flow: CompiledFlow;
  status: RunStatus;
  frontier: Frontier;
  /** For the few values that decisions read. */
  readonly codec: Codec;
  /** There are listeners: what each step changes is noted for them. */
  observed: boolean;
  /** Of one that was PENDING when it was taken: since when. */
  leftAtMs?: number;
  /** The last entry is not written yet: what is stated next belongs to it. */
  entryIsOpen: boolean;
}
