import { randomUUID } from 'node:crypto';
import { expect, onTestFinished, test, vi } from 'vitest';
import { worker } from '../../../src/workers/index.js';
import { startBlackHole } from '../../support/black-hole.js';
import { appOf, type Begun, doubled, held, heldSet, startWorker } from '../../workers/rig.js';
import type { OnBroker } from './on-broker.js';

/** Ways to a broker that swallow everything for a while. */
export function testCuts({ server, make }: OnBroker): void {
  async function startCut() {
    const prefix = `cuts${randomUUID()}`;
    const hole = await startBlackHole(server().port, server().host);
    onTestFinished(() => hole.close());
    return { hole, direct: make(prefix), through: make(prefix, server().url.replace(`:${server().port}`, `:${hole.port}`)) };
  }

  test('a worker that is cut off loses its call, and takes others when the way is there again', { timeout: 240_000 }, async () => {
    const { hole, direct, through } = await startCut();
    const begun: Begun[] = [];
    await startWorker(heldSet('cut', begun), { transport: through });
    const { app } = appOf({ transport: direct, silenceMs: 3_000 });
    const running = app.run(held);
    await vi.waitUntil(() => begun.length === 1, { timeout: 60_000 });
    hole.cut();
    const living = worker(heldSet('living', begun), { transport: direct });
    await living.start();
    await vi.waitUntil(() => begun.length === 2, { timeout: 60_000 });
    begun[1]?.end();
    expect(await running).toMatchObject({ state: 'SUCCESS', results: { madeBy: 'living' } });
    await living.stop();
    hole.heal();
    expect(await app.runOrThrow(doubled, { inputs: { n: 21 } })).toMatchObject({ twice: 42 });
  });

  test('an engine that is cut off hears how its call ended when the way is there again', { timeout: 240_000 }, async () => {
    const { hole, direct, through } = await startCut();
    const begun: Begun[] = [];
    await startWorker(heldSet('one', begun), { transport: direct });
    const { app } = appOf({ transport: through, silenceMs: 60_000 });
    const running = app.run(held);
    await vi.waitUntil(() => begun.length === 1, { timeout: 60_000 });
    hole.cut();
    const waiting = app.runOrThrow(doubled, { inputs: { n: 21 } });
    begun[0]?.end();
    hole.heal();
    expect(await running).toMatchObject({ state: 'SUCCESS', results: { madeBy: 'one' } });
    expect(await waiting).toMatchObject({ twice: 42 });
    expect(begun).toHaveLength(1);
  });
}
