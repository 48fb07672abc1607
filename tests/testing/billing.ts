import { defineTask, type Kept, linear, type Outcome, Task, type TaskContext } from 'flowproof';
import { z } from 'zod';

export const note = defineTask({
  name: 'note',
  execute: (_: {}, { services }: TaskContext<{ notes: string[] }>) => void services.notes.push('noted'),
});

export interface Bank {
  charge(card: string): Promise<string>;
}

export
@Task({ name: 'charge', requires: { card: z.string().trim() }, provides: ['receipt'], keeps: ['at'] })
class Charge {
  readonly #host: string;
  constructor(host: string) {
    this.#host = host;
  }
  async execute({ card }: { card: string }, { services }: TaskContext<{ bank: Bank }>): Promise<{ receipt: string; at: Kept<number> }> {
    return { receipt: `${this.#host} ${await services.bank.charge(card)}`, at: 1 };
  }
  async revert(_: { card: string }, _outcome: Outcome<Charge>, { services }: TaskContext<{ bank: Bank }>) {
    await services.bank.charge('back');
  }
}

export const fail = defineTask({
  name: 'fail',
  requires: ['receipt'],
  execute: async ({ receipt }: { receipt: string }) => {
    if (receipt === 'bad') throw new Error('no stock');
  },
});

const billing = linear('billing').input<{ card: string }>().add(Charge).build();
export const order = linear('order')
  .input<{ card: string }>()
  .add(billing)
  .add(Charge, { name: 'again', override: true })
  .add(fail)
  .build();
