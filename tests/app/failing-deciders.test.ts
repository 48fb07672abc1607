import { beforeEach, expect, test } from 'vitest';
import { type AnyFlow, defineTask, flowproof, memory, type RunResult, use } from '../../src/index.js';
import { type AnyGraph, graph, linear } from '../compilation/graph-tasks.js';

/*
 * A decider that throws has failed the node that it is about, all of it: what is optional in there is not left out for that, as
 * nobody has decided about the rest.
 */

const calls: string[] = [];
beforeEach(() => {
  calls.length = 0;
});

const task = (name: string) =>
  defineTask({ name, execute: async () => void calls.push(name), revert: async () => void calls.push(`undo ${name}`) });
const optional = { optional: true };
const throws = (): never => {
  throw new Error('undecided');
};
const part = (name: string): AnyGraph => linear.open(name);

async function run(flow: AnyFlow) {
  await using app = flowproof({ persistence: memory(), flows: [flow] } as never);
  const { state, ...rest } = (await app.run(flow as never, { id: 'r' } as never)) as RunResult<AnyFlow>;
  const { atoms } = await app.inspect('r');
  const failures = 'failures' in rest ? rest.failures.map((one) => `${one.path}${one.optional === true ? ' (optional)' : ''}`) : [];
  return { state, failures, calls: calls.filter((call) => !call.startsWith('undo b')), atoms: atoms.map((one) => one.state).join(' ') };
}

test.each([
  ['a task', () => use(task('b') as never, optional)],
  ['a flow', () => use(part('in').add(task('b')).build() as never, optional)],
  ['a flow that begins with an optional task', () => part('in').add(task('b'), optional).add(task('c')).build()],
])('a choice that throws takes the run back, though its first branch is optional, or begins with what is: %s', async (_, branch) => {
  const flow = linear
    .dynamic('f')
    .add(task('a'))
    .switch('way', [], throws, { left: branch(), right: task('d') })
    .build();
  expect(await run(flow)).toMatchObject({ state: 'REVERTED', calls: ['a', 'undo a'] });
});

test('so does a decider about a flow that begins with what is optional', async () => {
  const flow = graph
    .dynamic('f')
    .add({ a: task('a'), in: part('in').add(task('b'), optional).add(task('c')).build() })
    .link('a', 'in', { decider: throws })
    .build();
  expect(await run(flow)).toMatchObject({ state: 'REVERTED', calls: ['a', 'undo a'] });
});

test('an optional node that it is about, or around it, is left out as a whole', async () => {
  const choosing = part('in')
    .switch('way', [], throws, { left: use(task('b') as never, optional), right: task('d') })
    .add(task('e'))
    .build();
  const around = linear.dynamic('f').add(task('a')).add(choosing, optional).build();
  expect(await run(around)).toMatchObject({ state: 'SUCCESS', calls: ['a'], atoms: 'SUCCESS IGNORE IGNORE IGNORE' });
  calls.length = 0;
  const target = part('in').add(task('b'), optional).add(task('c')).build();
  const about = graph
    .dynamic('g')
    .add({ a: task('a'), in: use(target as never, optional) })
    .link('a', 'in', { decider: throws })
    .build();
  expect(await run(about)).toMatchObject({ state: 'SUCCESS', calls: ['a'], atoms: 'SUCCESS IGNORE IGNORE' });
});

test('once it has decided, what is optional in there is left out by itself', async () => {
  const failing = defineTask({ name: 'b', execute: throws });
  const flow = linear
    .dynamic('f')
    .switch('way', [], () => 'left', { left: part('in').add(failing, optional).add(task('c')).build(), right: task('d') })
    .build();
  expect(await run(flow)).toMatchObject({ state: 'SUCCESS', calls: ['c'], atoms: 'IGNORE SUCCESS IGNORE' });
});
