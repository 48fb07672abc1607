import type { Engine, FlowEvent, StepDecision } from '../../engine/index.js';
import type { RunState } from '../../model/states.js';

/** Whether a run may be taken from the engine that has it. */
export type Takeover = 'if-dead' | 'force';

/** What a caller does about a run that a live engine elsewhere has. */
export type IfOwned = 'wait' | 'refuse';

/** What a caller wants with a run beside its result. */
export interface JoinOptions {
  readonly takeover: Takeover;
  readonly ifOwned: IfOwned;
  /** A run that succeeded runs again: what is new in its flow is done. */
  readonly rerun?: boolean;
  /** Id of a message in the run's inbox that somebody has to heed: a run that rests goes on for it, and for nothing else. */
  readonly message?: string;
  /** Nobody has asked for it: a run that rests is left at rest, and whoever asks for one that goes on joins it. */
  readonly recovers?: true;
  /** Told of each step; the run waits until it resolves. */
  readonly watch?: (engine: Engine, step: StepDecision, events: readonly FlowEvent[]) => Promise<void>;
  /** Told of the engine, if it is driven here. */
  readonly driven?: (engine: Engine) => void;
}

export const WAIT_FOR_OWNER: JoinOptions = { takeover: 'if-dead', ifOwned: 'wait' };

/** Whether a run that came to rest in this state may have a message yet that its engine has not heard. */
export function mayWait(state: RunState, { message }: JoinOptions): boolean {
  return message !== undefined && (state === 'SUSPENDED' || state === 'FAILURE');
}
