import { defineTask, flowproof, linear, memory, threads, waitFor } from 'flowproof';
import { stub, testApp } from 'flowproof/testing';
import { describe, expect, test } from 'vitest';
import { type Bank, Charge, fail, note, order } from './billing.js';

describe('stub', () => {
  test('stands in the place of the task, gets its parsed inputs, and needs neither its services nor its container', async () => {
    const cards: string[] = [];
    await using app = testApp({
      flows: [order],
      stubs: [
        stub(Charge, ({ card }, { path }) => {
          cards.push(`${path} ${card}`);
          return { receipt: 'r', at: 0 };
        }),
      ],
    });
    expect(await app.run(order, { inputs: { card: ' visa ' } })).toMatchObject({ state: 'SUCCESS', results: { receipt: 'r' } });
    expect(cards).toEqual(['order/billing/charge visa', 'order/again visa']);
  });

  test('of a path goes before others, and a later one before an earlier one', async () => {
    const gives = (receipt: string) => () => ({ receipt, at: 0 });
    const given: string[] = [];
    await using app = testApp({
      flows: [order],
      stubs: [stub(Charge, gives('inner'), { path: 'order/billing/charge' }), stub(Charge, gives('never')), stub(Charge, gives('any'))],
      onEvent: (event) => {
        if (event.type === 'task' && event.state === 'SUCCESS' && event.result !== undefined)
          given.push((event.result as { receipt: string }).receipt);
      },
    });
    await app.run(order, { inputs: { card: 'visa' } });
    expect(given).toEqual(['inner', 'any']);
  });

  test('is undone by what the test gives, and never by the revert of the task', async () => {
    const undone: unknown[] = [];
    await using app = testApp({
      flows: [order],
      stubs: [
        stub(Charge, () => ({ receipt: 'bad', at: 7 }), {
          path: 'order/again',
          revert: (_, outcome) => void undone.push(outcome.kind === 'result' ? outcome.result.at : outcome.kind),
        }),
        stub(Charge, async () => ({ receipt: 'bad', at: 8 })),
      ],
    });
    expect((await app.run(order, { inputs: { card: 'visa' } })).state).toBe('REVERTED');
    expect(undone).toEqual([7]);
  });

  test('is checked as the task is: what it gives, and what it throws', async () => {
    const gives = async (result: object): Promise<string | undefined> => {
      await using app = testApp({ flows: [order], stubs: [stub(Charge, () => result as { receipt: string; at: number })] });
      const end = await app.run(order, { inputs: { card: 'visa' } });
      return end.state === 'REVERTED' ? end.failures[0]?.failure.code : end.state;
    };
    expect(await gives({ receipt: 'r' })).toBe('PROVIDES_UNKNOWN');
    expect(await gives({ receipt: () => 'r', at: 1 })).toBe('NOT_STORABLE');
    await using app = testApp({
      flows: [order],
      stubs: [
        stub(Charge, () => {
          throw new Error('declined');
        }),
      ],
    });
    expect(await app.run(order, { inputs: { card: 'visa' } })).toMatchObject({
      state: 'REVERTED',
      failures: [{ failure: { message: 'declined' } }],
    });
  });

  test('leaves the flow as it is stored: an app without stubs goes on with the run', async () => {
    const persistence = memory();
    const path = 'order/billing/charge';
    const first = testApp({ flows: [order], persistence, stubs: [stub(Charge, () => ({ receipt: 'r', at: 0 }))] });
    first.on((event) => {
      if (event.type === 'task' && event.path === path && event.state === 'SUCCESS') void first.suspend('r');
    });
    expect((await first.run(order, { id: 'r', inputs: { card: 'visa' } })).state).toBe('SUSPENDED');
    await first.stop();
    const bank: Bank = { charge: async (card) => `for ${card}` };
    const second = flowproof({ flows: [order], persistence, services: { bank }, resolve: (task) => new task('host') });
    expect(await second.resume(order, 'r')).toMatchObject({ state: 'SUCCESS', results: { receipt: 'host for visa' } });
    await second.stop();
  });

  const unlisted = defineTask({ name: 'unlisted', execute: async () => undefined });
  test.each([
    [() => [stub(unlisted, async () => undefined)], "stub('unlisted') stands nowhere: no flow of this app has that task"],
    [
      () => [stub(Charge, () => ({ receipt: '', at: 0 }), { path: 'order/charge' })],
      "stub('charge') with the path 'order/charge' stands nowhere: the task stands at 'order/billing/charge', 'order/again'",
    ],
    [() => [stub(waitFor('x'), async () => undefined)], "stub(): 'x' is a wait: send its signal, or let its time pass with app.clock"],
    [() => [stub({} as typeof note, async () => undefined)], 'stub() is given {}'],
    [() => [stub(note, 1 as never)], "stub('note') is given 1: give a function"],
    [
      () => [stub(fail, async () => undefined, { revert: () => undefined })],
      "stub('fail'): the task has no revert, so that of its stub is never called",
    ],
    [() => [{} as never], 'stubs has {}: give what stub() made'],
  ])('that can stand nowhere is refused, %#', (stubs, message) => {
    expect(() => testApp({ flows: [order], stubs: stubs(), services: { bank: {} as Bank }, resolve: (task) => new task() })).toThrow(
      message,
    );
  });
});

test('a stub is called in the process of the test, whatever places the app has', async () => {
  const flow = linear('placed').add(note).build();
  const called: string[] = [];
  const nowhere = new URL('./no-such-module.js', import.meta.url);
  await using app = testApp({
    flows: [flow],
    executor: threads(nowhere, { size: 1 }),
    stubs: [stub(note, () => void called.push('here'))],
  });
  expect((await app.run(flow)).state).toBe('SUCCESS');
  expect(called).toEqual(['here']);
});
