import { defineTask, type TaskContext } from '../../src/index.js';

/** How many calls are under way, and were at most. */
export class Meter {
  now = 0;
  most = 0;
  /** Names of the runs, in the order of their calls. */
  readonly calls: string[] = [];

  enter(run: string): void {
    this.calls.push(run);
    this.most = Math.max(this.most, ++this.now);
  }

  leave(): void {
    this.now--;
  }
}

type Metered = TaskContext<{ meter: Meter }>;
export const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export const metered = <const Name extends string>(name: Name) =>
  defineTask({
    name,
    execute: async (_: {}, { runId, services: { meter } }: Metered) => {
      meter.enter(runId);
      for (let turns = 0; turns < 3; turns++) await turn();
      meter.leave();
    },
  });
