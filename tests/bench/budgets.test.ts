import { concurrent, defineTask, flowproof, linear, type TaskContext } from 'flowproof';
import { postgres } from 'flowproof/postgres';
import { VirtualClock } from 'flowproof/testing';
import { beforeAll, describe, expect, inject, test } from 'vitest';
import { chain, fan, saga } from '../../bench/flows.js';
import { spread } from '../../bench/harness.js';
import { type Counts, type MeteredPostgres, startMeteredPostgres } from '../../bench/meter.js';
import { FIRST } from '../../bench/steps.js';

/**
 * What a step may cost, counted by PostgreSQL: the same on every machine, so it is held where times can't be. A server
 * of its own, as transaction ids and WAL are counted for all databases of a server together.
 */
// Where ours can't be started, or another one was given, nothing counts exactly.
describe.skipIf(process.env.TEST_DATABASE_URL !== undefined || inject('postgresMissing') !== undefined)('the price of a step', () => {
  let server: MeteredPostgres;

  beforeAll(async () => {
    // The background's own transactions and whole pages after a checkpoint would be counted too.
    server = await startMeteredPostgres({ fsync: 'off', autovacuum: 'off', checkpoint_timeout: '1h', full_page_writes: 'off' });
    return () => server.stop();
  });

  /** Per unit, of the run in the middle: what an app does once, in the background, falls into the first of them. */
  async function price(units: number, run: () => Promise<unknown>): Promise<Counts> {
    await run();
    const runs: Counts[] = [];
    for (let times = 0; times < 9; times++) runs.push(await server.counted(run));
    const middle = (read: (counts: Counts) => number): number => spread(runs.map(read)).median / units;
    return {
      statements: middle(({ statements }) => statements),
      commits: middle(({ commits }) => commits),
      walBytes: middle(({ walBytes }) => walBytes),
    };
  }

  test('100 steps in a row: at most 1.05 statements, 1.05 commits and 350 bytes of WAL a step', async () => {
    const flow = chain('chain', 100);
    await using app = flowproof({ persistence: postgres(server.url), flows: [flow] });
    const { statements, commits, walBytes } = await price(100, () => app.runOrThrow(flow, { inputs: { v0: FIRST } }));
    expect(statements).toBeLessThanOrEqual(1.05);
    expect(commits).toBeLessThanOrEqual(1.05);
    expect(walBytes).toBeLessThanOrEqual(350);
  });

  test('32 flows of 100 steps at once: at most 0.1 statements, 0.1 commits and 350 bytes of WAL a step', async () => {
    const flow = chain('chain', 100);
    await using app = flowproof({ persistence: postgres(server.url), flows: [flow] });
    const all = () => Promise.all(Array.from({ length: 32 }, () => app.runOrThrow(flow, { inputs: { v0: FIRST } })));
    const { statements, commits, walBytes } = await price(3_200, all);
    expect(statements).toBeLessThanOrEqual(0.1);
    expect(commits).toBeLessThanOrEqual(0.1);
    expect(walBytes).toBeLessThanOrEqual(350);
  });

  test('a fan of 100 tasks that end in seven turns: at most 0.1 statements and commits a task', async () => {
    const flow = fan('fan', 100);
    await using app = flowproof({ persistence: postgres(server.url), flows: [flow], executor: concurrent({ perRun: 100 }) });
    const { statements, commits } = await price(100, () => app.runOrThrow(flow, { inputs: { v0: FIRST } }));
    expect(statements).toBeLessThanOrEqual(0.1);
    expect(commits).toBeLessThanOrEqual(0.1);
  });

  test('10 steps, the last of which fails, and 9 undone: 20 commits', async () => {
    const flow = saga('saga', 9);
    const open = gate();
    // Another run keeps the lease alive, and the clock stands still: no heartbeat falls into what is counted.
    const parts = { persistence: postgres(server.url), flows: [flow, waiting], services: { open }, clock: new VirtualClock() } as const;
    await using app = flowproof(parts);
    const other = await app.start(waiting);
    const counts = await price(1, () => app.run(flow, { inputs: { v0: FIRST } }));
    open.let();
    await other.result();
    expect(counts).toMatchObject({ statements: 20, commits: 20 });
  });

  test('a run that begins in an idle process: one statement more, for the lease', async () => {
    const flow = saga('alone', 9);
    await using app = flowproof({ persistence: postgres(server.url), flows: [flow], clock: new VirtualClock() });
    const { statements, commits } = await price(1, () => app.run(flow, { inputs: { v0: FIRST } }));
    expect(statements).toBeLessThanOrEqual(21);
    expect(commits).toBeLessThanOrEqual(21);
  });
});

interface Gate {
  readonly opened: Promise<void>;
  let(): void;
}

function gate(): Gate {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, let: () => open() };
}

const wait = defineTask({
  name: 'wait',
  execute: async (_inputs: {}, { services }: TaskContext<{ open: Gate }>): Promise<void> => services.open.opened,
});

const waiting = linear('waiting').add(wait).build();
