import { expect, onTestFinished, test, vi } from 'vitest';
import { natsProgram, withStreams } from '../../../scripts/broker-programs.js';
import { freePort } from '../../../scripts/postgres.js';
import { type Server, startServer } from '../../../scripts/server.js';
import { nats } from '../../../src/adapters/nats/index.js';
import { describeBroker } from '../../support/brokers.js';
import { appOf, type Begun, doubled, held, heldSet, startWorker } from '../../workers/rig.js';

/** Three servers, of which each has what the others have. */
async function startCluster(): Promise<readonly Server[]> {
  const ports = await Promise.all([1, 2, 3].map(() => freePort()));
  const routes = ports.map((port) => `nats://127.0.0.1:${port}`).join(',');
  const servers = await Promise.all(
    ports.map((port, at) =>
      startServer(
        natsProgram((directory) => [
          ...withStreams(directory),
          ...['-n', `server${at}`, '--cluster_name', 'three', '--cluster', `nats://127.0.0.1:${port}`, '--routes', routes],
        ]),
      ),
    ),
  );
  onTestFinished(async () => void (await Promise.all(servers.map((server) => server.stop()))));
  return servers;
}

describeBroker('nats', 'a cluster of NATS', () => {
  test('calls go on when one server after the other is killed and comes back', { timeout: 300_000 }, async () => {
    const servers = await startCluster();
    const transport = nats(
      servers.map(({ url }) => url),
      { prefix: 'cluster', replicas: 3 },
    );
    const begun: Begun[] = [];
    // The servers choose a leader before they take anything.
    await vi.waitFor(async () => startWorker(heldSet('one', begun), { transport }), { timeout: 120_000 });
    const { app } = appOf({ transport, silenceMs: 60_000 });
    for (const [at, server] of servers.entries()) {
      const running = app.run(held);
      await vi.waitUntil(() => begun.length === at + 1, { timeout: 120_000 });
      await server.kill();
      begun[at]?.end();
      expect(await running).toMatchObject({ state: 'SUCCESS', results: { madeBy: 'one' } });
      expect(await app.runOrThrow(doubled, { inputs: { n: at } })).toMatchObject({ twice: 2 * at });
      await server.restart();
    }
    expect(begun).toHaveLength(servers.length);
  });
});
