import pg from 'pg';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { postgres } from '../../src/adapters/postgres/index.js';
import { conductor, defineTask, flowproof, forEachOf, linear } from '../../src/index.js';
import { describePostgres } from '../support/postgres.js';

const PATIENT = { timeout: 40_000, interval: 20 };

/** Of each call: the run, and which one of it that was. */
let calls: (readonly [run: string, attempt: number])[] = [];
// A call that is lost is not repeated: a run of which nothing was called must not look as if it was.
const work = defineTask({
  name: 'work',
  requires: ['n'],
  provides: ['next'],
  onInterrupted: 'revert',
  execute: async ({ n }: { n: number }, { runId, attempt }) => {
    calls.push([runId, attempt]);
    return { next: n + 1 };
  },
});
const job = linear('job').input<{ n: number }>().add(work).build();
const asked = linear('asked').input<{ all: number[] }>().retry(forEachOf('all', 'n')).add(work).build();

describePostgres('a posted run that is begun with its claim', (database) => {
  let stops: (() => Promise<void>)[] = [];
  beforeEach(() => {
    calls = [];
    stops = [];
  });
  afterEach(async () => {
    vi.restoreAllMocks();
    for (const stop of stops.reverse()) await stop();
  });

  function open() {
    const app = flowproof({ persistence: postgres(database().url), flows: [job, asked], recover: false, leaseMs: 5_000 });
    stops.push(() => app.stop());
    return app;
  }
  function conducting(app = open(), concurrency = 16) {
    const works = conductor(app, { concurrency });
    stops.push(() => works.stop());
    return works;
  }
  const isClaim = (text: string): boolean => /^\s*with found as/.test(text) && text.includes('.journal (');

  /** What is done in the place of sending the first claim. Resolves when that has begun. */
  function atFirstClaim(meet: (send: () => Promise<unknown>, asked: pg.QueryConfig) => Promise<unknown>): Promise<void> {
    return new Promise((sent) => {
      const { query } = pg.Client.prototype;
      let isFirst = true;
      vi.spyOn(pg.Client.prototype, 'query').mockImplementation(function (this: pg.Client, ...args: unknown[]) {
        const send = (): Promise<unknown> => Reflect.apply(query, this, args) as Promise<unknown>;
        if (!isFirst || !isClaim(String((args[0] as { text?: string }).text ?? ''))) return send();
        isFirst = false;
        const met = meet(send, args[0] as pg.QueryConfig);
        sent();
        return met;
      } as unknown as pg.Client['query']);
    });
  }
  const broken = () => Promise.reject(new Error('Connection terminated unexpectedly'));

  async function wordsOf(id: string): Promise<readonly string[]> {
    const text = `select j.transitions from flowproof.journal j join flowproof.runs r using (run_id) where r.key = $1 order by j.seq`;
    const { rows } = await database().admin.query<{ transitions: [string][] }>(text, [id]);
    return rows.map(({ transitions }) => transitions.map(([word]) => word).join(' '));
  }

  test('costs two statements, and no reading', async () => {
    const [poster, app] = [open(), open()];
    const JOBS = 40;
    const works = conducting(app, 1);
    await works.start();
    const query = vi.spyOn(pg.Client.prototype, 'query');
    for (let n = 0; n < JOBS; n++) {
      await poster.post(job, { id: `cheap-${n}`, inputs: { n } });
      await vi.waitFor(() => expect(works.state().counts.consumed).toBe(n + 1), { ...PATIENT, interval: 1 });
    }
    const texts = query.mock.calls.map(([sent]) => String((sent as { text?: string }).text));
    const count = (is: (text: string) => boolean): number => texts.filter(is).length;
    expect(
      count((text) => text.includes('insert into "flowproof".journal') && !isClaim(text) && !text.includes('"flowproof".shapes')),
    ).toBe(JOBS);
    // The second one finds that there are no more.
    expect(count(isClaim)).toBeLessThanOrEqual(2 * JOBS + 2);
    expect(calls).toHaveLength(JOBS);
    expect(await wordsOf('cheap-0')).toEqual(['CREATED', 'TAKEOVER RUN RUNNING', 'SUCCESS RUN']);
  });

  test('costs two statements where many wait, and a small part of that in batches', async () => {
    const poster = open();
    const JOBS = 60;
    for (const [concurrency, most] of [
      [1, 2.2],
      [30, 0.4],
    ] as const) {
      await Promise.all(Array.from({ length: JOBS }, (_, n) => poster.post(job, { id: `many-${concurrency}-${n}`, inputs: { n } })));
      const works = conducting(open(), concurrency);
      const query = vi.spyOn(pg.Client.prototype, 'query');
      await works.start();
      await vi.waitFor(() => expect(works.state().counts.consumed).toBe(JOBS), PATIENT);
      const texts = query.mock.calls.map(([sent]) => String((sent as { text?: string }).text));
      query.mockRestore();
      await works.stop();
      const ofJobs = texts.filter((text) => text.includes('"flowproof".journal') && !text.includes('"flowproof".leases'));
      expect(ofJobs.length / JOBS).toBeLessThanOrEqual(most);
    }
  });

  test('is none whose first step depends on its inputs: that is claimed, read and begun', async () => {
    const works = conducting();
    await works.start();
    const poster = open();
    expect(await (await poster.post(asked, { id: 'asked', inputs: { all: [1] } })).result()).toMatchObject({ state: 'SUCCESS' });
    expect(await (await poster.post(asked, { id: 'none', inputs: { all: [] } })).result()).toMatchObject({ state: 'REVERTED' });
    expect(calls).toEqual([['asked', 1]]);
    expect(await wordsOf('asked')).toEqual(['CREATED', 'TAKEOVER RUN ATTEMPT RUNNING', 'SUCCESS RUN']);
  });

  test('is called once when the answer of the claim was lost', async () => {
    const run = await open().post(job, { id: 'lost', inputs: { n: 1 } });
    void atFirstClaim((send) => send().then(broken));
    await conducting().start();
    expect(await run.result()).toMatchObject({ state: 'SUCCESS' });
    expect(calls).toEqual([['lost', 1]]);
    expect(await wordsOf('lost')).toEqual(['CREATED', 'TAKEOVER RUN RUNNING', 'WITHDRAWN TAKEOVER RUNNING', 'SUCCESS RUN']);
  });

  test('is called once when the server does what was asked long after nobody waits for it', async () => {
    const run = await open().post(job, { id: 'late', inputs: { n: 1 } });
    const app = open();
    await app.ready();
    let late: pg.QueryConfig | undefined;
    const holder = new pg.Client({ connectionString: database().url });
    await holder.connect();
    stops.push(() => holder.end());
    // Nobody else claims it meanwhile.
    await holder.query(`begin; select from flowproof.runs where key = 'late' for update`);
    const claimed = atFirstClaim((_, { text, values = [] }) => {
      late = { text, values };
      return broken();
    });
    const works = conducting(app);
    await works.start();
    await claimed;
    await vi.waitFor(() => expect(works.state().isReady).toBe(true), PATIENT);
    await holder.query('commit');
    await holder.query(late as pg.QueryConfig);
    expect((await holder.query(`select state from flowproof.runs where key = 'late'`)).rows).toEqual([{ state: 'RUNNING' }]);
    await app.resumeAll();
    expect(await run.result()).toMatchObject({ state: 'SUCCESS' });
    expect(calls).toEqual([['late', 1]]);
  });

  test.each([
    'conductor',
    'app',
  ])('goes on elsewhere, as one that was not called, when its %s stops before it has the answer', async (who) => {
    const run = await open().post(job, { id: `stopped-${who}`, inputs: { n: 1 } });
    const app = open();
    const works = conducting(app);
    let answer = (): void => undefined;
    const claimed = atFirstClaim(async (send) => {
      const sent = send();
      await new Promise<void>((resolve) => {
        answer = resolve;
      });
      return sent;
    });
    void works.start().catch(() => undefined);
    await claimed;
    const stopping = who === 'app' ? app.stop() : works.stop();
    answer();
    await stopping;
    expect(calls).toEqual([]);
    await conducting().start();
    expect(await run.result()).toMatchObject({ state: 'SUCCESS' });
    expect(calls).toEqual([[`stopped-${who}`, 1]]);
  });

  test('goes on elsewhere, as one that was not called, when the answer is lost and its conductor stops', async () => {
    const run = await open().post(job, { id: 'lost-and-stopped', inputs: { n: 1 } });
    const works = conducting();
    let stopping: Promise<void> | undefined;
    const claimed = atFirstClaim((send) =>
      send().then(() => {
        stopping = works.stop();
        return broken();
      }),
    );
    void works.start().catch(() => undefined);
    await claimed;
    await vi.waitFor(() => expect(stopping).toBeDefined(), PATIENT);
    await stopping;
    expect(calls).toEqual([]);
    await conducting().start();
    expect(await run.result()).toMatchObject({ state: 'SUCCESS' });
    expect(calls).toEqual([['lost-and-stopped', 1]]);
  });

  test('is given back when its conductor stops while something is asked of it that does not drive it', async () => {
    const [poster, app] = [open(), open()];
    const run = await poster.post(job, { id: 'asked-of', inputs: { n: 1 } });
    const works = conducting(app);
    let stopping: Promise<void> | undefined;
    const claimed = atFirstClaim(async (send) => {
      const rows = await send();
      void app.requeue('asked-of').catch(() => undefined);
      stopping = works.stop();
      return rows;
    });
    void works.start().catch(() => undefined);
    await claimed;
    await vi.waitFor(() => expect(stopping).toBeDefined(), PATIENT);
    await stopping;
    await conducting().start();
    expect(await run.result()).toMatchObject({ state: 'SUCCESS' });
    expect(calls).toHaveLength(1);
  });

  test('is called once when the answer is lost of what gives it back', async () => {
    const app = open();
    const run = await app.post(job, { id: 'given-back', inputs: { n: 1 } });
    const works = conducting(app);
    let stopping: Promise<void> | undefined;
    const claimed = atFirstClaim(async (send) => {
      const rows = await send();
      stopping = works.stop();
      return rows;
    });
    const sends = vi.mocked(pg.Client.prototype.query).getMockImplementation() as unknown as (...args: unknown[]) => Promise<unknown>;
    let isStored = false;
    vi.mocked(pg.Client.prototype.query).mockImplementation(async function (this: pg.Client, ...args: unknown[]) {
      if (!JSON.stringify(args).includes('WITHDRAWN')) return Reflect.apply(sends, this, args);
      if (!isStored) await Reflect.apply(sends, this, args);
      isStored = true;
      return broken();
    } as unknown as pg.Client['query']);
    void works.start().catch(() => undefined);
    await claimed;
    await vi.waitFor(() => expect(isStored).toBe(true), PATIENT);
    await stopping;
    vi.restoreAllMocks();
    await conducting().start();
    expect(await run.result()).toMatchObject({ state: 'SUCCESS' });
    await app.resume(job, 'given-back');
    expect(calls).toEqual([['given-back', 1]]);
  });

  test('is called once when its own app resumes it before the claim has its answer', async () => {
    await open().post(job, { id: 'resumed', inputs: { n: 1 } });
    const app = open();
    const works = conducting(app);
    let answer = (): void => undefined;
    const claimed = atFirstClaim(async (send) => {
      const rows = await send();
      await new Promise<void>((resolve) => {
        answer = resolve;
      });
      return rows;
    });
    void works.start().catch(() => undefined);
    await claimed;
    await vi.waitFor(
      async () =>
        expect((await database().admin.query(`select from flowproof.runs where key = 'resumed' and state = 'RUNNING'`)).rowCount).toBe(1),
      PATIENT,
    );
    const resumed = app.resume(job, 'resumed');
    expect(await resumed).toMatchObject({ state: 'SUCCESS' });
    answer();
    await vi.waitFor(() => expect(works.state().counts.consumed).toBe(1), PATIENT);
    expect(calls).toEqual([['resumed', 1]]);
  });

  test('hears a message that is sent while it is claimed', async () => {
    const poster = open();
    const run = await poster.post(job, { id: 'cancelled', inputs: { n: 1 } });
    await poster.cancel('cancelled');
    await conducting().start();
    expect((await run.result()).state).not.toBe('SUCCESS');
    expect(calls).toEqual([]);
  });
});
