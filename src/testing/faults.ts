import type { AppendItem, AppendResult, CreateRunParams, CreateRunResult, Entry, Journal, Persistence } from '../persistence/index.js';

/**
 * What happens to one write: `pass`; `die-before` and `die-after`: the process is gone before or after it is durable,
 * so nothing it asks for is ever answered again; `lose-answer`: it is durable, but the answer never came.
 */
export type Fault = 'pass' | 'die-before' | 'die-after' | 'lose-answer';

export interface FaultyPersistence extends Persistence {
  /** Resolves when a fault let the process die. */
  readonly died: Promise<void>;
  /** The process is gone now, wherever it is: nothing that it asks for is answered any more. */
  kill(): void;
  /** Lets go of what the dead process still holds here, such as connections to a server. */
  disconnect(): Promise<void>;
}

/**
 * A store whose connection dies where a test says, to prove that a run survives it. What was connected before the
 * death never answers again; connect to the original store to go on as another process would.
 *
 * @param decide asked for each write of an entry, counted from 0 over the life of this value
 *
 * @example
 * ```ts
 * import { flowproof, memory } from 'flowproof';
 * import { withFaults } from 'flowproof/testing';
 * const store = memory();
 * const faulty = withFaults(store, (write) => (write === 3 ? 'die-after' : 'pass'));
 * const app = flowproof({ persistence: faulty, flows: [] });
 * ```
 */
export function withFaults(persistence: Persistence, decide: (write: number, entry: Entry) => Fault): FaultyPersistence {
  let writes = 0;
  let tellDeath = (): void => undefined;
  const died = new Promise<void>((resolve) => {
    tellDeath = resolve;
  });
  const life: Life = {
    dead: false,
    next: (entry) => decide(writes++, entry),
    die() {
      life.dead = true;
      tellDeath();
      return NEVER;
    },
  };
  const connected: Journal[] = [];
  return {
    kind: persistence.kind,
    ...(persistence.keepsSecrets === undefined ? {} : { keepsSecrets: persistence.keepsSecrets }),
    died,
    kill: () => void life.die(),
    connect() {
      const journal = persistence.connect();
      connected.push(journal);
      return new FaultyJournal(journal, life);
    },
    async disconnect() {
      void life.die();
      await Promise.all(connected.map((journal) => journal.close()));
    },
  };
}

interface Life {
  dead: boolean;
  next(entry: Entry): Fault;
  die(): Promise<never>;
}

const NEVER = new Promise<never>(() => undefined);
const LOST = { kind: 'unknown', cause: new Error('the answer was lost') } as const;

class FaultyJournal implements Journal {
  readonly #journal: Journal;
  readonly #life: Life;

  constructor(journal: Journal, life: Life) {
    this.#journal = journal;
    this.#life = life;
  }

  get capabilities(): Journal['capabilities'] {
    return this.#journal.capabilities;
  }

  get hints(): Journal['hints'] {
    return this.#life.dead ? undefined : this.#journal.hints;
  }

  get schedules(): Journal['schedules'] {
    const { schedules } = this.#journal;
    if (schedules === undefined) return undefined;
    return {
      list: (names) => this.#alive(() => schedules.list(names)),
      declare: (declared) => this.#alive(() => schedules.declare(declared)),
      change: (name, revision, change) => this.#alive(() => schedules.change(name, revision, change)),
      remove: (name) => this.#alive(() => schedules.remove(name)),
    };
  }

  get slots(): Journal['slots'] {
    const { slots } = this.#journal;
    if (slots === undefined) return undefined;
    return {
      ask: (params) => this.#alive(() => slots.ask(params)),
      leave: (owner, holders) => this.#alive(() => slots.leave(owner, holders)),
      waiting: (runId) => this.#alive(() => slots.waiting(runId)),
    };
  }

  get limits(): Journal['limits'] {
    const { limits } = this.#journal;
    if (limits === undefined) return undefined;
    return {
      list: (names) => this.#alive(() => limits.list(names)),
      set: (name, change) => this.#alive(() => limits.set(name, change)),
      reset: (name) => this.#alive(() => limits.reset(name)),
    };
  }

  createRun(params: CreateRunParams): Promise<CreateRunResult> {
    return this.#write(params.entry, () => this.#journal.createRun(params));
  }

  append(items: readonly AppendItem[]): Promise<readonly AppendResult[]> {
    return Promise.all(items.map((item) => this.#write(item.entry, async () => (await this.#journal.append([item]))[0] ?? LOST)));
  }

  appendIn(transaction: unknown, item: AppendItem): Promise<AppendResult> {
    return this.#write(item.entry, async () => (await this.#journal.appendIn?.(transaction, item)) ?? LOST);
  }

  async #write<Result>(entry: Entry, write: () => Promise<Result>): Promise<Result | typeof LOST> {
    if (this.#life.dead) return NEVER;
    const fault = this.#life.next(entry);
    if (fault === 'die-before') return this.#life.die();
    const result = await write();
    if (fault === 'die-after') return this.#life.die();
    return fault === 'lose-answer' ? LOST : result;
  }

  #alive<Result>(ask: () => Promise<Result>): Promise<Result> {
    return this.#life.dead ? NEVER : ask();
  }

  open: Journal['open'] = () => this.#alive(() => this.#journal.open());
  load: Journal['load'] = (runId, options) => this.#alive(() => this.#journal.load(runId, options));
  find: Journal['find'] = (by) => this.#alive(() => this.#journal.find(by));
  runs: Journal['runs'] = (filter) => this.#alive(() => this.#journal.runs(filter));
  saveLogbook: Journal['saveLogbook'] = (logbook) => this.#alive(() => this.#journal.saveLogbook(logbook));
  logbooks: Journal['logbooks'] = (filter) => this.#alive(() => this.#journal.logbooks(filter));
  send: Journal['send'] = (message, options) => this.#alive(() => this.#journal.send(message, options));
  tick: Journal['tick'] = (params) => this.#alive(() => this.#journal.tick(params));
  // All entries are writes of their own, which are counted: none goes with a claim.
  claim: Journal['claim'] = ({ openings: _, ...params }) => this.#alive(() => this.#journal.claim(params));
  requeue: Journal['requeue'] = (runId) => this.#alive(() => this.#journal.requeue(runId));
  postedCounts: Journal['postedCounts'] = (flow) => this.#alive(() => this.#journal.postedCounts(flow));
  giveBack: Journal['giveBack'] = (owner, runIds, options) => this.#alive(() => this.#journal.giveBack(owner, runIds, options));
  release: Journal['release'] = (owner) => this.#alive(() => this.#journal.release(owner));
  prune: Journal['prune'] = (params) => this.#alive(() => this.#journal.prune(params));
  close: Journal['close'] = () => this.#alive(() => this.#journal.close());
}
