import { Inject, Injectable, Module, type OnModuleInit, type Provider, Scope } from '@nestjs/common';
import { type App, defineTask, factory, linear, memory, Retry, Task } from 'flowproof';
import { FlowproofModule, getAppToken, InjectApp } from 'flowproof/nestjs';
import { describe, expect, test } from 'vitest';
import { Bank, Charge, type Orders, order, started } from './nestjs-rig.js';

const withFlows = (providers: Provider[]) =>
  started({ imports: [FlowproofModule.forRoot({ persistence: memory(), flows: [order] })], providers });

describe('an app in Nest', () => {
  test('has tasks that Nest makes, with what they are injected', async () => {
    const nest = await withFlows([Bank, Charge]);
    const app = nest.get<Orders>(getAppToken());
    expect(await app.run(order, { inputs: { card: 'visa' } })).toMatchObject({ state: 'SUCCESS', results: { receipt: 'receipt of visa' } });
    expect(nest.get(Bank).charged).toEqual(['visa']);
  });

  test('is injected into providers of any module, unless it is not global', async () => {
    @Injectable()
    class Desk {
      readonly app: Orders;
      constructor(@InjectApp() app: Orders) {
        this.app = app;
      }
    }
    class Feature {}
    Module({ providers: [Desk] })(Feature);
    const nest = await started({
      imports: [Feature, FlowproofModule.forRoot({ persistence: memory(), flows: [order] })],
      providers: [Bank, Charge],
    });
    expect(nest.get(Desk, { strict: false }).app).toBe(nest.get(getAppToken(), { strict: false }));
    const alone = FlowproofModule.forRoot({ persistence: memory(), flows: [order], isGlobal: false });
    await expect(started({ imports: [Feature, alone], providers: [Bank, Charge] })).rejects.toThrow(/dependencies of the Desk/);
  });

  test('is made of options that a factory makes of what Nest injects, also later', async () => {
    class Settings {
      readonly persistence = memory();
    }
    class SettingsModule {}
    Module({ providers: [Settings], exports: [Settings] })(SettingsModule);
    const module = FlowproofModule.forRootAsync({
      imports: [SettingsModule],
      inject: [Settings],
      useFactory: async (settings: Settings) => ({ persistence: settings.persistence, flows: [order] }),
    });
    const nest = await started({ imports: [module], providers: [Bank, Charge] });
    expect((await nest.get<Orders>(getAppToken()).run(order, { inputs: { card: 'visa' } })).state).toBe('SUCCESS');
  });

  test('is one of several, by their names', async () => {
    const other = linear('other').build();
    const nest = await started({
      imports: [
        FlowproofModule.forRoot({ persistence: memory(), flows: [order] }),
        FlowproofModule.forRoot({ name: 'other', persistence: memory(), flows: [other] }),
      ],
      providers: [Bank, Charge],
    });
    const flows = (name?: string) => nest.get<App<[]>>(getAppToken(name), { strict: false }).flows;
    expect([flows(), flows('other')]).toEqual([['order'], ['other']]);
  });

  test('is refused under a name that another one has', async () => {
    const twice = () => FlowproofModule.forRoot({ name: 'a', persistence: memory(), flows: [] });
    await expect(started({ imports: [twice(), twice()] })).rejects.toThrow('FlowproofModule is there twice under flowproof.app:a');
  });

  test('takes up nothing before all modules are there, and is ready when Nest is', async () => {
    const persistence = memory();
    const happened: string[] = [];
    @Injectable()
    class Prepared implements OnModuleInit {
      async onModuleInit() {
        await new Promise((resolve) => setTimeout(resolve, 20));
        happened.push('the module is there');
      }
    }
    const journal = persistence.connect();
    const opening = journal.open.bind(journal);
    journal.open = () => {
      happened.push('the store is open');
      return opening();
    };
    const ready = { ...persistence, connect: () => journal };
    await started({ imports: [FlowproofModule.forRoot({ persistence: ready, flows: [order] })], providers: [Bank, Charge, Prepared] });
    expect([happened.at(0), happened.includes('the store is open')]).toEqual(['the module is there', true]);
  });

  test('stops with Nest, after the task under way', async () => {
    const begun = deferred();
    const released = deferred();
    const slow = defineTask({
      name: 'slow',
      execute: async () => {
        begun.resolve(undefined);
        await released.promise;
      },
    });
    const flow = linear('slowly').add(slow).build();
    const nest = await started({ imports: [FlowproofModule.forRoot({ persistence: memory(), flows: [flow] })] });
    const app = nest.get<App<readonly [typeof flow]>>(getAppToken());
    await app.start(flow, { id: 'r-1' });
    await begun.promise;
    const closed = nest.close();
    released.resolve(undefined);
    await closed;
    await expect(app.start(flow, { id: 'r-2' })).rejects.toMatchObject({ code: 'APP_STOPPED' });
  });
});

describe('the classes of tasks', () => {
  test('that Nest does not know are named when it starts', async () => {
    await expect(withFlows([Bank])).rejects.toThrow(/order\/charge.*Nest has no provider for the class Charge: add it to the providers/s);
    await expect(withFlows([Bank])).rejects.toMatchObject({ code: 'FLOW_DEFINITION' });
  });

  test('that Nest would inject into properties are named, too', async () => {
    @Injectable()
    @Task({ name: 'quiet' })
    class Quiet {
      @Inject(Bank) readonly bank!: Bank;
      execute() {}
    }
    const flow = linear('outer')
      .add(linear.open('inner').add(Quiet, { name: 'silent' }).build())
      .build();
    const imports = [FlowproofModule.forRoot({ persistence: memory(), flows: [flow] })];
    await expect(started({ imports, providers: [Bank] })).rejects.toThrow(/outer\/inner\/silent/);
  });

  test('and of retries are named and made like them', async () => {
    @Injectable()
    @Retry({ provides: ['turn'] })
    class Again {
      readonly bank: Bank;
      constructor(@Inject(Bank) bank: Bank) {
        this.bank = bank;
      }
      execute() {
        return { turn: this.bank.charged.length };
      }
      onFailure() {
        return 'REVERT' as const;
      }
    }
    const flow = linear('retried').retry(Again).build();
    const module = () => FlowproofModule.forRoot({ persistence: memory(), flows: [flow] });
    await expect(started({ imports: [module()], providers: [Bank] })).rejects.toThrow(/class Again/);
    const nest = await started({ imports: [module()], providers: [Bank, Again] });
    expect((await nest.get<App<readonly [typeof flow]>>(getAppToken()).run(flow)).state).toBe('SUCCESS');
  });

  test('that need nothing need no provider', async () => {
    @Task({ name: 'plain', provides: ['made'] })
    class Plain {
      execute() {
        return { made: true };
      }
    }
    const flow = linear('plainly').add(Plain).build();
    const nest = await started({ imports: [FlowproofModule.forRoot({ persistence: memory(), flows: [flow] })] });
    expect((await nest.get<App<readonly [typeof flow]>>(getAppToken()).run(flow)).state).toBe('SUCCESS');
  });

  test.each([Scope.TRANSIENT, Scope.REQUEST])('of scope %i are made for each call', async (scope) => {
    const seen = new Set<unknown>();
    @Injectable({ scope })
    @Task({ name: 'scoped' })
    class Scoped {
      readonly bank: Bank;
      constructor(@Inject(Bank) bank: Bank) {
        this.bank = bank;
      }
      async execute() {
        seen.add(this);
        this.bank.charged.push('once');
      }
    }
    const flow = linear('twice').add(Scoped, { name: 'first' }).add(Scoped, { name: 'second' }).build();
    const nest = await started({ imports: [FlowproofModule.forRoot({ persistence: memory(), flows: [flow] })], providers: [Bank, Scoped] });
    expect((await nest.get<App<readonly [typeof flow]>>(getAppToken()).run(flow)).state).toBe('SUCCESS');
    expect([seen.size, nest.get(Bank).charged.length]).toEqual([2, 2]);
  });

  test('of a factory are known when it is called: the task fails, says what is missing, and may be tried again', async () => {
    const made = factory('made', (_: null) => linear('made').input<{ card: string }>().add(Charge).build());
    const nest = await started({ imports: [FlowproofModule.forRoot({ persistence: memory(), flows: [made] })], providers: [Bank] });
    const result = await nest
      .get<App<readonly [typeof order]>>(getAppToken())
      .run(made(null) as never, { inputs: { card: 'visa' } } as never);
    expect(result).toMatchObject({ state: 'FAILURE', failures: [{ failure: { message: expect.stringContaining('class Charge') } }, {}] });
  });

  test('are made by another container, where one is given', async () => {
    const bank = new Bank();
    const module = FlowproofModule.forRoot({ persistence: memory(), flows: [order], resolve: () => new Charge(bank) });
    const nest = await started({ imports: [module] });
    await nest.get<Orders>(getAppToken()).run(order, { inputs: { card: 'visa' } });
    expect(bank.charged).toEqual(['visa']);
  });
});

function deferred() {
  let resolve: (value?: unknown) => void = () => undefined;
  const promise = new Promise((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
