import type { RunRecord } from './run-record.js';

/** The runs of a store in the order of their ids, so that a page costs its length. */
export class RunOrder<Place> {
  readonly #records: RunRecord<Place>[] = [];

  add(record: RunRecord<Place>): void {
    const last = this.#records.at(-1);
    if (last === undefined || last.runId < record.runId) this.#records.push(record);
    else this.#records.splice(this.#position(record.runId), 0, record);
  }

  remove(runIds: ReadonlySet<string>): void {
    const kept = this.#records.filter(({ runId }) => !runIds.has(runId));
    this.#records.length = 0;
    for (const record of kept) this.#records.push(record);
  }

  /** @param before an id: only runs with lower ones; absent: all */
  *newestFirst(before: string | undefined): Iterable<RunRecord<Place>> {
    for (let index = before === undefined ? this.#records.length : this.#position(before); index > 0; index--) {
      yield this.#records[index - 1] as RunRecord<Place>;
    }
  }

  /** @param after an id: only runs with higher ones; absent: all */
  *oldestFirst(after: string | undefined): Iterable<RunRecord<Place>> {
    for (let index = after === undefined ? 0 : this.#position(after); index < this.#records.length; index++) {
      const record = this.#records[index] as RunRecord<Place>;
      if (record.runId !== after) yield record;
    }
  }

  /** How many run ids are lower than this one. */
  #position(runId: string): number {
    let low = 0;
    let high = this.#records.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#records[middle] as RunRecord<Place>).runId < runId) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
