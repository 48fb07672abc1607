import { describe, expect, test } from 'vitest';
import { flowDefinitionOf } from '../../src/authoring/index.js';
import { type CompiledFlow, compile } from '../../src/compilation/index.js';
import { alwaysRevert, defineRetry, defineTask, forEachOf, graph, linear, mapTask, run, times, unordered, use } from '../../src/index.js';

const give = defineTask({ name: 'give', provides: ['a', 'b'], secret: ['a'], execute: () => ({ a: 'a', b: 'b' }) });
const plain = defineTask({ name: 'plain', provides: ['a'], execute: () => ({ a: 'a' }) });
const take = defineTask({ name: 'take', requires: ['a'], execute: (_: { a: string }) => {} });
const hide = defineTask({ name: 'hide', requires: ['a'], secret: ['a'], execute: (_: { a: string }) => {} });
const other = defineTask({ name: 'other', requires: ['b?'], execute: (_: { b?: string }) => {} });

/** By paths, to be read. */
function secretsOf(flow: object): { inputs: string[]; outputs: string[]; secretReaders: string[] } | undefined {
  const { secrets, atoms } = compiled(flow);
  if (secrets === undefined) return undefined;
  const pathOf = (atom: number) => atoms[atom]?.path.split('/').slice(1).join('/') ?? '?';
  return {
    inputs: [...secrets.inputs],
    outputs: [...secrets.outputs].flatMap(([atom, names]) => [...names].map((name) => `${pathOf(atom)} ${name}`)),
    secretReaders: [...secrets.secretReaders].map(([atom, taken]) => [pathOf(atom), ...taken].join(' ')),
  };
}

function compiled(flow: object): CompiledFlow {
  const definition = flowDefinitionOf(flow);
  if (definition === undefined) throw new Error('this is no flow');
  return compile(definition);
}

describe('a value is secret', () => {
  test('where it is given as one, and all that take it know it, under whatever name', () => {
    const inner = linear.open('inner').add(take).build();
    const flow = linear('f').add(give, { provides: { a: 'x' } }).add(inner, { rebind: { a: 'x' } }).add(other).build(); // biome-ignore format: a line
    expect(secretsOf(flow)).toEqual({ inputs: [], outputs: ['give a'], secretReaders: ['give', 'inner/take a'] });
  });

  test('where it is taken as one: an input of the run, what a task gives, what a revert takes', () => {
    expect(secretsOf(linear('f').input<{ a: string }>().add(hide).build())).toEqual({
      inputs: ['a'],
      outputs: [],
      secretReaders: ['hide a'],
    });
    expect(secretsOf(linear.open('f').add(take).add(hide).build())?.secretReaders).toEqual(['take a', 'hide a']);
    expect(secretsOf(graph('f').add({ hide, plain }).build())?.outputs).toEqual(['plain a']);
    const back = defineTask({ name: 'back', revertRequires: ['a'], secret: ['a'], execute: () => {}, revert: (_: { a: string }) => {} });
    expect(secretsOf(linear('f').add(plain).add(back).build())).toEqual({
      inputs: [],
      outputs: ['plain a'],
      secretReaders: ['plain', 'back a'],
    });
  });

  test('where a flow says so of its input, as a root and in another flow, whatever that calls it', () => {
    const nested = linear('nested').input<{ a: string; b: string }>().secret('a').add(take).add(other).build();
    expect(secretsOf(nested)).toEqual({ inputs: ['a'], outputs: [], secretReaders: ['take a'] });
    expect(
      secretsOf(
        unordered('f')
          .input<{ x: string; b: string }>()
          .add(nested, { rebind: { a: 'x' } })
          .build(),
      )?.inputs,
    ).toEqual(['x']);
    expect(secretsOf(linear('f').input<{ b: string }>().add(plain).add(nested).build())?.outputs).toEqual(['plain a']);
    const twice = graph('f').input<{ y: string; b: string }>().add({ deep: use(linear.open('deep').add(nested).build(), { rebind: { a: 'y' } }) }); // biome-ignore format: a line
    expect(secretsOf(twice.build())?.inputs).toEqual(['y']);
    const constant = linear('f')
      .input<{ b: string }>()
      .add(nested, { inject: { a: 'of the code' } })
      .build();
    expect(secretsOf(constant)).toEqual({ inputs: [], outputs: [], secretReaders: ['nested/take a'] });
    const parsed = linear('f').retry(times(2)).input<{ a: string }>().secret('a').add(take).build();
    expect(secretsOf(parsed)?.inputs).toEqual(['a']);
    expect(secretsOf(linear.dynamic('f').input(['a']).secret('a').add(take).build())?.inputs).toEqual(['a']);
  });

  test('from a list to its items, and from an item to the list', () => {
    const lists = defineTask({ name: 'lists', provides: ['list'], execute: () => ({ list: ['a'] }) });
    const inner = (task: typeof take | typeof hide) =>
      linear.open('inner').retry(forEachOf<'list', 'a', string>('list', 'a')).add(task).build();
    expect(secretsOf(linear('f').add(lists).add(inner(hide)).build())).toEqual({
      inputs: [],
      outputs: ['inner/(retry) a', 'lists list'],
      secretReaders: ['lists', 'inner/(retry) list', 'inner/hide a'],
    });
    const listing = linear('f').input<{ list: string[] }>().secret('list').add(inner(take)).build();
    expect(secretsOf(listing)).toEqual({
      inputs: ['list'],
      outputs: ['inner/(retry) a'],
      secretReaders: ['inner/(retry) list', 'inner/take a'],
    });
  });

  test('in every branch that may give it, and what was made of it is one only if somebody says so', () => {
    const branches = { give, plain };
    const flow = linear('f')
      .switch('which', [], (): 'give' | 'plain' => 'give', branches)
      .add(hide)
      .build();
    expect(secretsOf(flow)?.outputs).toEqual(['which/give a', 'which/plain a']);
    const made = mapTask({ name: 'made', over: ['a'], provides: ['c'], map: (a: string) => a });
    expect(secretsOf(linear('f').add(give).add(made).build())?.outputs).toEqual(['give a']);
    const kept = mapTask({ name: 'made', over: ['a'], provides: 'c', secret: ['c'], map: (a: string) => a });
    expect(secretsOf(linear('f').add(give).add(kept).build())?.outputs).toEqual(['give a', 'made c']);
  });
});

describe('who may know a secret', () => {
  test('is whose decider is told one, and a retry of one’s own that is asked about those who do', () => {
    const choice = linear('f').add(give).when('maybe', ['a'], ({ a }) => a === 'a', other).build(); // biome-ignore format: a line
    expect(secretsOf(choice)?.secretReaders).toEqual(['give', 'maybe/other']);
    const decided = graph('f').add({ give, other }).link('give', 'other', { decider: ({ give: gave }) => gave.a === 'a' }).build(); // biome-ignore format: a line
    expect(secretsOf(decided)?.secretReaders).toEqual(['give', 'other']);
    const own = defineRetry({ name: 'own', onFailure: () => 'REVERT' });
    expect(secretsOf(linear('f').retry(own).add(give).build())?.secretReaders).toEqual(['give', '(retry)']);
    expect(secretsOf(linear('f').retry(alwaysRevert()).add(give).build())?.secretReaders).toEqual(['give']);
    const beside = linear.open('beside').retry(own).add(other).build();
    expect(secretsOf(linear('f').add(give).add(beside).build())?.secretReaders).toEqual(['give']);
  });
});

test('flows without secrets are what they were: the same fingerprint, and nothing to look at', () => {
  const flow = linear('f').input<{ a: string }>().add(take).build();
  expect(secretsOf(flow)).toBeUndefined();
  expect(JSON.stringify(compiled(flow).manifest)).not.toContain('secret');
  const hidden = linear('f').input<{ a: string }>().secret('a').add(take).build();
  expect(compiled(hidden).fingerprint).not.toBe(compiled(flow).fingerprint);
  expect(compiled(hidden).manifest).toMatchObject({ secrets: { inputs: ['a'], outputs: {}, confidants: ['f/take'] } });
});

test('a secret that is none of the values is reported, wherever it can be known', async () => {
  const names = ['nothing'] as unknown as never[];
  const wrong = (flow: object) => () => compiled(flow);
  const task = defineTask({ name: 'wrong', secret: names, execute: () => {} });
  expect(wrong(linear('f').add(task).build())).toThrow(
    /f\/wrong: 'wrong' keeps 'nothing' secret, which is none of its values \[SECRET_UNKNOWN\]/,
  );
  const retry = defineRetry({ name: 'wrong', secret: names, onFailure: () => 'REVERT' });
  expect(wrong(linear('f').retry(retry).build())).toThrow('SECRET_UNKNOWN');
  expect(wrong(linear.dynamic('f').input(['a']).secret('b').add(take).build())).toThrow(/'f' keeps 'b' secret/);
  const erased = linear('f').input<{ a: string; b?: string }>().secret('b').add(take).build();
  expect(wrong(erased)).not.toThrow();
  await expect(run(erased, { inputs: { a: 'a' } })).resolves.toMatchObject({ state: 'SUCCESS' });
});
