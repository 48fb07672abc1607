import { type INestApplicationContext, Inject, Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { type App, linear, type Outcome, Task } from 'flowproof';
import { afterEach } from 'vitest';

@Injectable()
export class Bank {
  readonly charged: string[] = [];
}

@Injectable()
@Task({ name: 'charge', requires: ['card'], provides: ['receipt'] })
export class Charge {
  readonly #bank: Bank;
  constructor(@Inject(Bank) bank: Bank) {
    this.#bank = bank;
  }
  async execute({ card }: { card: string }) {
    this.#bank.charged.push(card);
    return { receipt: `receipt of ${card}` };
  }
  async revert(_: { card: string }, _outcome: Outcome<Charge>) {
    this.#bank.charged.pop();
  }
}
export const order = linear('order').input<{ card: string }>().add(Charge).build();
export type Orders = App<readonly [typeof order]>;

let open: INestApplicationContext[] = [];
afterEach(async () => {
  for (const nest of open) await nest.close();
  open = [];
});

/** A Nest application of one module, which is what `@Module` is given. */
export async function started(metadata: Parameters<typeof Module>[0]): Promise<INestApplicationContext> {
  class Root {}
  Module(metadata)(Root);
  const nest = await NestFactory.createApplicationContext(Root, { logger: false, abortOnError: false });
  open.push(nest);
  return nest;
}
