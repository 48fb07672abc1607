import { describe, expect, test } from 'vitest';
import type { Call, ExecutorChoice, Work } from '../../src/contracts/index.js';
import {
  concurrent,
  defineTask,
  type FlowEvent,
  factory,
  flowproof,
  linear,
  memory,
  run,
  serial,
  sleep,
  unordered,
  use,
} from '../../src/index.js';
import { stub, testApp } from '../../src/testing/index.js';
import { Gate } from './gate.js';

/** An executor that notes what it is asked, and calls it here. */
function noted(options: { readonly limit?: number; readonly perRun?: number } = {}) {
  const calls: string[] = [];
  const opened: string[][] = [];
  const closed: true[] = [];
  const choice: ExecutorChoice = {
    kind: 'noted',
    make: (parts) => ({
      ...concurrent(options).make(parts),
      start(work: Work): Call {
        calls.push(`${work.request.path} ${work.request.phase}`);
        return work.callHere();
      },
      async open(tasks) {
        opened.push(tasks.map(({ name }) => name));
      },
      async close() {
        closed.push(true);
      },
    }),
  };
  return { choice, calls, opened, closed };
}

const render = defineTask({ name: 'render', runsOn: 'cpu', execute: async () => {}, revert: async () => {} });
const mail = defineTask({ name: 'mail', execute: async () => {} });
const fails = defineTask({
  name: 'fails',
  execute: async () => {
    throw new Error('on purpose');
  },
});
const report = linear('report').add(render).add(mail).add(fails).build();

describe('a task that names an executor', () => {
  test('is called and undone by that one; all others by that of the app', async () => {
    const [own, cpu] = [noted(), noted()];
    await using app = flowproof({ persistence: memory(), flows: [report], executor: own.choice, executors: { cpu: cpu.choice } });
    expect((await app.run(report)).state).toBe('REVERTED');
    expect(cpu.calls).toEqual(['report/render execute', 'report/render revert']);
    expect(own.calls).toEqual(['report/mail execute', 'report/fails execute']);
  });

  test('is called by the one that is named where it is placed, the outermost if several are', async () => {
    const flow = linear('placed')
      .add(render, { name: 'own' })
      .add(render, { name: 'added', runsOn: 'gpu' })
      .add(use(render, { runsOn: 'gpu' }), { name: 'used' })
      .add(use(render, { runsOn: 'gpu' }), { name: 'outer', runsOn: 'cpu' })
      .add(linear.open('inner').add(mail, { runsOn: 'gpu' }).build())
      .build();
    const [cpu, gpu] = [noted(), noted()];
    await using app = flowproof({ persistence: memory(), flows: [flow], executors: { cpu: cpu.choice, gpu: gpu.choice } });
    expect((await app.run(flow)).state).toBe('SUCCESS');
    expect(cpu.calls).toEqual(['placed/own execute', 'placed/outer execute']);
    expect(gpu.calls).toEqual(['placed/added execute', 'placed/used execute', 'placed/inner/mail execute']);
  });

  test('says so in events and views', async () => {
    const events: FlowEvent[] = [];
    const app = flowproof({
      persistence: memory(),
      flows: [report],
      executors: { cpu: noted().choice },
      onEvent: (event) => events.push(event),
    });
    await app.run(report, { id: 'r' });
    const told = events.flatMap((event) => (event.type === 'task' && event.state === 'RUNNING' ? [[event.path, event.runsOn]] : []));
    expect(told).toEqual([
      ['report/render', 'cpu'],
      ['report/mail', undefined],
      ['report/fails', undefined],
    ]);
    expect((await app.inspect('r')).atoms.map(({ path, runsOn }) => [path, runsOn])).toEqual(told);
    await app.stop();
  });

  test('may name another one while a run rests: the flow stays the same', async () => {
    const persistence = memory();
    const gate = new Gate();
    const waits = defineTask({ name: 'waits', execute: () => gate.pass() });
    const before = linear('moved').add(waits).add(render).build();
    const after = linear('moved').add(waits).add(render, { runsOn: 'gpu' }).build();
    const first = flowproof({ persistence, flows: [before], executors: { cpu: noted().choice } });
    const run = await first.start(before, { id: 'm' });
    await gate.reached;
    const suspended = run.suspend();
    gate.open();
    await suspended;
    await run.result();
    await first.stop();
    const gpu = noted();
    await using second = flowproof({ persistence, flows: [after], executors: { gpu: gpu.choice } });
    expect((await second.resume(after, 'm')).state).toBe('SUCCESS');
    expect(gpu.calls).toEqual(['moved/render execute']);
  });
});

describe('executors of an app', () => {
  test('are opened with the tasks that they call, and closed with the app', async () => {
    const [own, cpu, idle] = [noted(), noted(), noted()];
    const executors = { cpu: cpu.choice, idle: idle.choice };
    const app = flowproof({ persistence: memory(), flows: [report], executor: own.choice, executors });
    await app.ready();
    await app.stop();
    expect([own.opened, cpu.opened, idle.opened]).toEqual([[['mail', 'fails']], [['render']], [[]]]);
    expect([own.closed, cpu.closed, idle.closed]).toEqual([[true], [true], [true]]);
  });

  test('have slots of their own: one without a free one holds up no task of another', async () => {
    const gate = new Gate();
    const held = defineTask({ name: 'held', runsOn: 'cpu', priority: 5, execute: () => gate.pass() });
    const also = defineTask({ name: 'also', runsOn: 'cpu', priority: 4, execute: () => gate.pass() });
    const here = defineTask({ name: 'here', execute: async () => gate.open() });
    const flow = unordered('mixed').add(held).add(also).add(here).build();
    await using app = flowproof({ persistence: memory(), flows: [flow], executor: serial(), executors: { cpu: concurrent({ limit: 1 }) } });
    expect((await app.run(flow)).state).toBe('SUCCESS');
  });

  test('lend the slots of calls that wait for runs of the same app', async () => {
    const inner = linear('inner').add(render).build();
    const outer = defineTask({
      name: 'outer',
      runsOn: 'cpu',
      execute: async () => void (await app.run(inner)),
    });
    const flow = linear('nested').add(outer).build();
    const app = flowproof({ persistence: memory(), flows: [flow, inner], executors: { cpu: concurrent({ limit: 1 }) } });
    expect((await app.run(flow)).state).toBe('SUCCESS');
    await app.stop();
  });

  test.each([
    [{ cpu: 1 }, 'executors.cpu is 1'],
    [1, 'executors is 1'],
  ])('that are none are refused: %j', (executors, says) => {
    expect(() => flowproof({ persistence: memory(), flows: [], executors: executors as never })).toThrow(says);
  });
});

describe('an executor that the app does not have', () => {
  test('is refused when the app is made, with all tasks that name it', () => {
    const flow = linear('f').add(render).add(mail, { runsOn: 'gpu' }).build();
    expect(() => flowproof({ persistence: memory(), flows: [flow], executors: { gpu: serial() } })).toThrow(
      expect.objectContaining({
        diagnostics: [
          {
            code: 'UNKNOWN_EXECUTOR',
            severity: 'error',
            path: 'f/render',
            message: "'f/render' runs on 'cpu', which this app does not have: give it in 'executors', which names gpu",
          },
        ],
      }),
    );
  });

  test('is refused when a flow that is made from data is begun', async () => {
    const made = factory('made', () => linear('made').add(render).build());
    await using app = flowproof({ persistence: memory(), flows: [made] });
    await expect(app.run(made())).rejects.toMatchObject({ diagnostics: [{ code: 'UNKNOWN_EXECUTOR', path: 'made/render' }] });
  });

  test('is stood in for by that of the app in a run without an app, and in test apps', async () => {
    const flow = linear('alone').add(render).build();
    const own = noted();
    expect((await run(flow, { executor: own.choice })).state).toBe('SUCCESS');
    await using app = testApp({ flows: [flow], executor: own.choice });
    expect((await app.run(flow)).state).toBe('SUCCESS');
    expect(own.calls).toEqual(['alone/render execute', 'alone/render execute']);
  });

  test('is that of a test app that has it, but for stubs', async () => {
    const [own, cpu, idle] = [noted(), noted(), noted()];
    const flow = linear('f').add(render).add(render, { name: 'stubbed' }).add(mail, { runsOn: 'gpu' }).build();
    const app = testApp({
      flows: [flow],
      ...{ executor: own.choice, executors: { cpu: cpu.choice, idle: idle.choice } },
      stubs: [stub(render, () => undefined, { path: 'f/stubbed' })],
    });
    expect((await app.run(flow)).state).toBe('SUCCESS');
    await app.stop();
    // Nothing of the test app is called 'gpu'.
    expect([own.calls, cpu.calls, idle.calls]).toEqual([['f/mail execute'], ['f/render execute'], []]);
    expect(cpu).toMatchObject({ opened: [['render']], closed: [true] });
    expect(() => testApp({ flows: [flow], executors: 1 as never })).toThrow('executors is 1');
  });

  test.each([
    ['a flow', linear.open('inner').add(mail).build()],
    ['a wait', sleep(1)],
  ])('can be none of %s, of which nothing is called', (_what, node) => {
    const flow = linear('outer')
      .add(node as unknown as typeof mail, { runsOn: 'cpu' })
      .build();
    expect(() => flow.compile()).toThrow("can't have 'runsOn'");
  });
});
