import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { defineTask, flowproof, isFlowproofError, linear, memory, type Persistence, type TaskContext, taskSet } from '../../src/index.js';
import { memoryTransport, withFaults } from '../../src/testing/index.js';
import { remote, type Worker, worker } from '../../src/workers/index.js';
import { cutTransport } from './cut-transport.js';

/** How often each piece of work was done, by the run that it was for. */
const ledger = new Map<string, number>();

async function work({ runId, path, idempotencyKey, save }: TaskContext, phase: string): Promise<void> {
  const line = `${runId} ${phase} ${path} ${idempotencyKey}`;
  ledger.set(line, (ledger.get(line) ?? 0) + 1);
  // The engine dies meanwhile, or does not.
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
  if (phase === 'execute') await save({ phase });
}

const step = defineTask({
  name: 'step',
  execute: (_: object, ctx: TaskContext) => work(ctx, 'execute'),
  revert: (_: object, _outcome, ctx: TaskContext) => work(ctx, 'revert'),
});
const last = defineTask({
  name: 'last',
  requires: ['isWell'],
  execute: async ({ isWell }: { isWell: boolean }, ctx: TaskContext) => {
    await work(ctx, 'execute');
    if (!isWell) throw new Error('not well');
  },
});
const flow = linear('crashing').input<{ isWell: boolean }>().add(step, { name: 'one' }).add(step, { name: 'two' }).add(last).build();

const transport = memoryTransport();
let one: Worker;
beforeAll(async () => {
  one = worker(taskSet({ tasks: [step, last] }), { transport });
  await one.start();
});
afterAll(() => one.stop({ graceMs: 1 }));

function engine(persistence: Persistence, by = transport) {
  return flowproof({ persistence, recover: false, graceMs: 1, flows: [flow], executor: remote({ transport: by, reattachMs: 1_000 }) });
}

/** Runs it with an engine that dies at this write, and with the next one. @returns how often it has written, or that it has died */
async function lived(id: string, isWell: boolean, write: number, side: 'die-before' | 'die-after') {
  const [store, line] = [memory(), cutTransport(transport)];
  let writes = 0;
  const faulty = withFaults(store, (at) => {
    writes++;
    return at === write ? side : 'pass';
  });
  const first = engine(faulty, line);
  const running = first.run(flow, { id, inputs: { isWell } });
  running.catch(() => undefined);
  const ended = await Promise.race([running, faulty.died]);
  if (ended !== undefined) {
    await first.stop();
    return { state: ended.state, writes, hasDied: false };
  }
  await line.kill();
  const second = engine(store);
  const end = await second.resume(flow, id, { takeover: 'force' }).catch((error: unknown) => {
    if (isFlowproofError(error, 'RUN_NOT_FOUND')) return second.run(flow, { id, inputs: { isWell } });
    throw error;
  });
  await Promise.all([first.stop(), second.stop()]);
  return { state: end.state, writes, hasDied: true };
}

describe.each([true, false])('an engine that dies at each of its writes, in a run that ends well: %s', (isWell) => {
  test('each piece of work is done once, and all of it', async () => {
    const expected = isWell ? ['execute one', 'execute two', 'execute last'] : ['revert one', 'revert two'];
    const calm = await lived(`${isWell} calm`, isWell, Number.POSITIVE_INFINITY, 'die-before');
    expect(calm).toMatchObject({ hasDied: false });
    const sides = ['die-before', 'die-after'] as const;
    const writes = Array.from({ length: calm.writes }, (_, write) => write);
    const cases = writes.flatMap((write) => sides.map((side) => [`${isWell} ${side} ${write}`, write, side] as const));
    expect(cases.length).toBeGreaterThan(10);
    const lives = await Promise.all(cases.map(async ([id, write, side]) => [id, await lived(id, isWell, write, side)] as const));
    for (const [id, life] of lives) {
      expect([id, life.state]).toEqual([id, isWell ? 'SUCCESS' : 'REVERTED']);
      const lines = [...ledger].filter(([line]) => line.startsWith(`${id} `));
      expect(lines.filter(([, times]) => times !== 1)).toEqual([]);
      for (const word of expected) {
        const [phase, name] = word.split(' ');
        expect(lines.filter(([line]) => line.includes(` ${phase} crashing/${name} `))).toHaveLength(1);
      }
    }
  });
});
