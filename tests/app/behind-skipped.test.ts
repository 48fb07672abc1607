import { expect, test } from 'vitest';
import { concurrent, defineTask, flowproof, graph, memory, type TaskContext } from '../../src/index.js';
import { Gate } from './gate.js';

type Context = TaskContext<{ readonly log: string[]; readonly gate: Gate }>;

const task = (name: string) => defineTask({ name, execute: (_: {}, { services }: Context) => void services.log.push(name) });
/** Ends when it may. */
const create = defineTask({
  name: 'create',
  execute: async (_: {}, { services: { gate, log } }: Context) => {
    await gate.pass();
    log.push('create');
  },
});

/** `query` waits for `create` by way of `seed`, which is skipped with `sample` long before `create` has ended. */
const flow = graph('f')
  .add({ create, options: task('options'), sample: task('sample'), seed: task('seed'), query: task('query') })
  .link('options', 'sample', { decider: () => false, depth: 'neighbors' })
  .link('sample', 'seed')
  .link('create', 'seed')
  .link('seed', 'query')
  .build();

test('what comes after a skipped task waits for all that is before that task (R-11.10)', async () => {
  const gate = new Gate();
  const log: string[] = [];
  await using app = flowproof({ persistence: memory(), flows: [flow], services: { log, gate }, executor: concurrent() });
  app.on((event) => {
    if (event.type === 'task' && event.path === 'f/seed' && event.state === 'IGNORE') gate.open();
  });
  expect((await app.run(flow)).state).toBe('SUCCESS');
  expect(log).toEqual(['options', 'create', 'query']);
});
