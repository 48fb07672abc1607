import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { afterEach, describe, expect, test } from 'vitest';
import {
  type AnyFlow,
  defineTask,
  encrypted,
  type FlowproofError,
  factory,
  file,
  flowproof,
  linear,
  memory,
  run,
} from '../../src/index.js';

const copied: string[] = [];
/** The table whose copy waits until its app is stopped. */
let stuckAt: string | undefined;
let reached: () => void = () => undefined;

const copy = defineTask({
  name: 'copy',
  requires: ['table'],
  provides: ['rows'],
  execute: async ({ table }: { table: string }, { signal }) => {
    if (table === stuckAt) {
      reached();
      await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    }
    copied.push(table);
    return { rows: table.length };
  },
});

function flowOf(tables: readonly string[]): AnyFlow {
  let flow = linear.dynamic('migrate');
  for (const table of tables) flow = flow.add(copy, { name: `copy-${table}`, inject: { table }, provides: { rows: `rows-${table}` } });
  return flow.build();
}
const migrate = factory('migrate', ({ tables }: { tables: readonly string[] }) => flowOf(tables));
const other = linear('other').build();

const store = () => file(mkdtempSync(join(tmpdir(), 'flowproof-factories-')));

afterEach(() => {
  copied.length = 0;
  stuckAt = undefined;
});

/** Leaves a run of these tables behind that is under way in the first one that is stuck. */
async function leftBehind(persistence: ReturnType<typeof store>, id: string, tables: readonly string[], stuck: string): Promise<void> {
  await using app = flowproof({ persistence, flows: [migrate], graceMs: 0, recover: false });
  stuckAt = stuck;
  const isThere = new Promise<void>((resolve) => {
    reached = resolve;
  });
  await app.start(migrate({ tables }), { id });
  await isThere;
  await app.stop();
  stuckAt = undefined;
}

describe('a flow that a factory makes', () => {
  test('runs, and tells what it was made from', async () => {
    await using app = flowproof({ persistence: memory(), flows: [other, migrate] });
    const ended = await app.run(migrate({ tables: ['a', 'bb'] }), { id: 'm' });
    expect(ended).toMatchObject({ state: 'SUCCESS', flow: 'migrate', results: { 'rows-a': 1, 'rows-bb': 2 } });
    expect(await app.inspect('m')).toMatchObject({ args: { tables: ['a', 'bb'] }, results: { 'rows-bb': 2 } });
    expect(app.flows).toEqual(['other', 'migrate']);
    expect(await app.handle(migrate, 'm').result()).toEqual(ended);
    expect(await app.handle('m').result()).toEqual(ended);
    expect(await app.resume(migrate, 'm')).toEqual(ended);
  });

  test('has no limits: whoever claims runs has to know them by the name of the flow', async () => {
    const billed = linear('billed', { concurrency: 2 })
      .add(defineTask({ name: 'bill', execute: async () => undefined }))
      .build();
    const limited = factory('billed', () => billed);
    await using app = flowproof({ persistence: memory(), flows: [limited] });
    await expect(app.run(limited({}))).rejects.toMatchObject({ diagnostics: [{ code: 'TUNING_UNFIT', path: 'billed' }] });
  });

  test('goes on in another process by its name alone, whatever its tables were', async () => {
    const persistence = store();
    await leftBehind(persistence, 'one', ['a', 'b', 'c'], 'b');
    await leftBehind(persistence, 'two', ['x', 'y'], 'y');
    await using app = flowproof({ persistence, flows: [migrate], recover: false });
    const handles = await app.resumeAll();
    const ends = await Promise.all(handles.map((handle) => handle.result()));
    expect(ends.map(({ state }) => state)).toEqual(['SUCCESS', 'SUCCESS']);
    expect([...copied].sort()).toEqual(['a', 'b', 'c', 'x', 'y']);
  });

  test('is taken up by an app that recovers', async () => {
    const persistence = store();
    await leftBehind(persistence, 'one', ['a', 'b'], 'b');
    await using app = flowproof({ persistence, flows: [migrate], recover: true });
    await app.ready();
    expect(await app.handle('one').result()).toMatchObject({ state: 'SUCCESS' });
  });

  test('goes on by resume, engine and reset', async () => {
    const persistence = store();
    for (const id of ['resumed', 'stepped', 'reset']) await leftBehind(persistence, id, ['a', 'b'], 'b');
    await using app = flowproof({ persistence, flows: [migrate], recover: false });
    expect(await app.resume('resumed')).toMatchObject({ state: 'SUCCESS' });
    expect(await app.engine(migrate({ tables: ['a', 'b'] }), { id: 'stepped' }).run()).toMatchObject({ state: 'SUCCESS' });
    const left = await app.inspect('reset');
    expect(left.state).toBe('RUNNING');
    expect(await (await app.cancel('reset')).result()).toMatchObject({ state: 'CANCELLED' });
    await app.reset('reset');
    expect(await app.resume(migrate, 'reset')).toMatchObject({ state: 'SUCCESS' });
  });

  test('joins a run by its id when inputs and args are the same', async () => {
    await using app = flowproof({ persistence: memory(), flows: [migrate] });
    const first = await app.run(migrate({ tables: ['a'] }), { id: 'm' });
    expect(await app.run(migrate({ tables: ['a'] }), { id: 'm' })).toEqual(first);
    const refused = { code: 'RUN_CONFLICT', message: expect.stringContaining("run 'm' was started with other inputs or args") };
    await expect(app.run(migrate({ tables: ['b'] }), { id: 'm' })).rejects.toMatchObject(refused);
    await expect(app.resume(migrate({ tables: ['b'] }), 'm')).rejects.toMatchObject({
      message: "run 'm' was started with other args: use another id, or the args that it began with",
    });
    await expect(app.handle(migrate({ tables: ['b'] }), 'm').result()).rejects.toMatchObject({ code: 'RUN_CONFLICT' });
    expect(await app.handle(migrate({ tables: ['a'] }), 'm').state()).toBe('SUCCESS');
  });

  test('runs without an app, and in an app that has only one of its flows', async () => {
    expect(await run(migrate({ tables: ['a'] }) as never)).toMatchObject({ state: 'SUCCESS' });
    const persistence = store();
    await leftBehind(persistence, 'm', ['a', 'b'], 'b');
    await using app = flowproof({ persistence, flows: [migrate({ tables: ['z'] })], recover: false });
    expect(await app.resume('m')).toMatchObject({ state: 'SUCCESS', results: { 'rows-b': 1 } });
  });

  test('takes args that JSON has no word for, and of another realm', async () => {
    const until = factory('until', ({ at, tables }: { at: Date; tables: Set<string> }) =>
      linear('until')
        .add(copy, { inject: { table: `${at.getTime()}-${[...tables].join('+')}` } })
        .build(),
    );
    const foreign = runInNewContext('({ at: new Date(7), tables: new Set(["a", "b"]) })') as { at: Date; tables: Set<string> };
    await using app = flowproof({ persistence: store(), flows: [until], recover: false });
    for (const args of [{ at: new Date(7), tables: new Set(['a', 'b']) }, foreign]) await app.runOrThrow(until(args));
    expect(copied).toEqual(['7-a+b', '7-a+b']);
  });

  test('keeps its args from readers where values are encrypted', async () => {
    const below = store();
    const keys = [{ id: 'k', key: new Uint8Array(32) }];
    await leftBehind(encrypted(below, { keys }), 'm', ['salaries', 'b'], 'b');
    await expect(flowproof({ persistence: below, flows: [], recover: false }).inspect('m')).rejects.toMatchObject({
      code: 'JOURNAL_SEALED',
    });
    await using app = flowproof({ persistence: encrypted(below, { keys }), flows: [migrate], recover: false });
    expect(await app.inspect('m')).toMatchObject({ args: { tables: ['salaries', 'b'] } });
    expect(await app.resume('m')).toMatchObject({ state: 'SUCCESS' });
  });

  test('does not start with a secret input that its args would show', async () => {
    const told = factory('told', ({ note }: { note: string }) =>
      linear('told')
        .input<{ password: string }>()
        .secret('password')
        .add(copy, { inject: { table: note } })
        .build(),
    );
    await using app = flowproof({ persistence: memory(), flows: [told] });
    const start = app.run(told({ note: 'it is hunter2-hunter2' }), { inputs: { password: 'hunter2-hunter2' } });
    await expect(start).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      message: expect.stringContaining('the args of the run would show'),
    });
  });
});

describe('a factory that is wrong is refused with one sentence', () => {
  const built = (build: (args: never) => unknown, name = 'migrate') => factory(name, build as never) as (args?: unknown) => AnyFlow;
  const thrown = (act: () => unknown): FlowproofError => {
    try {
      act();
    } catch (error) {
      return error as FlowproofError;
    }
    throw new Error('nothing was thrown');
  };

  test.each([
    ['a promise', async () => Promise.reject(new Error('too late')), 'Promise {'],
    ['nothing', () => undefined, 'undefined'],
    ['a builder', () => linear('migrate'), '{ input: '],
    ['a flow of another name', () => other, "flow 'other'"],
  ])('when it gives %s', (_, build, what) => {
    const error = thrown(() => built(build)({}));
    expect(error.code).toBe('FLOW_DEFINITION');
    expect(error.message).toContain(`factory 'migrate' must return a built flow of this name: it returns ${what}`);
  });

  test('when it is no function, or has no name', () => {
    const listed = (one: unknown) => () => flowproof({ persistence: memory(), flows: [one] as never });
    expect(thrown(listed(factory('x', 7 as never) as unknown)).message).toContain('BAD_FACTORY');
    expect(thrown(listed(factory(7 as never, (() => other) as never))).message).toContain('BAD_FACTORY');
    expect(thrown(listed(factory(Symbol('s') as never, (() => other) as never))).message).toContain('BAD_FACTORY');
  });

  test('when it is run itself', async () => {
    await using app = flowproof({ persistence: memory(), flows: [migrate] });
    await expect(app.run(migrate as never)).rejects.toThrow("factory 'migrate' is no flow: call it");
    expect(() => app.engine(migrate as never)).toThrow("factory 'migrate' is no flow: call it");
  });

  test('when two flows have its name', () => {
    const twice = () => flowproof({ persistence: memory(), flows: [migrate, factory('migrate', () => flowOf([]))] });
    expect(thrown(twice).message).toContain("two flows are named 'migrate'");
  });

  test('when it builds another flow each time, or changes what it is given', async () => {
    let count = 0;
    const unsteady = built(() => flowOf([`t${count++}`]));
    const changing = built(({ tables }: { tables: string[] }) => flowOf([tables.pop() ?? 'none']), 'migrate');
    await using app = flowproof({ persistence: memory(), flows: [migrate] });
    for (const flow of [unsteady({}), changing({ tables: ['a', 'b'] })]) {
      const start = app.run(flow as never);
      await expect(start).rejects.toMatchObject({ code: 'FLOW_DEFINITION', message: expect.stringContaining('UNSTEADY_FACTORY') });
    }
    expect((await app.runs()).runs).toEqual([]);
  });

  test('when its args can not be stored', async () => {
    const made = built(() => flowOf(['a']))({ at: { table: () => 'a' } });
    await using app = flowproof({ persistence: memory(), flows: [migrate] });
    await expect(app.run(made as never)).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      message: expect.stringContaining("'args.at.table' can't be stored"),
    });
    expect(() => app.engine(made as never)).toThrow("'args.at.table' can't be stored");
  });

  test('when it throws, or gives another flow, for a run that is stored', async () => {
    const persistence = store();
    await leftBehind(persistence, 'm', ['a', 'b'], 'b');
    const resumed = async (flow: unknown, act = 'resume' as 'resume' | 'inspect'): Promise<unknown> => {
      await using app = flowproof({ persistence, flows: [flow] as never, recover: false });
      return await (act === 'resume' ? app.resume('m') : app.inspect('m'));
    };
    const throwing = factory('migrate', (_: unknown): AnyFlow => {
      throw new Error('no such tables');
    });
    const refused = (text: string) => ({ code: 'INCOMPATIBLE_FLOW', message: expect.stringContaining(text) });
    await expect(resumed(throwing)).rejects.toMatchObject(refused('its factory gives no flow for the args of the run: no such tables'));
    await expect(resumed(factory('migrate', () => other as never))).rejects.toMatchObject(refused("it returns flow 'other'"));
    // What was begun is gone: as of any flow that has changed.
    await expect(resumed(factory('migrate', () => flowOf(['c'])))).rejects.toMatchObject(refused('copy-b'));
    expect(await resumed(throwing, 'inspect')).toMatchObject({ state: 'RUNNING', args: { tables: ['a', 'b'] } });
    expect(await resumed(flowOf(['a', 'b']))).toMatchObject({ state: 'SUCCESS' });
  });
});

test('runs that began before there was a factory go on with what it gives for nothing', async () => {
  const persistence = store();
  {
    await using app = flowproof({ persistence, flows: [flowOf(['a'])], recover: false });
    await app.engine(flowOf(['a']), { id: 'm' }).prepare();
  }
  const since = factory('migrate', ({ tables }: { tables: readonly string[] } = { tables: ['a'] }) => flowOf(tables));
  await using app = flowproof({ persistence, flows: [since], recover: false });
  expect(await app.resume(since, 'm')).toMatchObject({ state: 'SUCCESS' });
});
