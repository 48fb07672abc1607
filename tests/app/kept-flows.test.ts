import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { defineTask, factory, flowproof, linear, memory } from '../../src/index.js';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

const greet = defineTask({ name: 'greet', requires: ['name'], execute: async () => undefined });
const greeting = factory('greeting', ({ name }: { name: string }) => flowFor(name));
const flowFor = (name: string) => linear('greeting').add(greet, { inject: { name } }).build();

test('an app keeps no flow that it was handed for one call', async () => {
  await using app = flowproof({ persistence: memory(), flows: [flowFor('first')] });
  const handed = async (name: string, made = flowFor(name)): Promise<WeakRef<object>[]> => {
    const flow = made as never;
    await app.run(flow, { id: name } as never);
    const engine = app.engine(flow, { id: `engine ${name}` } as never);
    for await (const _ of engine.steps());
    return [new WeakRef<object>(flow), new WeakRef<object>(engine.compile())];
  };
  const flows = [...(await handed('one')), ...(await handed('two')), ...(await handed('three', greeting({ name: 'three' })))];
  // Its last use is on the stack of a job that is over.
  for (let round = 0; round < 100 && flows.some((flow) => flow.deref() !== undefined); round++) {
    await new Promise((resolve) => setImmediate(resolve));
    collect();
  }
  expect(flows.map((flow) => flow.deref())).toEqual(Array(6).fill(undefined));
});
