import type { Persistence } from '../../src/index.js';
import { Gate } from './gate.js';

/** Tells when a store was ticked twice since `count()`: the second one began after it. */
export function countTicks(inner: Persistence): { persistence: Persistence; two: Promise<void>; count(): void } {
  const second = new Gate();
  let left = Number.POSITIVE_INFINITY;
  const connect = (): ReturnType<Persistence['connect']> => {
    const journal = inner.connect();
    const tick = journal.tick.bind(journal);
    journal.tick = async (params) => {
      const result = await tick(params);
      if (--left === 0) second.open();
      return result;
    };
    return journal;
  };
  const count = (): void => {
    left = 2;
  };
  return { persistence: { kind: 'memory', connect }, two: second.opened, count };
}
