import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineTask, file, linear, memory, type Persistence, sleep, type TaskContext, times, waitFor } from 'flowproof';
import { postgres } from 'flowproof/postgres';
import { type CrashReport, NotCrashSafeError, surviveEveryCrash } from 'flowproof/testing';
import { beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { describePglite } from '../support/pglite.js';
import { describePostgres } from '../support/postgres.js';

/** The outside: what stands in it, by key where whoever does it gives one. */
class World {
  readonly #standing = new Map<string, string>();
  #made = 0;

  do(what: string, key = `no key ${this.#made++}`): void {
    this.#standing.set(`${what} ${key}`, what);
  }

  undo(what: string, key: string): void {
    this.#standing.delete(`${what} ${key}`);
  }

  /** Of whoever knows no key: one of them. */
  undoOne(what: string): void {
    const found = [...this.#standing].find(([, standing]) => standing === what);
    if (found !== undefined) this.#standing.delete(found[0]);
  }

  readonly effects = (): readonly string[] => [...this.#standing.values()];
}

type Services = TaskContext<{ world: World }>;
let world: World;
beforeEach(() => {
  world = new World();
});

/** What a task does that does everything right. */
const code = <const Name extends string>(name: Name) => ({
  name,
  execute: async (_: {}, { services, idempotencyKey }: Services): Promise<void> => services.world.do(name, idempotencyKey),
  revert: async (_: {}, _outcome: unknown, { services, idempotencyKey }: Services): Promise<void> =>
    services.world.undo(name, idempotencyKey),
});
const right = <const Name extends string>(name: Name) => defineTask(code(name));
const options = () => ({ services: { world }, effects: world.effects });

async function findingsOf(surviving: Promise<CrashReport>): Promise<{ found: readonly string[]; message: string; report: CrashReport }> {
  const error = await surviving.then(
    () => expect.fail('it survived'),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof NotCrashSafeError)) throw error;
  const { report, message } = error;
  return {
    report,
    message,
    found: report.findings.map(({ kind, effect, path, phase }) => [kind, effect, path, phase].filter(Boolean).join(' ')),
  };
}

describe('a flow that is right', () => {
  const flow = linear('order').add(right('charge')).add(right('ship')).add(right('mail')).build();

  test('survives every crash, forward and back, and the report says what was tried', async () => {
    const report = await surviveEveryCrash(flow, options());
    expect(report).toMatchObject({
      flow: 'order',
      findings: [],
      courses: [
        { state: 'SUCCESS', effects: ['charge', 'ship', 'mail'] },
        { cancelledAfter: 'order/mail', state: 'CANCELLED', effects: [] },
      ],
    });
    // 4 commits forward; and back 4 and the cancellation, and 3 reverts: at least so many.
    expect(report.crashes).toBeGreaterThanOrEqual(2 * (4 + 6));
  });

  test('survives being cancelled at each task, or at those that are named', async () => {
    const each = await surviveEveryCrash(flow, { ...options(), cancelAfter: 'each' });
    expect(each.courses.map(({ cancelledAfter }) => cancelledAfter)).toEqual([undefined, 'order/charge', 'order/ship', 'order/mail']);
    const one = await surviveEveryCrash(flow, { ...options(), cancelAfter: ['order/charge'] });
    expect(one.courses).toHaveLength(2);
    expect((await surviveEveryCrash(flow, { ...options(), cancelAfter: 'never' })).courses).toHaveLength(1);
  });

  test('survives its own failures, retries, sleeps and signals', async () => {
    const fails = defineTask({
      name: 'fails',
      requires: ['approval'],
      execute: async ({ approval }: { approval: { by: string } }, ctx: Services) => {
        ctx.services.world.do('tried', ctx.runId);
        throw new Error(`not for ${approval.by}`);
      },
    });
    const long = linear('long')
      .add(right('charge'))
      .add(sleep(86_400_000))
      .add(waitFor('approval', z.object({ by: z.string() }), { timeoutMs: 1_000 }))
      .add(
        linear
          .open('inner')
          .retry(times(2, { backoff: { delayMs: 60_000 } }))
          .add(right('ship'))
          .add(fails)
          .build(),
      )
      .build();
    const report = await surviveEveryCrash(long, { ...options(), signals: { approval: { by: 'ada' } }, stays: ['tried'] });
    expect(report.courses).toEqual([
      { state: 'REVERTED', effects: ['tried'] },
      { cancelledAfter: 'long/inner/fails', state: 'REVERTED', effects: ['tried'] },
    ]);
    expect(report.crashes).toBeGreaterThan(40);
  });

  test('survives though a task is not called again after a crash, where its author says so', async () => {
    const once = defineTask({ ...code('once'), onInterrupted: 'revert' });
    const rests = defineTask({ ...code('rests'), onInterrupted: 'suspend' });
    const left = defineTask({ ...code('left'), onInterrupted: 'revert' });
    const meant = linear('meant').add(once).add(rests).add(left, { optional: true }).build();
    expect((await surviveEveryCrash(meant, { ...options(), cancelAfter: 'each' })).crashes).toBeGreaterThan(20);
  });

  test('is told from one that another run has changed', async () => {
    let number = 0;
    const reset = (): void => {
      number = 0;
    };
    const numbered = linear('numbered')
      .add(
        defineTask({ name: 'number', execute: async (_: {}, ctx: Services) => ctx.services.world.do(`no. ${number}`, ctx.idempotencyKey) }),
      )
      .add(defineTask({ name: 'count', execute: async () => void number++ }))
      .build();
    const given = { ...options(), cancelAfter: 'never' } as const;
    expect((await findingsOf(surviveEveryCrash(numbered, given))).found).toContain('lost no. 0 numbered/number execute');
    reset();
    await surviveEveryCrash(numbered, { ...given, reset });
  });
});

describe('a flow that is wrong', () => {
  test('with a task that does it again: doubled', async () => {
    const charge = defineTask({ name: 'charge', execute: async (_: {}, { services }: Services) => services.world.do('charged') });
    const flow = linear('order').add(right('reserve')).add(charge).add(right('ship')).build();
    const { found, message, report } = await findingsOf(surviveEveryCrash(flow, { ...options(), cancelAfter: 'never' }));
    expect(found).toEqual(['doubled charged order/charge execute']);
    expect(report.findings[0]).toMatchObject({
      times: 2,
      expected: 1,
      others: 0,
      crash: { write: 2, side: 'before', calledAgain: ['order/charge'] },
    });
    expect(message).toBe(`flow 'order' does not survive every crash: of 8 that were tried, one consequence is wrong

1. doubled: 'charged' stands 2 times instead of 1, by execute of 'order/charge'
   its process died before this commit, no. 2: order/charge SUCCESS, order/ship RUNNING
   called again with the same key: order/charge
   → a crash lets a task be called again: give ctx.idempotencyKey to what it calls, or look first whether it is done`);
  });

  test('with a task that says that it is done before it is: lost', async () => {
    const charge = defineTask({
      name: 'charge',
      execute: async (_: {}, ctx: Services) => {
        if (ctx.saved !== undefined) return;
        await ctx.save('charged');
        ctx.services.world.do('charged', ctx.idempotencyKey);
      },
    });
    const { found, message } = await findingsOf(
      surviveEveryCrash(linear('order').add(charge).build(), { ...options(), cancelAfter: 'never' }),
    );
    expect(found).toEqual(['lost charged order/charge execute']);
    expect(message).toContain(`died after this commit, no. 1: order/charge SAVED`);
  });

  test('with a revert that undoes nothing: left behind, without any crash', async () => {
    const charge = defineTask({
      name: 'charge',
      execute: async (_: {}, ctx: Services) => ctx.services.world.do('charged', ctx.idempotencyKey),
      revert: async () => undefined,
    });
    const { found, message } = await findingsOf(surviveEveryCrash(linear('order').add(charge).add(right('ship')).build(), options()));
    expect(found).toEqual(['left behind charged order/charge execute']);
    expect(message).toContain(`1. left behind: 'charged' still stands, though the run is CANCELLED, by execute of 'order/charge'
   in a run that was cancelled when 'order/ship' had done its work
   without any crash
   → no revert undoes it`);
  });

  test('with a revert that knows only results: left behind, when it was under way', async () => {
    const charge = defineTask({
      name: 'charge',
      execute: async (_: {}, ctx: Services) => ctx.services.world.do('charged', ctx.idempotencyKey),
      revert: async (_: {}, outcome, ctx: Services) => {
        if (outcome.kind === 'result') ctx.services.world.undo('charged', ctx.idempotencyKey);
      },
    });
    const { found, message } = await findingsOf(surviveEveryCrash(linear('order').add(charge).build(), options()));
    expect(found).toEqual(['left behind charged order/charge execute']);
    expect(message).toContain(`reverted with the outcome 'interrupted'`);
  });

  test('with a revert that undoes twice', async () => {
    const refund = defineTask({
      name: 'charge',
      execute: async (_: {}, ctx: Services) => ctx.services.world.do('charged', ctx.idempotencyKey),
      revert: async (_: {}, _outcome, ctx: Services) => {
        ctx.services.world.undo('charged', ctx.idempotencyKey);
        ctx.services.world.do('refunded');
      },
    });
    const { found, message } = await findingsOf(
      surviveEveryCrash(linear('order').add(refund).build(), { ...options(), stays: (effect) => effect === 'refunded' }),
    );
    expect(found).toEqual(['doubled refunded order/charge revert']);
    expect(message).toContain(`give ctx.revertKey to what it calls`);
  });

  test('with a task that fails when it finds its own work', async () => {
    const create = defineTask({
      name: 'create',
      execute: async (_: {}, ctx: Services) => {
        if (ctx.services.world.effects().includes(`volume ${ctx.runId}`)) throw new Error('there is one already');
        ctx.services.world.do(`volume ${ctx.runId}`);
      },
    });
    const { found, message } = await findingsOf(
      surviveEveryCrash(linear('volumes').add(create).build(), { ...options(), cancelAfter: 'never' }),
    );
    expect(found).toContain('ended otherwise');
    expect(message).toContain(`ended otherwise: the run is REVERTED instead of SUCCESS, as 'volumes/create' failed: there is one already`);
  });
});

describe('what can not be tried', () => {
  test('a signal that is not given', async () => {
    const flow = linear('asks').add(waitFor('answer')).build();
    await expect(surviveEveryCrash(flow, options())).rejects.toThrow(
      "flow 'asks' does not end: it waits for the signal 'answer': give it in 'signals'",
    );
  });

  test('cancelling where there is no task', async () => {
    const flow = linear('f').add(right('a')).build();
    const given = (cancelAfter: unknown) => surviveEveryCrash(flow, { ...options(), cancelAfter: cancelAfter as 'last' });
    await expect(given('all')).rejects.toThrow("cancelAfter is 'all': give 'last', 'each', 'never', or a list of paths");
    await expect(given(['a'])).rejects.toThrow("cancelAfter names 'a': the run called 'f/a'");
  });

  test('effects that are none', async () => {
    const flow = linear('f').add(right('a')).build();
    await expect(surviveEveryCrash(flow, { ...options(), effects: () => 'charged' as never })).rejects.toThrow(
      "effects() gave 'charged': give a list of texts",
    );
    await expect(surviveEveryCrash(flow, { ...options(), effects: () => [1] as never })).rejects.toThrow(
      'effects() gave a list with 1: give texts',
    );
  });
});

describe('on other stores', () => {
  const wrong = defineTask({ name: 'charge', execute: async (_: {}, { services }: Services) => services.world.do('charged') });
  const good = linear('order').add(right('charge')).add(right('ship')).build();
  const bad = linear('order').add(wrong).build();

  async function tries(persistence: Persistence | (() => Persistence)): Promise<void> {
    expect((await surviveEveryCrash(good, { ...options(), persistence })).crashes).toBeGreaterThan(10);
    const { found } = await findingsOf(surviveEveryCrash(bad, { ...options(), persistence, cancelAfter: 'never' }));
    expect(found).toEqual(['doubled charged order/charge execute']);
  }

  test('one that all runs are kept in', () => tries(memory()));

  test('files', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'flowproof-kit-'));
    await tries(() => file(directory));
    await rm(directory, { recursive: true });
  });

  describePglite('PGlite', () => {
    test('in this process', { timeout: 300_000 }, async () => {
      const { PGlite } = await import('@electric-sql/pglite');
      const { pglite } = await import('flowproof/pglite');
      const database = new PGlite();
      await tries(pglite(database));
      await database.close();
    });
  });

  describePostgres('PostgreSQL', (database) => {
    test('with a connection for each process', { timeout: 300_000 }, () => tries(() => postgres(database().url)));
  });
});
