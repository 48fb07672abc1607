import { fileURLToPath } from 'node:url';
import { afterEach, beforeAll, describe, expect, inject, test } from 'vitest';
import { type LeftOut, measure, type Shape, type System } from '../../bench/harness.js';
import { type MeteredPostgres, startMeteredPostgres } from '../../bench/meter.js';
import type { Peer } from '../../bench/peer-process.js';
import { PeerSystems } from '../../bench/peer-systems.js';

const program = fileURLToPath(new URL('../fixtures/bench/peer.mjs', import.meta.url));
const peer = (manner: string): Peer => ({ name: manner, form: 'default', command: [process.execPath, program, manner] });
const shape: Shape = { kind: 'sequential', length: 10, flows: 2, disk: 'as found' };

// As for the budgets: without a server of our own nothing counts.
describe.skipIf(process.env.TEST_DATABASE_URL !== undefined || inject('postgresMissing') !== undefined)('peers', () => {
  let server: MeteredPostgres;
  beforeAll(async () => {
    server = await startMeteredPostgres({ fsync: 'off' });
    return () => server.stop();
  });

  let hosted: PeerSystems | undefined;
  afterEach(() => hosted?.close());

  async function measured(peers: readonly Peer[]) {
    const leftOut: LeftOut[] = [];
    const leaveOut = (left: LeftOut): void => void leftOut.push(left);
    const systems = new PeerSystems({ peers, postgres: async () => server, redis: () => Promise.reject(new Error('none')), leaveOut });
    hosted = systems;
    const raw: System = { name: 'raw', sample: async () => ({ units: 20, ms: 1 }) };
    const work = { name: 'work', unit: 'step', open: async () => [raw, ...(await systems.systems('work', shape))] };
    const rows = await measure(work, { quick: true, repetitions: 3, postgres: async () => server }, leaveOut);
    return { rows, leftOut, versions: systems.versions };
  }

  test('a peer lives in a process of its own, and what it tells is a row as any other', async () => {
    const { rows, leftOut, versions } = await measured([peer('honest')]);
    expect(leftOut).toEqual([]);
    expect(versions).toEqual(['peer 1.0 (honest)']);
    expect(rows.map(({ system }) => system)).toEqual(['raw', 'honest']);
    expect(rows[1]).toMatchObject({ usPerUnit: { median: 150 }, ratioToRaw: { median: 3 }, statementsPerUnit: 0, p50Us: 50, p99Us: 99 });
  });

  test.each([
    ['forgetful', 'refused: 20 steps were to be stored, and 19 are'],
    ['idle', 'refused: 20 steps were to be called, and 0 were'],
    ['crashing', "it ended at 'sample': out of luck"],
    ['absent', 'not installed'],
  ])('a peer that is %s has no row: it is named, and the others go on', async (manner, reason) => {
    const { rows, leftOut } = await measured([peer(manner), peer('honest')]);
    expect(leftOut).toEqual([{ work: 'work', system: manner, reason }]);
    expect(rows.map(({ system }) => system)).toEqual(['raw', 'honest']);
  });

  test('a peer whose program is not there is named', async () => {
    const { leftOut } = await measured([{ name: 'nobody', form: 'default', command: ['no-such-program'] }]);
    expect(leftOut[0]?.reason).toContain('ENOENT');
  });
});
