import { foldRun } from '../../src/engine/index.js';
import {
  type AnyFlow,
  concurrent,
  type FlowEvent,
  flowproof,
  isFlowproofError,
  memory,
  type Persistence,
  serial,
} from '../../src/index.js';
import { withFaults } from '../../src/testing/index.js';
import type { Shift } from './history.js';
import { INPUTS } from './plans.js';

const inputs = Object.fromEntries(INPUTS.map((name) => [name, 1]));
/** Nothing takes so long: who waits longer waits for ever. */
const PATIENCE_MS = 15_000;

export interface Atom {
  readonly path: string;
  readonly state: string;
}

/** A run as its store has it, without any code of its flow. */
export interface View {
  /** Of the version that has it. */
  readonly fingerprint: string;
  readonly state: string;
  readonly atoms: readonly Atom[];
}

export interface Result {
  readonly state: string;
  readonly results?: Readonly<Record<string, unknown>>;
  readonly failures?: readonly { readonly path: string; readonly failure: { readonly code?: string } }[];
}

/** How a shift ended. */
export type End =
  | { readonly kind: 'result'; readonly result: Result }
  | { readonly kind: 'died' }
  | { readonly kind: 'refused'; readonly report: readonly string[] }
  /** Also of a run that moves no more. */
  | { readonly kind: 'failed'; readonly why: string };

export interface Shifted {
  readonly end: End;
  /** A retry has begun again: what was decided for its flow, and for what is behind it, is decided anew. */
  readonly retried: boolean;
}

/** The store of one run, and the processes that work on it one after another. */
export class Worker {
  readonly #store: Persistence = memory();

  async look(): Promise<View | undefined> {
    const app = flowproof({ persistence: this.#store, flows: [] });
    try {
      const { state, atoms } = await app.inspect('r');
      const journal = this.#store.connect();
      await journal.open();
      const run = await journal.find({ key: 'r' });
      const loaded = run && (await journal.load(run.runId));
      const fingerprint = loaded === undefined ? '' : (await foldRun(loaded)).fingerprint;
      return { fingerprint, state, atoms: atoms.map(({ path, state: of }) => ({ path, state: of })) };
    } catch (error) {
      if (isFlowproofError(error, 'RUN_NOT_FOUND')) return undefined;
      throw error;
    } finally {
      await app.stop();
    }
  }

  /** A process with this version of the flow works on the run; the last one is not there any more. */
  async works(flow: AnyFlow, { until, at, executor, cancels }: Shift, before: View | undefined): Promise<Shifted> {
    let events = 0;
    let retried = false;
    const faulty = withFaults(this.#store, (write, { transitions }) => {
      retried ||= transitions.some(([word]) => word === 'RETRYING');
      return write === at && (until === 'die-before' || until === 'die-after') ? until : 'pass';
    });
    const onEvent = (event: FlowEvent): void => {
      if (event.type === 'task' && until === 'rest' && events++ === at) void app.suspend('r').catch(() => undefined);
    };
    const app = flowproof({
      persistence: faulty,
      flows: [flow],
      executor: executor === 'serial' ? serial() : concurrent({ limit: 3 }),
      onEvent,
    } as never);
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<End>((resolve) => {
      timer = setTimeout(resolve, PATIENCE_MS, { kind: 'failed', why: 'it hangs' });
    });
    const died = faulty.died.then((): End => ({ kind: 'died' }));
    const end = await Promise.race([this.#asked(app as never, flow, cancels, before).then(resultOf, failureOf), died, late]);
    clearTimeout(timer);
    if (end.kind !== 'died') await app.stop();
    return { end, retried };
  }

  async #asked(app: ReturnType<typeof flowproof>, flow: AnyFlow, cancels: boolean, before: View | undefined): Promise<Result> {
    const given = flow as never;
    if (before === undefined) return (await app.run(given, { id: 'r', inputs } as never)) as Result;
    if (before.state === 'SUCCESS') return (await app.rerun(given, 'r')) as Result;
    const failed = before.atoms.find(({ state }) => state === 'REVERT_FAILURE');
    if (before.state === 'FAILURE' && failed !== undefined) return (await (await app.retryRevert('r', failed.path)).result()) as Result;
    if (cancels && !['FAILURE', 'REVERTED', 'CANCELLED'].includes(before.state)) await app.cancel('r');
    return (await app.resume(given, 'r', { takeover: 'force' })) as Result;
  }
}

function resultOf(result: Result): End {
  return { kind: 'result', result };
}

function failureOf(error: unknown): End {
  if (isFlowproofError(error, 'INCOMPATIBLE_FLOW')) return { kind: 'refused', report: (error as unknown as { report: string[] }).report };
  return { kind: 'failed', why: error instanceof Error ? (error.stack ?? error.message) : String(error) };
}
