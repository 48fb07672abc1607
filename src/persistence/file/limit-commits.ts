import type { ChangedLimit } from '../contract/claims.js';
import type { Commit } from './commit-queue.js';
import type { CommitParams } from './commits.js';
import { limitsLine, unlimitedLine } from './records.js';

/** Changes a limit. */
export function limiting(limit: ChangedLimit, { index, settle, fail }: CommitParams<void>): Commit {
  return {
    scopes: 'all',
    sync: true,
    prepare: async () => [limitsLine([limit])],
    done() {
      index.table.limits.set(limit);
      settle();
    },
    failed: fail,
  };
}

/** Leaves a limit to the code. */
export function unlimiting(name: string, { index, settle, fail }: CommitParams<void>): Commit {
  const { limits } = index.table;
  return {
    scopes: 'all',
    sync: true,
    async prepare() {
      if (limits.has(name)) return [unlimitedLine(name)];
      settle();
      return [];
    },
    done() {
      limits.remove(name);
      settle();
    },
    failed: fail,
  };
}
