import type { INestApplicationContext, Type } from '@nestjs/common';
import { defineTask, linear, memory, type TaskContext } from 'flowproof';
import { FlowproofHealth, FlowproofModule, getAppToken } from 'flowproof/nestjs';
import { describe, expect, test } from 'vitest';
import { Bank, Charge, type Orders, order, started } from './nestjs-rig.js';

describe('health', () => {
  const healthOf = (nest: INestApplicationContext) => nest.get(FlowproofHealth, { strict: false });

  test('is up while the store answers, and down, with the reason, when it does not or the app has stopped', async () => {
    const persistence = memory();
    let silent = false;
    const journal = persistence.connect();
    const listing = journal.runs.bind(journal);
    journal.runs = async (...args) => (silent ? new Promise(() => {}) : listing(...args));
    const module = FlowproofModule.forRoot({ persistence: { ...persistence, connect: () => journal }, flows: [order] });
    const nest = await started({ imports: [module], providers: [Bank, Charge] });
    expect(await healthOf(nest).pingCheck('flows')).toEqual({ flows: { status: 'up' } });
    silent = true;
    expect(await healthOf(nest).pingCheck('flows', { timeoutMs: 10 })).toEqual({
      flows: { status: 'down', message: 'the store has not answered for 10 ms' },
    });
    silent = false;
    await nest.get<Orders>(getAppToken()).stop();
    expect(await healthOf(nest).pingCheck('flows')).toEqual({ flows: { status: 'down', message: expect.stringContaining('stopped') } });
  });

  test('is of one app, by its name', async () => {
    const nest = await started({ imports: [FlowproofModule.forRoot({ name: 'a', persistence: memory(), flows: [] })] });
    expect(await healthOf(nest).pingCheck('a', { app: 'a' })).toEqual({ a: { status: 'up' } });
    await expect(healthOf(nest).pingCheck('a')).rejects.toThrow('there is no FlowproofModule without a name');
    await expect(healthOf(nest).pingCheck('a', { app: 'b' })).rejects.toThrow(`of the name 'b'`);
    await expect(healthOf(nest).pingCheck('a', { app: 'a', timeoutMs: Number.NaN })).rejects.toThrow('timeoutMs is NaN');
  });
});

describe('options that make no sense', () => {
  test.each([undefined, null, 7, 'postgres://'])('such as %j are refused when Nest starts', async (options) => {
    const module = FlowproofModule.forRootAsync({ useFactory: () => options as never });
    await expect(started({ imports: [module] })).rejects.toThrow('FlowproofModule has got');
  });

  test('such as flows without their services do not compile', () => {
    const needy = defineTask({ name: 'needy', execute: async (_: {}, { services }: TaskContext<{ bank: Bank }>) => void services.bank });
    const flow = linear('needy').add(needy).build();
    // @ts-expect-error: the flow reads the service 'bank'
    const module = (): unknown => FlowproofModule.forRoot({ persistence: memory(), flows: [flow] });
    // @ts-expect-error: the same of what a factory gives
    const later = (): unknown => FlowproofModule.forRootAsync({ useFactory: () => ({ persistence: memory(), flows: [flow] }) });
    const good = [
      FlowproofModule.forRoot({ persistence: memory(), flows: [flow], services: { bank: new Bank() } }),
      FlowproofModule.forRootAsync({
        inject: [Bank],
        useFactory: (bank: Bank) => ({ persistence: memory(), flows: [flow], services: { bank } }),
      }),
      FlowproofModule.forRootAsync({
        inject: [Bank],
        useFactory: async (bank: Bank) => ({ persistence: memory(), flows: [flow], services: { bank } }),
      }),
    ];
    expect([typeof module, typeof later, good.map(({ module }) => module as Type).length]).toEqual(['function', 'function', 3]);
  });
});
