import { afterAll, beforeAll, describe } from 'vitest';
import type { Transport } from '../../../src/contracts/index.js';
import { remote, type Worker, type WorkerOptions, worker } from '../../../src/workers/index.js';
import { describeExecutor, type ExecutorKind } from '../executors.js';
import tasks from './tasks.js';

/** Puts calls that a worker makes, whom they reach by this transport, through what all executors must do. */
export function describeRemote(
  name: string,
  make: () => Transport,
  { on, ...kind }: Pick<ExecutorKind, 'deaths'> & { readonly on?: () => NonNullable<WorkerOptions['on']> } = {},
): void {
  describe('by a worker', () => {
    let transport: Transport;
    let one: Worker;
    beforeAll(async () => {
      transport = make();
      one = worker(tasks, { transport, ...(on === undefined ? {} : { on: on() }) });
      await one.start();
    });
    afterAll(() => one?.stop({ graceMs: 1 }));
    describeExecutor(`remote, over ${name}`, { make: () => remote({ transport }), reattaches: true, ...kind });
  });
}
