import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { defineTask, type FlowEvent, file, flowproof, linear, memory, type Persistence } from '../../src/index.js';
import { Gate } from './gate.js';

type Services = { log: string[] };

const task = (name: string, fails = false) =>
  defineTask({
    name,
    execute: async (_: {}, { services }: { services: Services }) => {
      services.log.push(name);
      if (fails) throw new Error(`${name} failed`);
    },
    revert: async (_: {}, _outcome, { services }: { services: Services }) => {
      services.log.push(`undo ${name}`);
    },
  });
const abc = linear.dynamic<Services>('abc').add(task('a')).add(task('b')).add(task('c')).build();

function appOf(persistence: Persistence = memory(), flow: typeof abc = abc) {
  const log: string[] = [];
  return { log, app: flowproof({ persistence, flows: [flow], services: { log } }) };
}

describe('an engine in the hands of its caller', () => {
  test('compiles, validates, prepares and runs (R-10.5)', async () => {
    const greet = defineTask({
      name: 'greet',
      requires: ['who'],
      provides: ['text'],
      execute: ({ who }: { who: string }) => ({ text: `hi ${who}` }),
    });
    const flow = linear('hello').input<{ who: string }>().add(greet).build();
    await using app = flowproof({ persistence: memory(), flows: [flow] });
    const engine = app.engine(flow, { id: 'r', inputs: { who: 'you' } });
    expect(engine.compile()).toMatchObject({ name: 'hello', version: 1 });
    await engine.validate();
    await expect(app.inspect('r')).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' });
    await engine.prepare();
    expect(await app.inspect('r')).toMatchObject({ state: 'PENDING', inputs: { who: 'you' } });
    expect(await engine.run()).toEqual({ state: 'SUCCESS', flow: 'hello', runId: 'r', results: { text: 'hi you' }, failures: [] });
    expect(await engine.run(), 'it has ended: the stored result').toMatchObject({ state: 'SUCCESS' });
  });

  test('refuses wrong inputs before anything is written', async () => {
    const need = defineTask({ name: 'need', requires: ['n'], execute: (_: { n: number }) => undefined });
    const flow = linear.dynamic('f').input(['n']).add(need).build();
    await using app = flowproof({ persistence: memory(), flows: [flow] });
    const engine = app.engine(flow, { id: 'r' } as never);
    await expect(engine.validate()).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    await expect(engine.prepare()).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    expect(await app.runs()).toEqual({ runs: [] });
  });

  test('goes from step to step: nothing is called before the next one is asked for', async () => {
    const { app, log } = appOf();
    const seen: string[] = [];
    const steps = app.engine(abc, { id: 'r' }).steps();
    for (let next = await steps.next(); ; next = await steps.next()) {
      if (next.done === true) {
        expect(next.value).toMatchObject({ state: 'SUCCESS', runId: 'r' });
        break;
      }
      const { seq, state, starting, events } = next.value;
      seen.push(`${seq} ${state} ${starting.join()} after ${log.join('') || 'nothing'}: ${events.map(said).join(', ')}`);
    }
    expect(seen).toEqual([
      '1 RUNNING abc/a after nothing: run RUNNING',
      '2 RUNNING abc/b after a: abc/a SUCCESS',
      '3 RUNNING abc/c after ab: abc/b SUCCESS',
      '4 SUCCESS  after abc: abc/c SUCCESS, run SUCCESS',
    ]);
    await app.stop();
  });

  test('stop does not wait for whoever looks at the steps: it is left RUNNING, and its loop ends with APP_STOPPED', async () => {
    const store = memory();
    const { app, log } = appOf(store);
    const steps = app.engine(abc, { id: 'idle' }).steps();
    await steps.next();
    const within = (async () => {
      for await (const _ of app.engine(abc, { id: 'within' }).steps()) await app.stop();
    })();
    await expect(within).rejects.toMatchObject({ code: 'APP_STOPPED' });
    await expect(steps.next()).rejects.toMatchObject({ code: 'APP_STOPPED' });
    expect(log).toEqual([]);
    await using next = appOf(store).app;
    for (const id of ['idle', 'within']) expect(await next.resume(abc, id)).toMatchObject({ state: 'SUCCESS' });
  });

  test('whoever leaves the loop early suspends the run, which goes on later (R-10.10)', async () => {
    const { app, log } = appOf();
    for await (const { starting } of app.engine(abc, { id: 'r' }).steps()) if (starting.includes('abc/b')) break;
    expect(log).toEqual(['a']);
    expect(await app.inspect('r')).toMatchObject({
      state: 'SUSPENDED',
      atoms: [{ state: 'SUCCESS' }, { state: 'PENDING' }, { state: 'PENDING' }],
    });
    expect((await app.engine(abc, { id: 'r' }).run()).state).toBe('SUCCESS');
    expect(log).toEqual(['a', 'b', 'c']);
    await app.stop();
  });

  test('a suspension before the run is not lost (B-31), nor one by another app', async () => {
    const persistence = memory();
    const { app, log } = appOf(persistence);
    const engine = app.engine(abc, { id: 'r' });
    await engine.suspend();
    expect(await engine.run()).toMatchObject({ state: 'SUSPENDED' });
    const other = app.engine(abc, { id: 's' });
    await other.prepare();
    await using outsider = flowproof({ persistence, flows: [] });
    await outsider.suspend('s');
    expect(await other.run()).toMatchObject({ state: 'SUSPENDED' });
    expect(log).toEqual([]);
    expect(await engine.run()).toMatchObject({ state: 'SUCCESS' });
    expect(log).toEqual(['a', 'b', 'c']);
    await app.stop();
  });

  test('a second loop over the steps of a run is refused, and does not suspend the first', async () => {
    const { app, log } = appOf();
    const engine = app.engine(abc, { id: 'r' });
    const first = engine.steps();
    await first.next();
    await expect(engine.steps().next()).rejects.toMatchObject({ code: 'RUN_OWNED' });
    await expect(engine.run()).rejects.toMatchObject({ code: 'RUN_OWNED' });
    for (let next = await first.next(); ; next = await first.next()) {
      if (next.done !== true) continue;
      expect(next.value).toMatchObject({ state: 'SUCCESS' });
      break;
    }
    expect(log).toEqual(['a', 'b', 'c']);
    await app.stop();
  });

  test.each(['prepare', 'run', 'rerun', 'reset'] as const)('%s refuses a run of another flow, and leaves it as it is', async (what) => {
    const other = linear.dynamic<Services>('other').add(task('x')).build();
    const log: string[] = [];
    await using app = flowproof({ persistence: memory(), flows: [abc, other], services: { log } });
    await app.run(abc, { id: 'r' });
    const before = await app.inspect('r');
    await expect(app.engine(other, { id: 'r' })[what]()).rejects.toMatchObject({ code: 'RUN_CONFLICT' });
    expect(await app.inspect('r')).toEqual(before);
    expect(log).toEqual(['a', 'b', 'c']);
  });

  test.each(['rerun', 'reset'] as const)('%s is the first thing that an app is asked for: it opens the store', async (what) => {
    const directory = await mkdtemp(join(tmpdir(), 'flowproof-engine-'));
    try {
      const first = appOf(file(directory));
      await first.app.run(abc, { id: 'r' });
      await first.app.stop();
      const { app } = appOf(file(directory));
      await app.engine(abc, { id: 'r' })[what]();
      expect((await app.inspect('r')).state).toBe(what === 'reset' ? 'PENDING' : 'SUCCESS');
      await app.stop();
    } finally {
      await rm(directory, { recursive: true });
    }
  });

  test('tells what it has done for the run (R-10.14)', async () => {
    const { app } = appOf();
    const engine = app.engine(abc, { id: 'r' });
    expect(engine.statistics()).toBeUndefined();
    await engine.run();
    const statistics = engine.statistics();
    expect(statistics).toMatchObject({ calls: 3, steps: 3, discarded: 0, inFlight: 0, completed: 3, incomplete: 0 });
    expect(statistics?.activeMs).toBeGreaterThanOrEqual((statistics?.waitingMs ?? 0) + (statistics?.writingMs ?? 0));
    await app.stop();
  });
});

function said(event: FlowEvent): string {
  return event.type === 'run' ? `run ${event.state}` : event.type === 'task' ? `${event.path} ${event.state}` : event.type;
}

describe('a run begins anew', () => {
  test.each([
    ['SUCCESS', ['a', 'b', 'c'], abc],
    ['REVERTED', ['a', 'x'], linear.dynamic<Services>('abc').add(task('a')).add(task('x', true)).build()],
  ] as const)('after %s, in one step; listeners are told (D-14, D-18)', async (state, atoms, flow) => {
    const { app, log } = appOf(memory(), flow);
    expect((await app.run(flow, { id: 'r' })).state).toBe(state);
    const before = [...log];
    const events: string[] = [];
    app.on((event) => void events.push(said(event)));
    await app.reset('r');
    expect(events).toEqual([...atoms.map((atom) => `abc/${atom} PENDING`), 'run PENDING']);
    expect((await app.inspect('r')).state).toBe('PENDING');
    expect((await app.run(flow, { id: 'r' })).state).toBe(state);
    expect(log).toEqual([...before, ...before]);
    await app.stop();
  });

  test('while it is suspended, too; but not while it is under way', async () => {
    const { app, log } = appOf();
    for await (const { starting } of app.engine(abc, { id: 'r' }).steps()) if (starting.includes('abc/c')) break;
    await app.reset('r');
    expect((await app.resume('r')).state).toBe('SUCCESS');
    expect(log).toEqual(['a', 'b', 'a', 'b', 'c']);
    await app.stop();

    const gate = new Gate();
    const slow = linear
      .dynamic('slow')
      .add(defineTask({ name: 'slow', execute: () => gate.pass() }))
      .build();
    await using busy = flowproof({ persistence: memory(), flows: [slow] });
    const handle = await busy.start(slow, { id: 'b' });
    await gate.reached;
    await expect(busy.reset('b')).rejects.toMatchObject({ code: 'RUN_OWNED' });
    gate.open();
    expect((await handle.result()).state).toBe('SUCCESS');
  });

  test('a run that succeeded runs again, and does what is new in its flow (R-10.13, R-17.8)', async () => {
    const persistence = memory();
    const { app, log } = appOf(persistence);
    await app.run(abc, { id: 'r' });
    const events: string[] = [];
    app.on((event) => void events.push(said(event)));
    expect((await app.rerun(abc, 'r')).state).toBe('SUCCESS');
    expect(events).toEqual(['run RUNNING', 'run SUCCESS']);
    await app.stop();
    const more = linear.dynamic<Services>('abc').add(task('a')).add(task('n')).add(task('b')).add(task('c')).build();
    await using later = flowproof({ persistence, flows: [more], services: { log } });
    expect((await later.rerun(more, 'r')).state).toBe('SUCCESS');
    expect(log).toEqual(['a', 'b', 'c', 'n']);
  });
});

test('stores keep a prepared run like any other', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'flowproof-engine-'));
  try {
    const first = appOf(file(directory));
    await first.app.engine(abc, { id: 'r' }).prepare();
    await first.app.stop();
    const second = appOf(file(directory));
    expect((await second.app.resume('r')).state).toBe('SUCCESS');
    await second.app.stop();
    expect(second.log).toEqual(['a', 'b', 'c']);
  } finally {
    await rm(directory, { recursive: true });
  }
});
