import type { Engine, FlowEvent, StepDecision } from '../../engine/index.js';
import type { RunState } from '../../model/states.js';

/** Whether a run may be taken from the engine that has it. */
export type Takeover = 'if-dead' | 'force';

/** What a caller does about a run that a live engine elsewhere has. */
export type IfOwned = 'wait' | 'refuse';

/** How a caller joins a run. */
export interface JoinOptions {
  readonly takeover: Takeover;
  readonly ifOwned: IfOwned;
  /** A run that succeeded runs again: what is new in its flow is done. */
  readonly rerun?: boolean;
  /** Id of a message in the run's inbox that an engine has to act on: a run that rests goes on for it, and for nothing else. */
  readonly message?: string;
  /** Recovery takes it, and no caller: a run that rests is left at rest, and a caller that asks for one that goes on joins it. */
  readonly recovers?: true;
  /** Called with each step; the run waits until it resolves. */
  readonly watch?: (engine: Engine, step: StepDecision, events: readonly FlowEvent[]) => Promise<void>;
  /** Called with the engine, if the run is driven here. */
  readonly driven?: (engine: Engine) => void;
}

export const WAIT_FOR_OWNER: JoinOptions = { takeover: 'if-dead', ifOwned: 'wait' };

/** Whether a run that came to rest in this state may have a message yet that its engine has not heard. */
export function mayWait(state: RunState, { message }: JoinOptions): boolean {
  return message !== undefined && (state === 'SUSPENDED' || state === 'FAILURE');
}
