import type { PruneQuery } from 'flowproof';
import { isEnded } from '#model/states.js';
import { type Where, withStore } from '../store/opened.js';
import { confirmed } from '../terminal/confirm.js';
import { type ExitCode, type Io, UsageError } from '../terminal/io.js';

export interface PruneParams {
  readonly where: Where;
  readonly query: Omit<PruneQuery, 'signal' | 'onBatch'>;
  /** As the person wrote it. */
  readonly olderThan: string;
  readonly yes: boolean;
}

/** How often a person hears that it gets on. */
const REPORT_EVERY_MS = 1_000;

/** `flowproof runs prune`. Stopped between two batches, it says so: what is gone is gone. */
export async function pruneCommand({ where, query, olderThan, yes }: PruneParams, io: Io): Promise<ExitCode> {
  const open = query.states?.find((state) => !isEnded(state));
  if (open !== undefined) throw new UsageError(`runs that are ${open} can't be removed: only those that have ended`);
  const { states = ['SUCCESS', 'REVERTED', 'CANCELLED'], flow, logbook } = query;
  const which = `${states.join(', ')}${flow === undefined ? '' : ` of flow '${flow}'`}${logbook === undefined ? '' : ` of logbook '${logbook}'`}`;
  if (!(await confirmed(`Remove all runs that ended more than ${olderThan} ago: ${which}?`, yes, io))) return 1;
  return withStore<ExitCode>(where, io, 'write', async ({ operator }) => {
    let [removed, reportedAtMs] = [0, io.clock.monotonicMs()];
    const onBatch = (count: number): void => {
      removed += count;
      if (io.clock.monotonicMs() - reportedAtMs < REPORT_EVERY_MS) return;
      reportedAtMs = io.clock.monotonicMs();
      io.err(`flowproof: ${removed} removed so far\n`);
    };
    const pruned = await operator.prune({ ...query, signal: io.signal, onBatch });
    io.out(`${pruned} removed${io.signal.aborted ? ', and stopped' : ''}\n`);
    return io.signal.aborted ? 1 : 0;
  });
}
