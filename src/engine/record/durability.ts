import { kindOf, type Transition } from '../../persistence/index.js';
import type { Command } from '../state/protocol.js';

/**
 * When a step has to be on disk. `step`: before anything that follows from it. `relaxed`: the same, but it survives a crash
 * of ours only, not of the machine. `checkpoint`: before the first revert, a pause, a question to code of the user, `ctx.save`,
 * a suspension, the end, every 100 steps, and after a second of waiting; a crash between two of these repeats what came
 * after the last, with the same idempotency keys. `none`: at the start, at the end, and when the run rests.
 */
export type Durability = 'step' | 'relaxed' | 'checkpoint' | 'none';

/** Steps that may be lost at most. */
const MOST_STEPS = 100;

/** Whether what has been stated since the last entry has to be written now. */
export function isWrittenNow(
  durability: Durability,
  stated: readonly Transition[],
  commands: readonly Command[],
  stepsHeld: number,
): boolean {
  switch (durability) {
    case 'step':
    case 'relaxed':
      return true;
    case 'checkpoint':
      return (
        stepsHeld >= MOST_STEPS ||
        stated.some(([word]) => kindOf(word).written !== 'later') ||
        commands.some((command) => command.do === 'ask')
      );
    case 'none':
      return stated.some(([word]) => kindOf(word).written === 'always');
  }
}
