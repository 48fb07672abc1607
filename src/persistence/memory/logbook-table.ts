import type { Logbook, LogbookFilter, LogbookPage } from '../contract/journal.js';
import { logbooksOrder } from '../contract/paging.js';

/** The logbooks of a store in one process. */
export class LogbookTable {
  /** By name, which is also what they are listed by. */
  readonly #logbooks = new Map<string, Logbook>();

  /** Makes the logbook that a new run names, unless it is there. */
  ensure(name: string, createdAtMs: number): void {
    if (!this.#logbooks.has(name)) this.save({ name, createdAtMs, metadata: {} });
  }

  save(logbook: Logbook): void {
    this.#logbooks.set(logbook.name, { ...logbook, createdAtMs: this.#logbooks.get(logbook.name)?.createdAtMs ?? logbook.createdAtMs });
  }

  all(): readonly Logbook[] {
    return [...this.#logbooks.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** @throws TypeError as {@link logbooksOrder} */
  page(filter: LogbookFilter): LogbookPage {
    const { after, limit } = logbooksOrder(filter);
    const rest = this.all().filter(({ name }) => name > after);
    const logbooks = rest.slice(0, limit);
    const last = logbooks.at(-1);
    return rest.length > limit && last !== undefined ? { logbooks, next: last.name } : { logbooks };
  }
}
