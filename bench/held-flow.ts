import { defineTask, linear, type TaskContext } from 'flowproof';

export interface HeldServices {
  /** Told when a task begins. */
  readonly begun: (task: 'first' | 'second', runId: string) => void;
  /** The first task ends when this resolves, or when its signal is aborted. */
  readonly held: (signal: AbortSignal) => Promise<void>;
}

const first = defineTask({
  name: 'first',
  execute: async (_inputs: {}, { runId, services, signal }: TaskContext<HeldServices>): Promise<void> => {
    services.begun('first', runId);
    await services.held(signal);
    signal.throwIfAborted();
  },
});

const second = defineTask({
  name: 'second',
  execute: async (_inputs: {}, { runId, services }: TaskContext<HeldServices>): Promise<void> => services.begun('second', runId),
});

/** A job whose first task is under way when its process dies, or its conductor stops. */
export const held = linear('held').add(first).add(second).build();

/** Until the signal is aborted. */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
