import { defineTask, isFlowproofError, linear, type TaskContext } from '../../src/index.js';
import { Gate } from './gate.js';

interface Gates {
  readonly gates: Readonly<Record<string, Gate>>;
}

/** A task that waits at the gate of its name. */
export const gated = (name: string) =>
  defineTask({
    name,
    async execute(_: {}, { services }: TaskContext<Gates>) {
      await services.gates[name]?.pass();
    },
  });
export const twoGates = linear('two-gates').add(gated('one')).add(gated('two')).build();

export const gates = (): Record<'one' | 'two', Gate> => ({ one: new Gate(), two: new Gate() });

/** The code with which something fails. */
export async function code(failing: Promise<unknown>): Promise<string> {
  try {
    await failing;
  } catch (error) {
    return isFlowproofError(error) ? error.code : String(error);
  }
  return 'no error';
}
