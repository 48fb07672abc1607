import {
  type INestApplicationContext,
  Inject,
  Injectable,
  Module,
  type OnModuleInit,
  type Provider,
  Scope,
  type Type,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { type App, defineTask, factory, linear, memory, type Outcome, Retry, Task, type TaskContext } from 'flowproof';
import { FlowproofHealth, FlowproofModule, getAppToken, InjectApp } from 'flowproof/nestjs';
import { afterEach, describe, expect, test } from 'vitest';

@Injectable()
class Bank {
  readonly charged: string[] = [];
}

@Injectable()
@Task({ name: 'charge', requires: ['card'], provides: ['receipt'] })
class Charge {
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
const order = linear('order').input<{ card: string }>().add(Charge).build();
type Orders = App<readonly [typeof order]>;

let open: INestApplicationContext[] = [];
afterEach(async () => {
  for (const nest of open) await nest.close();
  open = [];
});

/** A Nest application of one module, which is what `@Module` is given. */
async function started(metadata: Parameters<typeof Module>[0]): Promise<INestApplicationContext> {
  class Root {}
  Module(metadata)(Root);
  const nest = await NestFactory.createApplicationContext(Root, { logger: false, abortOnError: false });
  open.push(nest);
  return nest;
}
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

function deferred() {
  let resolve: (value?: unknown) => void = () => undefined;
  const promise = new Promise((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
