import type { Io } from './io.js';

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/** Resolves when the person stops the command. */
export function stopped({ signal }: Pick<Io, 'signal'>): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** Calls this when the person asks once more, who does not want to wait for what ends. */
export function onStopAgain(act: () => void): void {
  for (const signal of SIGNALS) process.once(signal, act);
}
