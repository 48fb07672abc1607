import { type Clock, systemClock } from '../../model/clock.js';
import type { Codec } from '../../model/codec/codec.js';
import { jsonCodec } from '../../model/codec/json-codec.js';
import { IncompatibleFlowError } from '../../model/errors.js';
import { randomIds } from '../../model/ids.js';
import type { Journal, Persistence, RunSummary } from '../../persistence/index.js';
import { StoredRuns } from '../driving/stored-runs.js';
import type { AppLimits } from '../queue/limit-info.js';
import { LimitRequests } from '../queue/limit-requests.js';
import type { FlowFinder } from '../registry/flow-finder.js';
import { Archive } from '../runs/archive.js';
import { type Request, Requests } from '../runs/requests.js';
import type { AppSchedules } from '../schedules/schedule-info.js';
import { ScheduleRequests } from '../schedules/schedule-requests.js';
import type { PruneQuery, RunsPage, RunsQuery, RunView } from '../views/run-view.js';

/**
 * Where the program `flowproof` finds what an app that a module exports is made of, whichever copy of the package made it: it makes the same
 * app with settings of its own.
 */
export const APP_OPTIONS: unique symbol = Symbol.for('flowproof.app');

export interface OperatorParts {
  readonly persistence: Pick<Persistence, 'connect'>;
  /** Default: that of an app. */
  readonly codec?: Codec;
  readonly clock?: Clock;
  /** How long a store that is out of reach is waited for. */
  readonly storeTimeoutMs: number;
}

/** The runs of a store, for a person: looked at, and asked for something, without their flows. Drives nothing, and has no lease. */
export interface Operator {
  readonly journal: Journal;
  /** @throws PersistenceError */
  open(): Promise<void>;
  runs(query?: RunsQuery): Promise<RunsPage>;
  /** @throws RunNotFoundError */
  find(id: string): Promise<RunSummary>;
  /** Secrets are masked. @throws RunNotFoundError */
  inspect(id: string): Promise<RunView>;
  prune(query: PruneQuery): Promise<number>;
  /** Without their flows, so that none is begun. */
  readonly schedules: Pick<AppSchedules, 'list' | 'pause' | 'resume' | 'remove'>;
  /** Without what their code says. */
  readonly limits: AppLimits;
  /** See {@link Requests.ask}. */
  ask(id: string, asked: Request): Promise<void>;
  close(): Promise<void>;
}

/** Nothing is reached before it is opened. */
export function operatorOf({ persistence, codec = jsonCodec, clock = systemClock, storeTimeoutMs }: OperatorParts): Operator {
  const journal = persistence.connect();
  let isClosed = false;
  const runs = new StoredRuns({ journal, clock, ids: randomIds(), storeTimeoutMs }, () => isClosed);
  const archive = new Archive({ journal, clock, codec, runs, flows: NO_FLOWS });
  const requests = new Requests({ runs, codec });
  return {
    journal,
    open: () => runs.whenAvailable(() => journal.open()),
    runs: (query) => archive.runs(query),
    find: (id) => runs.find(id),
    inspect: (id) => archive.inspect(id),
    prune: (query) => archive.prune(query),
    schedules: new ScheduleRequests(journal),
    limits: new LimitRequests(journal),
    ask: async (id, asked) => void (await requests.ask(id, asked)),
    async close() {
      isClosed = true;
      await journal.close();
    },
  };
}

const NO_FLOWS: FlowFinder = {
  check: ({ key, flow }) => unknown(key, flow),
  of: ({ key, flow }) => unknown(key, flow),
  isMade: () => false,
};

function unknown(key: string, flow: string): never {
  throw new IncompatibleFlowError(key, flow, ['this is asked without flows']);
}
