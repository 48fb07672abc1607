import { expect, test } from 'vitest';
import { defineTask, flowproof, linear, memory, type TaskContext } from '../../src/index.js';
import { Gate } from './gate.js';
import { app, code, flow } from './gated-app.js';

/** What would end a process, while this is done. */
async function unhandledIn(work: () => Promise<void>): Promise<readonly unknown[]> {
  const unhandled: unknown[] = [];
  const note = (reason: unknown): void => void unhandled.push(reason);
  process.on('unhandledRejection', note);
  await work();
  await new Promise((resolve) => setImmediate(resolve));
  process.off('unhandledRejection', note);
  return unhandled;
}

test('what a listener throws or rejects is nobody’s', async () => {
  const unhandled = await unhandledIn(async () => {
    const gate = new Gate();
    gate.open();
    await using heard = app(memory(), gate, { onEvent: async () => Promise.reject(new Error('listener')) });
    expect((await heard.run(flow)).state).toBe('SUCCESS');
  });
  expect(unhandled).toEqual([]);
});

test('a listener that adds listeners for ever holds up nothing', async () => {
  const gate = new Gate();
  gate.open();
  let added = 0;
  await using heard = app(memory(), gate);
  const add = (): void => {
    if (++added > 100) throw new Error('for ever');
    heard.on(() => add());
  };
  heard.on(add);
  expect((await heard.run(flow)).state).toBe('SUCCESS');
  expect(added).toBeLessThan(100);
});

test('a promise that a task throws, or returns in its result, ends no process when it is rejected', async () => {
  const rejected: (() => void)[] = [];
  const later = (): Promise<never> => new Promise((_, reject) => rejected.push(() => reject(new Error('later'))));
  const tasks = [
    defineTask({
      name: 'thrower',
      execute: async () => {
        throw Promise.reject(new Error('at once'));
      },
    }),
    defineTask({
      name: 'forgetful',
      provides: ['v'],
      execute: (async () => ({ v: { of: [later()] } })) as unknown as () => Promise<{ v: number }>,
    }),
    // Refused for another reason, before anybody comes to the promise.
    ...[() => ({ w: later() }), () => [later()], () => ({ v: [() => 0, { of: later() }] })].map((execute, index) =>
      defineTask({ name: `refused-${index}`, provides: ['v'], execute: execute as unknown as () => Promise<{ v: number }> }),
    ),
  ];
  const unhandled = await unhandledIn(async () => {
    for (const task of tasks) {
      const one = linear('one')
        .add(task as (typeof tasks)[0])
        .build();
      await using once = flowproof({ persistence: memory(), flows: [one] });
      expect((await once.run(one)).state).toBe('REVERTED');
      for (const reject of rejected.splice(0)) reject();
    }
  });
  expect(unhandled).toEqual([]);
});

test('ctx.save that no task awaits ends no process, whatever becomes of it', async () => {
  const gate = new Gate();
  const careless = defineTask({
    name: 'careless',
    async execute(_: {}, ctx: TaskContext) {
      void ctx.save((() => undefined) as never);
      void ctx.save('it is given up');
      await gate.pass();
      void ctx.save('too late');
    },
  });
  const carelessFlow = linear('careless-flow').add(careless).build();
  const unhandled = await unhandledIn(async () => {
    const saving = flowproof({ persistence: memory(), flows: [carelessFlow], graceMs: 0 });
    const run = code(saving.run(carelessFlow));
    await gate.reached;
    await saving.stop();
    expect(await run).toBe('APP_STOPPED');
    gate.open();
  });
  expect(unhandled).toEqual([]);
});

test('ctx.save after the end of its task is refused; it never hangs', async () => {
  let save: TaskContext['save'] | undefined;
  const task = defineTask({
    name: 'late',
    async execute(_: {}, ctx: TaskContext) {
      ({ save } = ctx);
    },
  });
  const lateFlow = linear('late-flow').add(task).build();
  await using saving = flowproof({ persistence: memory(), flows: [lateFlow] });
  await saving.run(lateFlow);
  await expect(save?.('too late')).rejects.toThrow('nothing was saved');
});
