import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { Transport } from '../../../src/contracts/index.js';
import { type Worker, worker } from '../../../src/workers/index.js';
import { appOf, type Begun, doubled, held, heldSet } from '../../workers/rig.js';
import type { OnBroker } from './on-broker.js';

/** A broker that is killed and comes back while calls are under way. The last test of its server: others would wait for it. */
export function testRestarts({ server, make }: OnBroker): void {
  const begun: Begun[] = [];
  let transport: Transport;
  let one: Worker;
  // Before all other tests: a broker may write down a little later which queues there are, and one that is killed at once has forgotten them.
  beforeAll(async () => {
    transport = make();
    one = worker(heldSet('one', begun), { transport });
    await one.start();
  });
  afterAll(() => one?.stop({ graceMs: 1 }));

  test('a broker that is killed costs no run: calls under way end, and others wait until it is back', { timeout: 300_000 }, async ({
    skip,
  }) => {
    skip(server().pid === 0, 'the server is not ours to kill');
    const { app } = appOf({ transport });
    const running = app.run(held);
    await vi.waitUntil(() => begun.length === 1, { timeout: 60_000 });
    await server().kill();
    begun[0]?.end();
    const waiting = Array.from({ length: 20 }, (_, n) => app.runOrThrow(doubled, { inputs: { n } }));
    await server().restart();
    expect(await running).toMatchObject({ state: 'SUCCESS', results: { madeBy: 'one' } });
    expect((await Promise.all(waiting)).map(({ twice }) => twice)).toEqual(Array.from({ length: 20 }, (_, n) => 2 * n));
  });
}
