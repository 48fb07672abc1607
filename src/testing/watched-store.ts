import type { LoadedRun, Persistence } from '../persistence/index.js';
import type { Activity } from './activity.js';

/** A store that is the same, and whose answers are waited for before time is skipped. */
export function watchedStore(persistence: Persistence, activity: Activity): Persistence {
  const { kind, keepsSecrets } = persistence;
  return { kind, ...(keepsSecrets === undefined ? {} : { keepsSecrets }), connect: () => watched(persistence.connect(), activity) };
}

function watched<Store extends object>(store: Store, activity: Activity): Store {
  return new Proxy(store, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      // A part of a journal is asked, too.
      if ((name === 'schedules' || name === 'limits' || name === 'slots') && typeof member === 'object' && member !== null)
        return watched(member, activity);
      if (typeof member !== 'function') return member;
      return (...args: readonly unknown[]): unknown => {
        const answer: unknown = Reflect.apply(member, target, args);
        if (!(answer instanceof Promise)) return answer;
        const watching = activity.during(() => answer);
        return name === 'load' ? watching.then((run) => withPages(run as LoadedRun | undefined, activity)) : watching;
      };
    },
  });
}

/** The entries of a run are read after it is found. */
function withPages(run: LoadedRun | undefined, activity: Activity): LoadedRun | undefined {
  if (run === undefined) return undefined;
  async function* pages(entries: LoadedRun['entries']): LoadedRun['entries'] & AsyncGenerator {
    const iterator = entries[Symbol.asyncIterator]();
    try {
      for (;;) {
        const { done, value } = await activity.during(() => iterator.next());
        if (done === true) return;
        yield value;
      }
    } finally {
      await iterator.return?.();
    }
  }
  return { ...run, entries: pages(run.entries) };
}
