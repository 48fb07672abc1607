import { describe, test } from 'vitest';
import { deathCases } from './executors/deaths.js';
import { endingCases } from './executors/endings.js';
import { endCases } from './executors/ends.js';
import { lossCases } from './executors/losses.js';
import { reportCases } from './executors/reports.js';
import { type ExecutorCase, type ExecutorKind, rigOf } from './executors/rig.js';
import { timeCases } from './executors/times.js';
import { undoCases } from './executors/undoing.js';

export type { ExecutorCase, ExecutorKind } from './executors/rig.js';

/** What calls tasks must do to be an executor. A plain list, so that a test can also prove that a broken one fails it. */
export const executorCases: readonly ExecutorCase[] = [
  ...endCases,
  ...reportCases,
  ...undoCases,
  ...endingCases,
  ...lossCases,
  ...timeCases,
];

/** Some begin half a dozen processes, one after the other. */
const CASE_MS = 180_000;

/** Runs all cases, and those of the deaths that its places can die. */
export function describeExecutor(name: string, kind: ExecutorKind): void {
  describe(`executor: ${name}`, () => {
    const all = [...executorCases, ...deathCases(kind.deaths ?? [], kind.tellsErrors === true)];
    const cases = all.filter(({ makesAgain }) => makesAgain === undefined || kind.reattaches === undefined);
    // Most of a case is to wait for places to begin. What is called in this thread shares what tasks note of themselves.
    const each = kind.deaths === undefined ? test : test.concurrent;
    each.each(cases.map((one) => [one.name, one] as const))('%s', { timeout: CASE_MS }, async (_name, one) => runCase(one, kind));
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
