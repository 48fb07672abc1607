/**
 * A flow that is killed at every commit, forward and back, by its own test. The first task charges without a key: the report says
 * at which crash it charges twice, and what to do. The second one gives `ctx.idempotencyKey` to the bank, and survives.
 */
import { defineTask, linear, type TaskContext } from 'flowproof';
import { NotCrashSafeError, surviveEveryCrash } from 'flowproof/testing';

/** A bank that takes what it is told twice with one key as told once. */
class Bank {
  readonly #charges = new Map<string, string>();
  charge(card: string, key: string = `no key ${this.#charges.size}`): void {
    this.#charges.set(key, card);
  }
  refund(key: string): void {
    this.#charges.delete(key);
  }
  /** What stands in its books. */
  charges(): readonly string[] {
    return [...this.#charges.values()].map((card) => `charged ${card}`);
  }
}
type Needs = TaskContext<{ bank: Bank }>;

const careless = defineTask({
  name: 'charge',
  requires: ['card'],
  execute: async ({ card }: { card: string }, { services }: Needs) => services.bank.charge(card),
});
const careful = defineTask({
  name: 'charge',
  requires: ['card'],
  execute: async ({ card }: { card: string }, { services, idempotencyKey }: Needs) => services.bank.charge(card, idempotencyKey),
  revert: async (_: { card: string }, _outcome, { services, idempotencyKey }: Needs) => services.bank.refund(idempotencyKey),
});
const ship = defineTask({ name: 'ship', execute: async () => undefined });

const before = linear('order').input<{ card: string }>().add(careless).add(ship).build();
const after = linear('order').input<{ card: string }>().add(careful).add(ship).build();

const bank = new Bank();
const given = { inputs: { card: 'visa' }, services: { bank }, effects: () => bank.charges() };
try {
  await surviveEveryCrash(before, given);
} catch (error) {
  if (!(error instanceof NotCrashSafeError)) throw error;
  console.log(error.message);
}
const { courses, crashes } = await surviveEveryCrash(after, given);
console.log(`\nWith the key it survives ${crashes} crashes: in runs that end ${courses.map(({ state }) => state).join(' and ')}.`);
