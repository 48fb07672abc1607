import { expect, test } from 'vitest';
import { defineTask, FlowDefinitionError, type FlowEvent, InvalidInputError, run, runOrThrow, Task } from '../../src/index.js';

@Task({ name: 'greet', requires: ['who', 'mark?'], provides: ['text'], keeps: ['length'] })
class Greet {
  execute({ who, mark = '.' }: { who: string; mark?: string }) {
    return { text: `Hello ${who}${mark}`, length: who.length };
  }
}

test('a task runs by itself, as the one node of a flow of its name', async () => {
  const paths: string[] = [];
  const onEvent = (event: FlowEvent): void => void (event.type === 'task' && paths.push(`${event.path} ${event.state}`));
  expect(await run(Greet, { inputs: { who: 'Ada' }, id: 'r', onEvent })).toEqual({
    state: 'SUCCESS',
    flow: 'greet',
    runId: 'r',
    results: { text: 'Hello Ada.' },
    failures: [],
  });
  expect(paths).toEqual(['greet/greet RUNNING', 'greet/greet SUCCESS']);
  expect(await runOrThrow(Greet, { inputs: { who: 'Ada', mark: '!' } })).toEqual({ text: 'Hello Ada!' });
});

test('a defined task, too, with its services', async () => {
  const count = defineTask({
    name: 'count',
    provides: ['count'],
    execute: (_: {}, ctx: { services: { base: number } }) => ({ count: ctx.services.base + 1 }),
  });
  expect(await runOrThrow(count, { services: { base: 41 } })).toEqual({ count: 42 });
});

test('its inputs are demanded and known', async () => {
  await expect(run(Greet, { inputs: {} as { who: string } })).rejects.toBeInstanceOf(InvalidInputError);
  const more = { who: 'Ada', whom: 'Bob' };
  await expect(run(Greet, { inputs: more })).rejects.toThrow("flow 'greet' takes no input 'whom'");
});

test('what is neither flow nor task is refused', async () => {
  class Plain {
    execute() {}
  }
  await expect(run(Plain)).rejects.toBeInstanceOf(FlowDefinitionError);
});
