import { foldRun } from '../../src/engine/index.js';
import { flowproof, isFlowproofError } from '../../src/index.js';
import type { Journal } from '../../src/persistence/index.js';
import type { Where } from './where.js';

export interface Atom {
  readonly path: string;
  readonly state: string;
}

/** A run as its store has it, without any code of its flow. */
export interface View {
  /** Of the version that has it. */
  readonly fingerprint: string;
  /** Grows with each process that takes it. */
  readonly epoch: number;
  readonly state: string;
  readonly atoms: readonly Atom[];
}

/** Looks at a run, and does nothing. */
export class Observer {
  readonly #id: string;
  readonly #app: ReturnType<typeof flowproof<readonly never[]>>;
  readonly #journal: Journal;
  #opened: Promise<void> | undefined;

  constructor({ store, clock, id }: Where) {
    this.#id = id;
    this.#app = flowproof({ persistence: store, flows: [], ...(clock === undefined ? {} : { clock }) });
    this.#journal = store.connect();
  }

  async look(): Promise<View | undefined> {
    this.#opened ??= this.#journal.open();
    await this.#opened;
    const run = await this.#journal.find({ key: this.#id });
    if (run === undefined) return undefined;
    try {
      const { state, atoms } = await this.#app.inspect(this.#id);
      const loaded = await this.#journal.load(run.runId);
      if (loaded === undefined) return undefined;
      const { fingerprint, epoch } = await foldRun(loaded);
      return { fingerprint, epoch, state, atoms: atoms.map(({ path, state: of }) => ({ path, state: of })) };
    } catch (error) {
      if (isFlowproofError(error, 'RUN_NOT_FOUND')) return undefined;
      throw error;
    }
  }

  async leaves(): Promise<void> {
    await this.#app.stop();
    if (this.#opened !== undefined) await this.#journal.close();
  }
}
