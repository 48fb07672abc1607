import { randomUUID } from 'node:crypto';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type Kind, PROGRAMS } from '../../../scripts/board-programs.js';
import { type Server, startServer } from '../../../scripts/server.js';
import { describeServer } from '../../support/board-servers.js';
import { type Ensemble, startEtcdEnsemble, startRedisCluster, startZookeeperEnsemble } from '../../support/ensembles.js';
import { describeBoard } from './describe.js';
import { judge, open } from './hardships.js';
import { makeBoard } from './make-board.js';
import { race } from './race.js';
import { serverRig } from './server-rig.js';

const LEASE_MS = 3_000;
const JOBS = 1_000;

/** Dies, and is back a moment later. */
async function bounce(server: Server): Promise<void> {
  await server.kill();
  await server.restart();
}

async function raceOn(kind: Kind, url: string, disturbed: () => Promise<void>): Promise<void> {
  const prefix = randomUUID();
  const board = open(makeBoard(kind, url, prefix));
  const found = await race({
    ...{ kind, url, prefix, board, processes: 8, jobs: JOBS, leaseMs: LEASE_MS },
    disturbances: [
      { after: 100, what: 'kill' },
      { after: 250, what: 'freeze' },
      { after: 600, what: disturbed },
    ],
  });
  judge(found, JOBS);
  expect(found.killed?.freeAfterMs).toBeGreaterThan(0);
}

const ENSEMBLES: Partial<Record<Kind, () => Promise<Ensemble>>> = { etcd: startEtcdEnsemble, zookeeper: startZookeeperEnsemble };

for (const kind of ['redis', 'etcd', 'zookeeper'] as const)
  describeServer(kind, `many jobs on ${kind}`, () => {
    test('eight processes do a thousand jobs once each, while claimers and the server die', async () => {
      const server = await startServer(PROGRAMS[kind]);
      onTestFinished(() => server.stop());
      await raceOn(kind, server.url, () => bounce(server));
    });

    const startEnsemble = ENSEMBLES[kind];
    if (startEnsemble === undefined) return;
    test('eight processes do a thousand jobs once each, while claimers and the leader of three servers die', async () => {
      const ensemble = await startEnsemble();
      onTestFinished(() => ensemble.stop());
      await raceOn(kind, ensemble.url, async () => (await ensemble.leader()).kill());
    });
  });

describe('a cluster of Redis', () => {
  let cluster: Promise<Ensemble> | undefined;
  describeServer('redis', 'of three masters', () => {
    describeBoard('redis cluster', async () => {
      cluster ??= startRedisCluster();
      const prefix = randomUUID();
      const { url } = await cluster;
      return serverRig((options) => makeBoard('redis', url, prefix, options));
    });

    test('boards of some prefixes are on all masters', async () => {
      const { url, stop } = await (cluster ?? startRedisCluster());
      onTestFinished(stop);
      for (let index = 0; index < 12; index++) {
        const board = open(makeBoard('redis', url, `board-${index}`));
        await board.post([{ id: 'a', flow: 'order', inputs: {} }]);
        expect((await board.counts()).free).toBe(1);
      }
    });
  });
});
