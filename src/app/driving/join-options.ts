import type { Engine, FlowEvent, StepPlan } from '../../engine/index.js';
import type { RunState } from '../../model/states.js';
import { mayGoOn } from '../../persistence/index.js';

/** Whether a run may be taken from the engine that has it. */
export type Takeover = 'if-dead' | 'force';

/** What a caller does about a run that a live engine elsewhere has. */
export type IfOwned = 'wait' | 'refuse';

/** How a caller joins a run. */
export interface JoinOptions {
  readonly takeover: Takeover;
  readonly ifOwned: IfOwned;
  /** A run that sleeps is taken at once, and not only when it is due. */
  readonly wakes?: true;
  /** A run that succeeded runs again: what is new in its flow is done. */
  readonly rerun?: boolean;
  /** Id of a message in the run's inbox that an engine has to act on: a run that rests goes on for it, and for nothing else. */
  readonly message?: string;
  /** Recovery takes it, and no caller: a run that rests is left at rest, and a caller that asks for one that goes on joins it. */
  readonly recovers?: true;
  /** Called with each step; the run waits until it resolves. */
  readonly watch?: (engine: Engine, step: StepPlan, events: readonly FlowEvent[]) => Promise<void>;
  /** Called with the engine, if the run is driven here. */
  readonly driven?: (engine: Engine) => void;
}

export const WAIT_FOR_OWNER: JoinOptions = { takeover: 'if-dead', ifOwned: 'wait' };

/** Whether a run that came to rest in this state may have a message yet that its engine has not heard. */
export function mayWait(run: { readonly state: RunState; readonly partial?: boolean }, { message }: JoinOptions): boolean {
  return message !== undefined && mayGoOn(run);
}
