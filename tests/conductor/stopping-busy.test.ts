import pg from 'pg';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { postgres } from '../../src/adapters/postgres/index.js';
import { memory, memoryBoard } from '../../src/index.js';
import { Gate } from '../app/gate.js';
import { describePostgres } from '../support/postgres.js';
import { order, station } from './station.js';

describePostgres('a conductor that stops while somebody has left a transaction open', (database) => {
  /** Holds the row of a run until it is let go of. */
  async function hold(key: string): Promise<() => Promise<void>> {
    const client = new pg.Client({ connectionString: database().url });
    await client.connect();
    onTestFinished(() => client.end());
    await client.query('begin');
    await client.query('select 1 from flowproof.runs where key = $1 for update', [key]);
    return async () => void (await client.query('commit'));
  }

  test.each(['handover', 'drain'] as const)('ends within its bounds (%s), and another one ends the run', async (mode) => {
    const gate = new Gate();
    const [board, persistence] = [memoryBoard(), () => postgres(database().url)];
    const first = station({ persistence: persistence(), board, gate, app: { graceMs: 300, leaseMs: 1_500 } });
    await first.conductor.start();
    await first.app.post(order, { id: mode, inputs: { n: 1 } });
    await gate.reached;
    const letGo = await hold(mode);
    // What it did can't be written, as the end of its run can't.
    gate.open();
    // Both stop while the transaction is open, which nobody ends before.
    await first.conductor.stop({ mode, graceMs: 300 });
    expect(first.conductor.state()).toMatchObject({ status: 'stopped', jobs: [] });
    expect(await board.job(mode)).toMatchObject({
      losses: 0,
      history: [{ what: 'abandoned', reason: expect.stringMatching(/^STORE_UNREACHABLE/) }],
    });
    const second = station({ persistence: persistence(), board, app: { leaseMs: 1_500 } });
    await second.conductor.start();
    await first.app.stop();
    await letGo();
    expect(await second.app.handle(mode).result()).toMatchObject({ state: 'SUCCESS' });
    // What could not be written before it was stopped is called once more, by its key.
    expect(new Set([...first.log, ...second.log])).toEqual(new Set(['work 1', 'after 2']));
    expect(second.log).toContain('after 2');
  });
});

describe('a conductor that stops in a burst', () => {
  test.each([
    'handover',
    'drain',
  ] as const)('leaves every job done or free (%s), and another one ends them all, each once', async (mode) => {
    const board = memoryBoard();
    const persistence = memory();
    const warned: Error[] = [];
    const onWarning = (warning: Error): number => warned.push(warning);
    process.on('warning', onWarning);
    onTestFinished(() => void process.off('warning', onWarning));
    const first = station({ persistence, board, options: { concurrency: 16 } });
    await first.conductor.start();
    let isPosting = true;
    const ids: string[] = [];
    const burst = (async () => {
      while (isPosting || ids.length < 300) {
        ids.push((await first.app.post(order, { inputs: { n: ids.length } })).id);
        if (ids.length % 10 === 0) await new Promise((resolve) => setImmediate(resolve));
      }
    })();
    await vi.waitFor(() => expect(first.log.filter((line) => line.startsWith('after')).length).toBeGreaterThan(20), { timeout: 40_000 });
    await first.conductor.stop({ mode, graceMs: 20_000 });
    isPosting = false;
    await burst;
    expect((await board.counts()).claimed).toBe(0);
    const { claimed, consumed, abandoned, trashed, lost } = first.conductor.state().counts;
    expect(consumed + abandoned).toBe(claimed);
    expect([trashed, lost]).toEqual([0, 0]);
    if (mode === 'drain') expect(abandoned).toBe(0);
    const second = station({ persistence, board, options: { concurrency: 100 } });
    await second.conductor.start();
    for (const id of ids) expect(await second.app.handle(id).result()).toMatchObject({ state: 'SUCCESS' });
    const done = [...first.log, ...second.log];
    expect(done).toHaveLength(2 * ids.length);
    expect(new Set(done).size).toBe(2 * ids.length);
    expect(warned).toEqual([]);
  });
});
