import { type AnyFlow, flowproof, type Persistence, serial } from '../../src/index.js';
import type {
  AppendItem,
  AppendResult,
  CreateRunParams,
  CreateRunResult,
  Entry,
  InboxMessage,
  Journal,
} from '../../src/persistence/index.js';
import type { VirtualClock } from '../../src/testing/index.js';
import type { Ledger } from './ledger.js';
import type { OpenCall } from './plan.js';
import type { ProcessWorld, Scenario } from './scenarios.js';

const NEVER = new Promise<never>(() => undefined);
const LOST = { kind: 'unknown', cause: new Error('the answer was lost') } as const;
/** None of the runs here needs so many. */
const MOST_STEPS = 3_000;
type Written<Result> = Result | typeof LOST;

/** Things that are the same for all processes: the store, the world, the story that is played. */
export interface Stage {
  readonly scenario: Scenario;
  readonly store: Persistence;
  readonly ledger: Ledger;
  readonly clock: VirtualClock | undefined;
  readonly leaseMs: number;
  /** Of the run, and of the logbook that it is alone in. */
  readonly id: string;
  /** Something may happen now: asked before and after each write, twice in each call, and when a decider is asked. */
  happens(at: LiveProcess, where: string): Promise<void>;
  /** One after another, so that what the ledger notes is in the order in which it happened. */
  inTurn<Result>(work: () => Promise<Result>): Promise<Result>;
  /** What becomes of the answer to a write. */
  losesAnswer(): boolean;
  fails(path: string, key: string, turn: number): boolean;
  /** Which piece of work of a task this is, from 0. */
  roundOf(path: string, key: string): number;
  isBroken(path: string): boolean;
}

export type AnyApp = ReturnType<typeof flowproof<readonly never[]>>;

/** One process: an app with a connection of its own, until it dies. */
export class LiveProcess {
  readonly name: string;
  /** Built anew in each process, as wherever the code is deployed. */
  readonly flow: AnyFlow;
  readonly app: AnyApp;
  /** Resolves when it has died. */
  readonly died: Promise<'died'>;
  readonly #stage: Stage;
  readonly #journals: Journal[] = [];
  #isDead = false;
  #tellDeath: () => void = () => undefined;

  constructor(name: string, stage: Stage) {
    this.name = name;
    this.#stage = stage;
    this.died = new Promise((resolve) => {
      this.#tellDeath = () => resolve('died');
    });
    const { scenario, store, clock, leaseMs } = stage;
    const { executor = serial(), onFailure = 'revert', recovers: recover = false, snapshotAfter = 1_000 } = scenario;
    this.flow = scenario.flow((decider, told) => this.#isAsked(decider, told));
    this.app = flowproof({
      persistence: { ...store, connect: () => this.#observed(this.#connected(store.connect())) },
      flows: [this.flow],
      services: { world: this.#world() },
      executor,
      onFailure,
      leaseMs,
      recover,
      snapshotAfter,
      ...(clock === undefined ? {} : { clock }),
    } as never) as unknown as AnyApp;
  }

  get isDead(): boolean {
    return this.#isDead;
  }

  /** Nothing that it asks for is answered any more, and nothing that it does counts. */
  die(): void {
    if (this.#isDead) return;
    this.#isDead = true;
    this.#stage.ledger.died(this.name);
    this.#tellDeath();
  }

  /** What it had open is closed, as by its operating system. */
  async buried(): Promise<void> {
    for (const journal of this.#journals) await journal.close();
  }

  #connected(journal: Journal): Journal {
    this.#journals.push(journal);
    return journal;
  }

  async #moment(where: string): Promise<void> {
    if (this.#isDead) return NEVER;
    await this.#stage.happens(this, where);
    if (this.#isDead) return NEVER;
  }

  async #isAsked(decider: string, told: Readonly<Record<string, unknown>>): Promise<void> {
    if (this.#isDead) return NEVER;
    this.#stage.ledger.asked(this.name, decider, told);
    await this.#moment(`in the decider ${decider}`);
  }

  #world(): ProcessWorld {
    const { ledger } = this.#stage;
    const process = this.name;
    return {
      begins: (call) => ledger.begins({ ...call, process } as OpenCall),
      done: (call) => ledger.done(call),
      undone: (call, told) => ledger.undone(call, told),
      ends: (call) => ledger.ends(call),
      moment: (where) => this.#moment(where),
      fails: (path, key, turn) => this.#stage.fails(path, key, turn),
      roundOf: (path, key) => this.#stage.roundOf(path, key),
      isBroken: (path) => this.#stage.isBroken(path),
    };
  }

  async #write<Result>(
    { entry, letsGo }: { readonly entry: Entry; readonly letsGo: boolean },
    write: () => Promise<Result>,
    isWritten: (result: Result) => boolean,
  ): Promise<Written<Result>> {
    await this.#moment('before a write');
    if (entry.seq > MOST_STEPS) return this.#endless();
    const result = await this.#stage.inTurn(async () => {
      const written = await write();
      if (isWritten(written)) this.#stage.ledger.durable(this.name, entry, letsGo);
      return written;
    });
    const isLost = this.#stage.losesAnswer();
    await this.#moment('after a write');
    return isLost ? LOST : result;
  }

  /** A loop without a wait would never let a timer end the test. */
  #endless(): Promise<never> {
    this.#stage.ledger.blame(`it makes more than ${MOST_STEPS} steps`);
    return NEVER;
  }

  /** Its engine hears of messages when the store's answer has come to it. */
  #hears(messages: readonly InboxMessage[]): void {
    const { ledger } = this.#stage;
    const then = ledger.beginnings;
    if (!ledger.hears(this.name)) return;
    setImmediate(() => {
      if (!this.#isDead && ledger.beginnings === then) for (const message of messages) ledger.heard(this.name, message);
    });
  }

  #alive<Result>(result: Result): Result | Promise<never> {
    return this.#isDead ? NEVER : result;
  }

  /** A connection that tells the ledger what comes and goes, and dies with its process. */
  #observed(journal: Journal): Journal {
    const { ledger } = this.#stage;
    const gone = async <Result>(ask: () => Promise<Result>): Promise<Result> => this.#alive(this.#isDead ? await NEVER : await ask());
    const inTurn = <Result>(ask: () => Promise<Result>): Promise<Result> => gone(() => this.#stage.inTurn(ask));
    return {
      capabilities: journal.capabilities,
      createRun: (params: CreateRunParams): Promise<CreateRunResult> =>
        this.#write(
          { entry: params.entry, letsGo: params.owner === null },
          () => journal.createRun(params),
          ({ kind }) => kind === 'created',
        ),
      append: (items: readonly AppendItem[]) =>
        Promise.all(
          items.map((item) =>
            this.#write(
              { entry: item.entry, letsGo: item.summary?.owner === null },
              async (): Promise<AppendResult> => (await journal.append([item]))[0] ?? LOST,
              ({ kind }) => kind === 'ok',
            ),
          ),
        ),
      send: (message: InboxMessage) =>
        inTurn(async () => {
          await journal.send(message);
          ledger.note(`${this.name} sends ${message.kind}`);
          ledger.sent(message);
          this.#hears([message]);
        }),
      load: (runId, options) =>
        inTurn(async () => {
          const loaded = await journal.load(runId, options);
          if (loaded !== undefined)
            ledger.loaded(
              this.name,
              loaded.inbox.map(({ kind }) => kind),
            );
          return loaded;
        }),
      tick: (params) =>
        gone(async () => {
          const result = await journal.tick(params);
          this.#hears(result.messages);
          return result;
        }),
      claim: (params) => gone(() => journal.claim(params)),
      requeue: (runId) => inTurn(() => journal.requeue(runId)),
      postedCounts: (flow) => gone(() => journal.postedCounts(flow)),
      prune: (params) =>
        inTurn(async () => {
          const result = await journal.prune(params);
          if (result.runIds.length > 0) ledger.pruned();
          return result;
        }),
      open: () => gone(() => journal.open()),
      find: (by) => gone(() => journal.find(by)),
      runs: (filter) => gone(() => journal.runs(filter)),
      saveLogbook: (logbook) => gone(() => journal.saveLogbook(logbook)),
      logbooks: (filter) => gone(() => journal.logbooks(filter)),
      giveBack: (owner, runIds) => gone(() => journal.giveBack(owner, runIds)),
      release: (owner) => gone(() => journal.release(owner)),
      close: () => gone(() => journal.close()),
    };
  }
}
