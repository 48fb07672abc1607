import type { CompiledFlow } from '../../compilation/index.js';
import type { Clock } from '../../model/clock.js';
import type { Codec } from '../../model/codec/codec.js';
import { isFlowproofError } from '../../model/errors.js';
import { inWords } from '../../model/in-words.js';
import { type Journal, type LogbookFilter, type LogbookPage, type Metadata, pruneAll } from '../../persistence/index.js';
import type { FlowFinder, FlowOfRun } from '../registry/flow-finder.js';
import { type InspectOptions, type PruneQuery, type RunsPage, type RunsQuery, type RunView, runInfo, runView } from '../views/run-view.js';
import type { RequestedRuns } from './requests.js';

export interface ArchiveParts {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly codec: Codec;
  readonly runs: Pick<RequestedRuns, 'find' | 'load'>;
  readonly flows: FlowFinder;
}

/** What is kept of runs, for whoever looks, tidies up or names groups: nothing here moves a run. */
export class Archive {
  readonly #parts: ArchiveParts;

  constructor(parts: ArchiveParts) {
    this.#parts = parts;
  }

  async runs(query: RunsQuery = {}): Promise<RunsPage> {
    const { runs, next } = await this.#parts.journal.runs(query);
    return { runs: runs.map(runInfo), ...(next === undefined ? {} : { next }) };
  }

  async inspect(id: string, options?: InspectOptions): Promise<RunView> {
    const { runs, codec, flows, journal } = this.#parts;
    const run = await runs.find(id);
    const [loaded, calls] = await Promise.all([runs.load(run), run.state === 'RUNNING' ? journal.slots?.waiting(run.runId) : []]);
    return runView(loaded, codec, (creation) => flowIfAny(flows, creation), { ...options, ...(calls === undefined ? {} : { calls }) });
  }

  saveLogbook(name: string, metadata: Metadata): Promise<void> {
    return this.#parts.journal.saveLogbook({ name, metadata });
  }

  logbooks(query: LogbookFilter = {}): Promise<LogbookPage> {
    return this.#parts.journal.logbooks(query);
  }

  async prune({ olderThanMs, onBatch, ...rest }: PruneQuery): Promise<number> {
    const { journal, clock } = this.#parts;
    if (typeof olderThanMs !== 'number' || Number.isNaN(olderThanMs))
      throw new TypeError(`olderThanMs is ${inWords(olderThanMs)}: it must be how long ago they ended, in milliseconds`);
    const endedBeforeMs = clock.nowMs() - olderThanMs;
    return pruneAll(journal, { endedBeforeMs, ...rest, ...(onBatch && { onBatch: ({ length }) => onBatch(length) }) });
  }
}

/** Today's flow of a run; nothing where there is none: what was done can be seen all the same. */
export function flowIfAny(flows: FlowFinder, run: FlowOfRun): CompiledFlow | undefined {
  try {
    return flows.of(run);
  } catch (error) {
    if (isFlowproofError(error, 'INCOMPATIBLE_FLOW')) return undefined;
    throw error;
  }
}
