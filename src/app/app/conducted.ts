import type { JobBoard } from '../../boards/index.js';
import type { BoardEvent, ConductorEvent } from '../../engine/index.js';
import type { Clock } from '../../model/clock.js';
import type { Codec } from '../../model/codec/codec.js';
import { IncompatibleFlowError, InvalidInputError } from '../../model/errors.js';
import { messageOf } from '../../model/in-words.js';
import { isJsonObject, type Json } from '../../model/json.js';
import type { ValueIssue } from '../../model/schema.js';
import { grouping, type Metadata } from '../../persistence/index.js';
import type { ConductedEnd, OrderedRun } from '../driving/conducting.js';
import type { KnownFlows } from '../driving/recovery.js';
import { type JobSource, StoreJobs } from '../queue/store-jobs.js';
import { prepareInputs } from '../registry/inputs.js';
import { onlyRunsOf } from '../registry/registry.js';
import type { Runs } from '../runs/runs.js';
import type { StoreAccess } from './store-access.js';

/** What a conductor uses of an app is found under this, whichever copy of the package made the app. */
export const CONDUCTED: unique symbol = Symbol.for('flowproof.conducted');

/** A run that is to be driven: what a job says of it. */
export interface RunOrder {
  readonly id: string;
  readonly flow: string;
  /** Version of the flow for which it was posted. */
  readonly version?: number;
  /** As the codec of the app writes them, by name. */
  readonly inputs: Json;
  /** The same of what its factory is called with. */
  readonly args?: Json;
  /** How long the run may take, from when it is begun: milliseconds. Default: what its flow says. */
  readonly deadlineMs?: number;
  readonly logbook?: string;
  readonly metadata?: Metadata;
  /** Which trace it belongs to, as `traceparent` says it. */
  readonly trace?: string;
}

/** A run while it is driven for a conductor. */
export interface DrivenOrder {
  /** Never rejects. */
  readonly end: Promise<ConductedEnd>;
  /** Lets go of the run when its tasks under way have ended, or after so long. */
  stop(graceMs: number): void;
}

/** An app, as conductors use it. */
export interface ConductedApp {
  readonly flows: readonly string[];
  readonly clock: Clock;
  readonly leaseMs: number;
  readonly graceMs: number;
  /** The board that the app was given. */
  readonly board?: JobBoard;
  /** The posted runs of its store. */
  readonly store: JobSource;
  /** Whether what is reported of runs of this flow may have a secret in it. */
  hasSecrets(flow: string): boolean;
  /** Whether it was stopped, or stops. */
  isStopped(): boolean;
  /** Opens its store and its executor; the app may take up what others leave from then on. @throws PersistenceError, TaskSetMismatchError */
  open(): Promise<void>;
  /** Begins the run, or goes on with it. */
  drive(order: RunOrder): DrivenOrder;
  /** Gives an event to the listeners of the app. */
  emit(event: BoardEvent | ConductorEvent): void;
}

export interface ConductedParts extends Pick<ConductedApp, 'clock' | 'leaseMs' | 'graceMs' | 'emit'> {
  readonly codec: Codec;
  readonly board: JobBoard | undefined;
  readonly flows: KnownFlows;
  readonly runs: Runs;
  readonly store: StoreAccess;
}

export function conductedApp(parts: ConductedParts): ConductedApp {
  const { clock, leaseMs, graceMs, board, flows, runs, store, emit } = parts;
  return {
    flows: flows.names,
    clock,
    leaseMs,
    graceMs,
    ...(board === undefined ? {} : { board }),
    store: new StoreJobs(runs.queue),
    hasSecrets: (flow) => flows.hasSecrets(flow),
    isStopped: () => store.isStopped,
    open: () => store.openToWork(),
    emit,
    drive(order) {
      const conducting = runs.conducting();
      const end = conducting.drive(async () => {
        await store.openToWork();
        return prepared(order, parts);
      });
      return { end, stop: (ms) => conducting.stop(ms) };
    },
  };
}

/** @throws IncompatibleFlowError, InvalidInputError */
async function prepared(order: RunOrder, { flows, codec }: ConductedParts): Promise<OrderedRun> {
  const { id, version = 0 } = order;
  const args = order.args === undefined ? {} : { args: order.args };
  const flow = flows.of({ key: id, flow: order.flow, ...args });
  if (version > flow.version) {
    const difference = `it was posted for version ${version} of the flow, and this app has version ${flow.version}`;
    throw new IncompatibleFlowError(id, flow.name, [difference]);
  }
  const inputs = await prepareInputs({ flow, ...args }, decoded(order, codec), codec);
  return {
    flow,
    names: { key: id, deadlineMs: order.deadlineMs, trace: order.trace, ...grouping(order) },
    inputs,
    flows: onlyRunsOf({ flow, ...args }),
  };
}

/** @throws InvalidInputError when it is not what the codec writes, by name */
function decoded({ flow, inputs }: RunOrder, codec: Codec): object {
  if (!isJsonObject(inputs)) throw new InvalidInputError(flow, [{ path: '', message: 'must be an object of inputs by name' }]);
  const issues: ValueIssue[] = [];
  const values = Object.entries(inputs).map(([name, value]) => {
    try {
      return [name, codec.decode(value)];
    } catch (error) {
      issues.push({ path: name, message: `can't be decoded: ${messageOf(error)}` });
      return [];
    }
  });
  if (issues.length > 0) throw new InvalidInputError(flow, issues);
  return Object.fromEntries(values);
}
