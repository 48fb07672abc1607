import type { Persistence } from 'flowproof';
import type { ReadStore } from '../../stores/index.js';
import { UsageError } from '../terminal/io.js';

export type Connects = Pick<Persistence, 'connect'>;

type Journal = ReturnType<Persistence['connect']>;
type Summary = Awaited<ReturnType<Journal['runs']>>['runs'][number];

/**
 * The copy of a folder as a store. Closing it removes the copy. Which processes live is not in the log: where the folder may be in use,
 * nothing is said of it.
 */
export function copied({ journal, close }: ReadStore, isInUse: boolean): Connects {
  const own: Partial<Journal> = isInUse ? { close, ...withoutLife(journal) } : { close };
  return {
    connect: () =>
      new Proxy(journal, {
        get(target, name) {
          const replaced: unknown = Reflect.get(own, name);
          if (replaced !== undefined) return replaced;
          const value: unknown = Reflect.get(target, name, target);
          return typeof value === 'function' ? value.bind(target) : value;
        },
      }),
  };
}

function withoutLife(journal: Journal): Pick<Journal, 'runs' | 'find' | 'load'> {
  return {
    async runs(filter) {
      if (filter.ownerless === true)
        throw new UsageError('a process may have this folder, and who is alive is not known from here: leave out --ownerless');
      const page = await journal.runs(filter);
      return { ...page, runs: page.runs.map(unsure) };
    },
    async find(by) {
      const run = await journal.find(by);
      return run === undefined ? undefined : unsure(run);
    },
    async load(runId, options) {
      const loaded = await journal.load(runId, options);
      return loaded === undefined ? undefined : { ...loaded, summary: unsure(loaded.summary) };
    },
  };
}

function unsure({ owner, ...run }: Summary): Summary {
  return owner === undefined ? run : { ...run, owner: { id: owner.id } };
}
