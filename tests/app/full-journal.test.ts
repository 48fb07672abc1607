import { describe, expect, test } from 'vitest';
import {
  concurrent,
  defineTask,
  type FlowEvent,
  flowproof,
  isFlowproofError,
  linear,
  memory,
  type Persistence,
  type TaskContext,
  times,
  unordered,
} from '../../src/index.js';

const called: string[] = [];
const step = (name: string, does: (ctx: TaskContext) => Promise<void> = async () => undefined) =>
  defineTask({
    name,
    async execute(_: {}, ctx: TaskContext) {
      called.push(name);
      await does(ctx);
    },
    async revert(_: {}, outcome, ctx: TaskContext) {
      called.push(`undo ${name} (${outcome.kind})`);
      if (name === 'saving back') for (let n = 0; n < 20; n++) await ctx.save(n);
    },
  });

/** Seq 0 begins the run, and each task is one step more. */
function chain(...names: readonly string[]) {
  let flow = linear.dynamic('chain');
  for (const name of names) flow = flow.add(step(name));
  return flow.build();
}

async function entriesOf(persistence: Persistence, key: string): Promise<number> {
  const journal = persistence.connect();
  await journal.open();
  const run = await journal.find({ key });
  const loaded = run && (await journal.load(run.runId));
  let entries = 0;
  for await (const page of loaded?.entries ?? []) entries += page.length;
  return entries;
}

describe('a run that has had all its steps', () => {
  test('goes back: the next task is not called and has nothing to undo, the failure says what to do', async () => {
    called.length = 0;
    const flow = chain('a', 'b', 'c', 'd');
    const persistence = memory();
    await using app = flowproof({ persistence, flows: [flow], maxSteps: 3 });
    const end = await app.run(flow, { id: 'full' });
    expect(called).toEqual(['a', 'b', 'c', 'undo c (result)', 'undo b (result)', 'undo a (result)']);
    expect(end).toMatchObject({
      state: 'REVERTED',
      failures: [{ path: 'chain/d', failure: { name: 'NotBegunError', code: 'JOURNAL_FULL', permanent: true } }],
    });
    const [told] = 'failures' in end ? end.failures : [];
    expect(told?.failure.message).toMatch(/run 'full' of flow 'chain' has 3 steps.*runs of their own.*batch.*maxSteps/);
    const { atoms, state } = await app.inspect('full');
    expect(state).toBe('REVERTED');
    expect(atoms.map((atom) => atom.state)).toEqual(Array(4).fill('REVERTED'));
    // What was done is undone, though it takes more steps than there may be.
    expect(await entriesOf(persistence, 'full')).toBeGreaterThan(4);
  });

  test('goes on going back when its engine is lost on the way', async () => {
    const undone: string[] = [];
    let isStuck = (): void => undefined;
    const stuck = new Promise<void>((resolve) => (isStuck = resolve));
    let lost = false;
    const undoing = (name: string) =>
      defineTask({
        name,
        execute: async () => undefined,
        async revert() {
          undone.push(name);
          if (name !== 'b' || lost) return;
          isStuck();
          await new Promise<never>(() => undefined);
        },
      });
    const flow = linear('lost').add(undoing('a')).add(undoing('b')).add(undoing('c')).add(undoing('d')).build();
    const persistence = memory();
    const options = { persistence, flows: [flow], maxSteps: 3, graceMs: 0 };
    const first = flowproof(options);
    const handle = await first.start(flow, { id: 'lost' });
    await stuck;
    await first.stop();
    await expect(handle.result()).rejects.toMatchObject({ code: 'APP_STOPPED' });
    lost = true;
    await using second = flowproof(options);
    expect(await second.resume(flow, 'lost')).toMatchObject({ state: 'REVERTED', failures: [{ failure: { code: 'JOURNAL_FULL' } }] });
    expect(undone).toEqual(['c', 'b', 'b', 'a']);
  });

  test('with one step more, the same flow ends in SUCCESS: nothing is taken back too early', async () => {
    const flow = chain('a', 'b', 'c', 'd');
    await using app = flowproof({ persistence: memory(), flows: [flow], maxSteps: 4 });
    expect((await app.run(flow, { id: 'fits' })).state).toBe('SUCCESS');
  });

  test('is not tried again by a retry that never gives up', async () => {
    called.length = 0;
    const failing = step('failing', async () => {
      throw new Error('again');
    });
    const flow = linear('endless').retry(times(1_000_000)).add(failing).build();
    await using app = flowproof({ persistence: memory(), flows: [flow], maxSteps: 50 });
    const end = await app.run(flow, { id: 'endless' });
    expect(end).toMatchObject({ state: 'REVERTED', failures: [{ failure: { code: 'JOURNAL_FULL' } }] });
    expect(called.filter((name) => name === 'failing').length).toBeLessThan(50);
  });

  test('refuses ctx.save, which is its task’s failure; a revert may still save', async () => {
    called.length = 0;
    let saved = 0;
    const saves = step('saves', async (ctx) => {
      for (; saved < 1_000; saved++) await ctx.save(saved);
    });
    const flow = linear('saves').add(step('saving back')).add(saves).build();
    await using app = flowproof({ persistence: memory(), flows: [flow], maxSteps: 20 });
    const end = await app.run(flow, { id: 'saves' });
    expect(saved).toBe(19);
    expect(end).toMatchObject({ state: 'REVERTED', failures: [{ path: 'saves/saves', failure: { name: 'JournalFullError' } }] });
    // It was called: its revert is, too.
    expect(called).toEqual(['saving back', 'saves', 'undo saves (failure)', 'undo saving back (result)']);
  });

  test('does not try a failing revert for ever', async () => {
    const sticky = defineTask({
      name: 'sticky',
      revertRetry: times(1_000_000),
      execute: async () => undefined,
      revert: async () => {
        throw new Error('sticks');
      },
    });
    const failing = step('failing', async () => {
      throw new Error('no');
    });
    const flow = linear('sticky').add(sticky).add(failing).build();
    await using app = flowproof({ persistence: memory(), flows: [flow], maxSteps: 40 });
    expect(await app.run(flow, { id: 'sticky' })).toMatchObject({ state: 'FAILURE', pendingReverts: ['sticky/sticky'] });
  });

  test('tells listeners once, before', async () => {
    const flow = chain(...Array.from({ length: 9 }, (_, n) => `t${n}`));
    const events: FlowEvent[] = [];
    await using app = flowproof({ persistence: memory(), flows: [flow], maxSteps: 10, onEvent: (event) => events.push(event) });
    expect((await app.run(flow, { id: 'long' })).state).toBe('SUCCESS');
    const warnings = events.filter(({ type }) => type === 'journal');
    expect(warnings).toMatchObject([{ runId: 'long', flow: 'chain', steps: 8, maxSteps: 10 }]);
  });

  test('may be a large flow: by itself a limit leaves room for each of its nodes', async () => {
    let flow = linear.dynamic('large');
    const nothing = defineTask({ name: 'nothing', execute: async () => undefined });
    for (let n = 0; n < 300; n++) flow = flow.add(nothing, { name: `t${n}` });
    const built = flow.build();
    await using app = flowproof({ persistence: memory(), flows: [built] });
    expect((await app.run(built, { id: 'large' })).state).toBe('SUCCESS');
  });
});

/** Takes entries of so many characters, and no more; says so as PostgreSQL's store does. */
function narrow(maxCharacters: number, refused: string[] = []): Persistence {
  const real = memory();
  return {
    kind: 'narrow',
    connect() {
      const journal = real.connect();
      const { append } = journal;
      journal.append = async (items) => {
        const [item] = items;
        if (item === undefined || JSON.stringify(item.entry.transitions).length <= maxCharacters) return append.call(journal, items);
        refused.push(item.entry.kind);
        return [{ kind: 'refused', cause: new Error(`step ${item.entry.seq} is too large`) }];
      };
      return journal;
    },
  };
}

const giving = (name: string, characters: number) =>
  defineTask({
    name,
    provides: ['text'],
    async execute() {
      called.push(name);
      return { text: 'x'.repeat(characters) };
    },
    async revert() {
      called.push(`undo ${name}`);
    },
  });

describe('a step that the store refuses for its size', () => {
  test('is the failure of its task: what was done is undone', async () => {
    called.length = 0;
    const flow = linear('large')
      .add(giving('small', 100), { provides: { text: 'a' } })
      .add(giving('large', 5_000), { provides: { text: 'b' } })
      .build();
    await using app = flowproof({ persistence: narrow(1_000), flows: [flow], storeTimeoutMs: 1_000 });
    expect(await app.run(flow, { id: 'large' })).toMatchObject({
      state: 'REVERTED',
      failures: [
        { path: 'large/large', phase: 'execute', failure: { code: 'STORE_REFUSED', message: expect.stringMatching('too large') } },
      ],
    });
    expect(called).toEqual(['small', 'large', 'undo large', 'undo small']);
  });

  test('is nobody’s failure where it is only several small ones together', async () => {
    const refused: string[] = [];
    let wide = unordered.dynamic('wide');
    for (let n = 0; n < 16; n++) wide = wide.add(giving(`w${n}`, 400), { provides: { text: `t${n}` } });
    const flow = wide.build();
    await using app = flowproof({ persistence: narrow(1_000, refused), flows: [flow], executor: concurrent({ perRun: 16 }) });
    const end = await app.run(flow, { id: 'wide' });
    expect(end.state).toBe('SUCCESS');
    if (end.state === 'SUCCESS') expect(Object.values(end.results)).toEqual(Array(16).fill('x'.repeat(400)));
    expect(refused.length).toBeGreaterThan(0);
  });

  test('among others that ended at the same moment fails its own task only', async () => {
    let wide = unordered.dynamic('mixed');
    for (let n = 0; n < 7; n++) wide = wide.add(giving(`w${n}`, n === 3 ? 2_000 : 100), { provides: { text: `t${n}` } });
    const flow = wide.build();
    await using app = flowproof({ persistence: narrow(1_000), flows: [flow], executor: concurrent({ perRun: 16 }) });
    const end = await app.run(flow, { id: 'mixed' });
    expect(end.state).toBe('REVERTED');
    expect('failures' in end ? end.failures.map(({ path }) => path) : []).toEqual(['mixed/w3']);
  });

  test('of ctx.save rejects that, with what the store said', async () => {
    const said: unknown[] = [];
    const saves = defineTask({
      name: 'saves',
      async execute(_: {}, ctx: TaskContext) {
        await ctx.save('y'.repeat(5_000)).catch((error: unknown) => said.push(error));
        await ctx.save('small');
      },
    });
    const flow = linear('saves').add(saves).build();
    await using app = flowproof({ persistence: narrow(1_000), flows: [flow] });
    expect((await app.run(flow, { id: 'saves' })).state).toBe('SUCCESS');
    expect(said.map((error) => isFlowproofError(error, 'STORE_REFUSED'))).toEqual([true]);
  });

  test('of a revert is taken without what it returned', async () => {
    const wordy = defineTask({ name: 'wordy', execute: async () => undefined, revert: async () => ({ text: 'z'.repeat(5_000) }) });
    const failing = step('failing', async () => {
      throw new Error('no');
    });
    const flow = linear('wordy').add(wordy).add(failing).build();
    await using app = flowproof({ persistence: narrow(1_500), flows: [flow] });
    expect((await app.run(flow, { id: 'wordy' })).state).toBe('REVERTED');
  });

  test.each(['checkpoint', 'none'] as const)('goes without what %s had held back, which is written before', async (durability) => {
    called.length = 0;
    const flow = linear('held')
      .add(giving('one', 400), { provides: { text: 'a' } })
      .add(giving('two', 400), { provides: { text: 'b' } })
      .add(giving('three', 400), { provides: { text: 'c' } })
      .build();
    const refused: string[] = [];
    await using app = flowproof({ persistence: narrow(1_000, refused), flows: [flow], durability });
    expect((await app.run(flow, { id: 'held' })).state).toBe('SUCCESS');
    expect(called).toEqual(['one', 'two', 'three']);
    expect(refused).not.toEqual([]);
  });

  test('of a snapshot is left away: the run goes on, and is whole when it is read', async () => {
    const refused: string[] = [];
    const persistence = narrow(1_000, refused);
    let rounds = 0;
    const tries = step('tries', async () => {
      if (++rounds < 60) throw new Error('again');
    });
    const flow = linear('snapshots')
      .add(giving('large', 600), { provides: { text: 'a' } })
      .add(giving('large too', 600), { provides: { text: 'b' } })
      .add(linear.open('tried').retry(times(100)).add(tries).build())
      .build();
    await using app = flowproof({ persistence, flows: [flow], snapshotAfter: 20 });
    expect((await app.run(flow, { id: 'snapshots' })).state).toBe('SUCCESS');
    expect(refused).toContain('snapshot');
    expect((await app.inspect('snapshots')).state).toBe('SUCCESS');
  });
});
