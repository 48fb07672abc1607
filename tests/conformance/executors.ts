import { describe, test } from 'vitest';
import { endingCases } from './executors/endings.js';
import { endCases } from './executors/ends.js';
import { lossCases } from './executors/losses.js';
import { reportCases } from './executors/reports.js';
import { type ExecutorCase, type ExecutorKind, rigOf } from './executors/rig.js';
import { undoCases } from './executors/undoing.js';

export type { ExecutorCase, ExecutorKind } from './executors/rig.js';

/** What calls tasks must do to be an executor. A plain list, so that a test can also prove that a broken one fails it. */
export const executorCases: readonly ExecutorCase[] = [...endCases, ...reportCases, ...undoCases, ...endingCases, ...lossCases];

/** Runs all cases. */
export function describeExecutor(name: string, kind: ExecutorKind): void {
  describe(`executor: ${name}`, () => {
    test.each(executorCases.map((one) => [one.name, one] as const))('%s', async (_name, one) => runCase(one, kind));
  });
}

export async function runCase(one: ExecutorCase, kind: ExecutorKind): Promise<void> {
  const rig = rigOf(kind);
  try {
    await one.run(rig);
  } finally {
    await rig.close();
  }
}
