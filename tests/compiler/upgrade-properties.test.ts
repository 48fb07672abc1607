import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compare } from '../../compiler/manifest/index.js';
import { type AnyFlow, type FlowEvent, flowproof, isFlowproofError, memory, type Persistence } from '../../src/index.js';
import { withFaults } from '../../src/testing/index.js';
import { Life } from '../changes/life.js';
import { flowOf } from '../changes/plan-flows.js';
import { INPUTS, plans } from '../changes/plans.js';
import { presentOf } from './present.js';
import './parse-once.js';

const inputs = Object.fromEntries(INPUTS.map((name) => [name, 1]));

/** A run of a flow whose process dies after so many writes; it has ended before if there were fewer. */
async function begun(flow: AnyFlow, deaths: number): Promise<{ readonly store: Persistence; readonly died: boolean }> {
  const store = memory();
  const faulty = withFaults(store, (write) => (write === deaths ? 'die-after' : 'pass'));
  const app = flowproof({ persistence: faulty, flows: [flow], storeTimeoutMs: 1_000 } as never);
  const ended = await Promise.race([app.run(flow as never, { id: 'r', inputs } as never), faulty.died]);
  if (ended !== undefined) await app.stop();
  return { store, died: ended === undefined };
}

interface Went {
  readonly refused: boolean;
  /** Atoms whose call could not be made, for want of a value. */
  readonly starved: readonly string[];
}

/** Another flow goes on with that run. */
async function goesOn(flow: AnyFlow, store: Persistence): Promise<Went> {
  const starved: string[] = [];
  const onEvent = (event: FlowEvent): void => {
    if ('failure' in event && event.failure?.code === 'VALUE_ABSENT' && 'path' in event) starved.push(event.path);
  };
  const app = flowproof({ persistence: store, flows: [flow], onEvent } as never);
  try {
    await app.resume(flow as never, 'r', { takeover: 'force' } as never);
    return { refused: false, starved };
  } catch (error) {
    if (isFlowproofError(error, 'INCOMPATIBLE_FLOW')) return { refused: true, starved };
    throw error;
  } finally {
    await app.stop();
  }
}

test('what is called safe goes on from every point of a run with all that it needs, and what a resume refuses was not called safe', async () => {
  const met = { safe: 0, refused: 0, points: 0 };
  await fc.assert(
    fc.asyncProperty(plans, async ({ before, now }) => {
      const [old, here] = [flowOf(before, new Life()), flowOf(now, new Life())];
      fc.pre(old !== undefined && here !== undefined);
      if (old === undefined || here === undefined) return;
      const changes = compare([presentOf(old)], [presentOf(here)]);
      const safe = changes.every(({ verdict }) => verdict === 'safe');
      if (safe) met.safe++;
      for (let point = 0; point < 40; point++) {
        const life = new Life();
        const { store, died } = await begun(flowOf(before, life) as AnyFlow, point);
        if (!died) break;
        life.blind.length = 0;
        const { refused, starved } = await goesOn(flowOf(now, life) as AnyFlow, store);
        met.points++;
        if (refused) met.refused++;
        expect({ point, refused: safe && refused, starved, blind: life.blind }).toEqual({ point, refused: false, starved: [], blind: [] });
      }
    }),
    { numRuns: 150 },
  );
  expect(met.safe).toBeGreaterThan(10);
  expect(met.refused).toBeGreaterThan(20);
}, 300_000);
