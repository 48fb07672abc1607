import type { AppendItem, AppendResult } from '../../persistence/index.js';
import type { Statements } from '../client/sql.js';
import { asPersistenceError, mayPass } from '../client/sql-errors.js';
import { type EncodedItem, encodeItem } from './append-params.js';
import { GroupCommit } from './group-commit.js';
import type { Oversize } from './oversize.js';
import { StepWriter } from './step-writer.js';

export interface AppenderParams {
  /** Quoted. */
  readonly schema: string;
  readonly lanes: readonly Statements[];
  /** Whether the lanes are connections of ours, which never wait for a lock for long. */
  readonly own: boolean;
  readonly oversize: Oversize;
}

/** Appends to the journal of one schema. */
export class Appender {
  readonly #oversize: Oversize;
  readonly #writer: StepWriter;
  readonly #group: GroupCommit;

  constructor({ schema, lanes, own, oversize }: AppenderParams) {
    this.#oversize = oversize;
    this.#writer = new StepWriter({ schema, hurries: !own });
    this.#group = new GroupCommit(this.#writer, lanes);
  }

  async append(items: readonly AppendItem[]): Promise<readonly AppendResult[]> {
    const [only] = items;
    if (only !== undefined && items.length === 1) return [await this.#appendOne(only, this.#share)];
    return Promise.all(items.map((item) => this.#appendOne(item, this.#share)));
  }

  /** @param transaction a task's, in which it is the last statement */
  appendIn(transaction: Statements, item: AppendItem): Promise<AppendResult> {
    return this.#appendOne(item, (encoded) => this.#writer.within(transaction, encoded));
  }

  /** The next step is most likely this run's. */
  begun(runId: string): void {
    this.#group.begun(runId);
  }

  /** Resolves when every append has its answer. */
  settled(): Promise<void> {
    return this.#group.settled();
  }

  readonly #share = (encoded: EncodedItem): Promise<AppendResult> => this.#group.append(encoded);

  /** What can't be text, or is too much of it, is refused before anything is sent. */
  async #appendOne(item: AppendItem, send: (encoded: EncodedItem) => Promise<AppendResult>): Promise<AppendResult> {
    try {
      const encoded = encodeItem(item);
      const cause = this.#oversize.isOver(encoded.transitions) ? await this.#oversize.explain(item.entry, encoded.transitions) : undefined;
      return cause === undefined ? judged(await send(encoded)) : { kind: 'refused', cause };
    } catch (cause) {
      return { kind: 'refused', cause };
    }
  }
}

/** Some errors do not pass, such as a right that was taken away: they are not waited for. */
function judged(result: AppendResult): AppendResult {
  return result.kind === 'unknown' && !mayPass(result.cause) ? { kind: 'unknown', cause: asPersistenceError(result.cause) } : result;
}
