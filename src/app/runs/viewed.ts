import { foldRun } from '../../engine/index.js';
import type { Codec } from '../../model/codec/codec.js';
import type { Json } from '../../model/json.js';
import type { Journal } from '../../persistence/index.js';
import { type Request, type RequestedRuns, Requests } from './requests.js';

/** What the page (`flowproof/ui`) uses of an app beside its methods is found under this, whichever copy of the package made the app. */
export const VIEWED: unique symbol = Symbol.for('flowproof.viewed');

/** The flow of a run, as it is stored with it. */
export interface StoredGraph {
  /** Equal for all runs of equal flows. */
  readonly fingerprint: string;
  readonly manifest: Json;
}

/** An app, as the page uses it. */
export interface ViewedApp {
  /** Nothing can be asked of its runs. */
  readonly isReadOnly: boolean;
  /** Whether this app has a flow of this name, and so can act on its runs itself. */
  knows(flow: string): boolean;
  /** @throws RunNotFoundError, PersistenceError */
  graphOf(id: string): Promise<StoredGraph>;
  /**
   * Writes a request into the inbox of the run: whichever process has its flow acts on it.
   *
   * @throws RunNotFoundError, RunEndedError, RunNotFailedError, RevertNotFailedError, PersistenceError
   */
  ask(id: string, request: Request): Promise<void>;
}

export interface ViewedParts {
  readonly journal: Pick<Journal, 'capabilities'>;
  readonly codec: Codec;
  readonly flows: { readonly names: readonly string[] };
  readonly runs: RequestedRuns;
  readonly store: {
    reading<Answer>(read: () => Promise<Answer>): Promise<Answer>;
    writing<Answer>(write: () => Promise<Answer>): Promise<Answer>;
  };
}

export function viewedApp({ journal, codec, flows, runs, store }: ViewedParts): ViewedApp {
  const requests = new Requests({ runs, codec });
  return {
    isReadOnly: journal.capabilities.readOnly === true,
    knows: (flow) => flows.names.includes(flow),
    graphOf: (id) =>
      store.reading(async () => {
        const { fingerprint, manifest } = await foldRun(await runs.load(await runs.find(id)));
        return { fingerprint, manifest };
      }),
    ask: async (id, request) => void (await store.writing(() => requests.ask(id, request))),
  };
}
