/** The kit for tests: stubs typed by their tasks, and what they excuse. */

import { z } from 'zod';
import type { Equal, Expect } from './equal.js';
import { type CrashReport, defineTask, factory, type Kept, linear, type Outcome, type Recorded, recorded, type Stub, stub, surviveEveryCrash, Task, type TaskContext, testApp, waitFor } from './support.js'; // biome-ignore format: one line

interface Bank {
  charge(card: string): Promise<string>;
}
@Task({ name: 'charge', requires: ['card'], provides: ['receipt'], keeps: ['undo'] })
class Charge {
  async execute(_: { card: string }, ctx: TaskContext<{ bank: Bank }>): Promise<{ receipt: string; undo: Kept<number> }> {
    return { receipt: await ctx.services.bank.charge(''), undo: 1 };
  }
  async revert(_: { card: string }, _outcome: Outcome<Charge>) {}
}
@Task({ name: 'made' })
class Made {
  readonly #log: string[];
  constructor(log: string[]) {
    this.#log = log;
  }
  async execute() {
    this.#log.push('');
  }
}
const note = defineTask({
  name: 'note',
  requires: { text: z.string() },
  provides: { at: z.date() },
  execute: async ({ text }, ctx: TaskContext<{ log: string[] }>) => ({ at: new Date(ctx.services.log.length + text.length) }),
});
const nothing = defineTask({ name: 'nothing', requires: ['receipt?'], execute: async (_: { receipt?: string }) => undefined });
const order = linear('order').input<{ card: string; text: string }>().add(Charge).add(note).add(nothing).add(Made).build();

/** Inputs, outputs with what is kept, the outcome and the services are those of the task. */
export const charge = stub(Charge, ({ card }) => ({ receipt: card.trim(), undo: 7 }), {
  revert: (inputs, outcome, ctx) => {
    const card: string = inputs.card;
    const undo: number = outcome.kind === 'result' ? outcome.result.undo : 0;
    return [card, undo, ctx.services.bank?.charge(ctx.idempotencyKey)];
  },
});
export type Whole = Expect<Equal<typeof charge, Stub<'bank'>>>;
export const noted = stub(note, async ({ text }, { services }) => ({ at: new Date(text + (services.log ?? []).length) }));
export const placed = stub(note, () => ({ at: new Date() }), { path: 'order/note' });
export type Placed = Expect<Equal<typeof placed, Stub<never>>>;
const calls: string[] = [];
stub(nothing, ({ receipt }) => void calls.push(receipt ?? ''));
stub(nothing, async () => {});
stub(nothing, () => undefined);
const made = stub(Made, () => {});

/** Whole stubs excuse their services and the container; what is given is typed as ever. */
testApp({ flows: [order], stubs: [charge, noted, made] });
testApp({ flows: [order], stubs: [charge, made], services: { log: [] } });
testApp({ flows: [order], stubs: [charge, noted], resolve: (task) => new task(), services: { bank: { charge: async () => '' } } });
const list = [charge, noted, made];
const app = testApp({ flows: [order], stubs: list, skipTime: false });
app.clock.advance(1);
export const done: Promise<{ readonly state: string }> = app.run(order, { inputs: { card: '', text: '' } });
export const reached: Promise<void> = app.waitUntil('r', 'order/charge', 'SUCCESS', { round: 2 });

/** Flows without demands, and those that are made from data. */
const plain = linear('plain').add(nothing).build();
const several = factory('several', ({ times }: { times: number }) =>
  times > 1 ? linear('several').add(nothing).build() : linear('several').build(),
);
export const both = testApp({ flows: [plain, several] });
export const flows: readonly ('plain' | 'several')[] = both.flows;

/** A flow, or a task, with what a run of it is given. */
const approved = linear('approved')
  .input<{ card: string }>()
  .add(Charge)
  .add(waitFor('approval', z.object({ by: z.string() })))
  .add(waitFor('go'))
  .build();
export const survived: Promise<CrashReport> = surviveEveryCrash(approved, {
  inputs: { card: '' },
  services: { bank: { charge: async () => '' } },
  effects: () => ['charged'],
  signals: { approval: { by: 'ada' }, go: undefined },
  cancelAfter: ['approved/charge'],
  stays: (effect) => effect === 'mailed',
});
export const alone = surviveEveryCrash(nothing, { effects: async () => [], cancelAfter: 'each' });

/** A stored run, typed by its flow. */
export const fixture: Promise<Recorded<typeof order>> = recorded(app, order, 'r');
export const typed = async (): Promise<[card: string, receipt: string | undefined]> => {
  const run = await recorded(app, order, 'r');
  return [run.inputs.card, run.results?.receipt];
};
export const ofFactory: Promise<{ readonly flow: string }> = recorded(both, several, 'r');
