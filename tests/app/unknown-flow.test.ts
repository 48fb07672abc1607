import { expect, test } from 'vitest';
import { type AnyFlow, defineTask, FlowDefinitionError, flowproof, linear, memory, run, runOrThrow } from '../../src/index.js';

const task = defineTask({ name: 'a', provides: ['v'], execute: () => ({ v: 1 }) });
const known = () => linear('known').add(task).build();
const other = linear('other').add(task).build() as AnyFlow;

async function refused(act: () => unknown): Promise<unknown> {
  try {
    await act();
  } catch (error) {
    return error instanceof FlowDefinitionError ? error.diagnostics : error;
  }
  return 'nothing';
}

test('an app refuses a flow that it was not given, whose runs nobody would find again', async () => {
  const persistence = memory();
  await using app = flowproof({ persistence, flows: [known()] });
  const acts: readonly (() => unknown)[] = [
    () => app.run(other as never),
    () => app.start(other as never),
    () => app.engine(other as never).run(),
    () => app.handle(other as never, 'r'),
    () => app.resume(other as never, 'r'),
    () => app.rerun(other as never, 'r'),
  ];
  for (const act of acts) {
    expect(await refused(act)).toMatchObject([{ code: 'UNKNOWN_FLOW', message: "this app has no flow 'other': give it in 'flows'" }]);
  }
  expect((await app.runs()).runs).toEqual([]);
});

test('the same flow built once more is the one that it was given', async () => {
  await using app = flowproof({ persistence: memory(), flows: [known()] });
  expect(await app.run(known())).toMatchObject({ state: 'SUCCESS', results: { v: 1 } });
});

test.each<[string, unknown, string]>([
  ['a builder', linear('unbuilt').add(task), 'call .build()'],
  ['a task', task, 'it is a task, add it to a flow'],
  ['an instance', { execute() {} }, 'give the class, not an instance of it'],
  ['a class', class Plain {}, 'decorate the class with @Task, or call .build()'],
  ['nothing', undefined, 'decorate the class with @Task, or call .build()'],
])('what is no flow is refused in words: %s', async (_, thing, hint) => {
  const message = `this is no built flow: ${hint}`;
  expect(await refused(() => flowproof({ persistence: memory(), flows: [thing] as never }))).toMatchObject([
    { code: 'NOT_A_FLOW', message },
  ]);
  if (thing === task) return;
  expect(await refused(() => run(thing as never))).toMatchObject([{ code: 'NOT_A_FLOW', message }]);
  expect(await refused(() => runOrThrow(thing as never))).toMatchObject([{ code: 'NOT_A_FLOW', message }]);
});
