import { JournalError } from '../journal-error.js';
import { runStateWord } from '../run-state-word.js';
import type { RunTable } from '../run-table.js';
import type { LogLine } from './log-line.js';
import { messageOf, type RecordMeta } from './records.js';
import type { Place } from './segment.js';

/** What an open log is known to hold. */
export interface LogIndex {
  readonly table: RunTable<Place>;
  /** Where the shape of each fingerprint is. */
  readonly shapes: Map<string, Place>;
}

/**
 * Takes one line of the log into the index. A hole in a run is noted by its place only, and refused when that run is
 * loaded: the other runs are not to suffer for it.
 * @throws JournalError `JOURNAL_CORRUPT`, `JOURNAL_TOO_NEW`
 */
export function replayLine(index: LogIndex, { meta: text, body }: LogLine, place: Place): void {
  const meta = JSON.parse(text) as RecordMeta;
  switch (meta.type) {
    case 'shape':
      index.shapes.set(meta.fingerprint, place);
      return;
    case 'run': {
      const { entry, run } = meta;
      index.table.create({ ...run, entry, state: runStateWord(entry.runId, run.state) }, place);
      return;
    }
    case 'entry': {
      const { entry, change } = meta;
      const record = index.table.get(entry.runId);
      if (record === undefined) throw new JournalError('JOURNAL_GAP', entry.runId, entry.seq, 'what the run began with is missing');
      if (change?.summary?.state !== undefined) runStateWord(entry.runId, change.summary.state);
      index.table.append(record, { entry, ...change }, place);
      return;
    }
    case 'message': {
      const record = index.table.get(meta.message.runId);
      if (record !== undefined) index.table.deliver(record, messageOf(meta, body));
      return;
    }
    case 'logbook':
      index.table.saveLogbook(meta.logbook);
      return;
    case 'prune':
      index.table.remove(meta.runIds);
      return;
    default: {
      const { type } = meta as { type: unknown };
      throw new JournalError(
        'JOURNAL_TOO_NEW',
        '(unknown)',
        -1,
        `nothing is known of records of type '${String(type)}': a newer flowproof wrote it`,
      );
    }
  }
}
