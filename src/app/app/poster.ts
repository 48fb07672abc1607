import type { AnyFlow } from '../../authoring/index.js';
import type { AnyRunResult } from '../../engine/index.js';
import { flowOfLimit } from '../../model/limits/flow-limits.js';
import type { RunState } from '../../model/states.js';
import { grouping } from '../../persistence/index.js';
import type { AppLimits } from '../queue/limit-info.js';
import { LimitRequests } from '../queue/limit-requests.js';
import { postOrderOf } from '../queue/post-order.js';
import { prepareInputs } from '../registry/inputs.js';
import type { Registry } from '../registry/registry.js';
import { BoardPosts } from '../runs/board-posts.js';
import type { Runs, RunsParts } from '../runs/runs.js';
import { appBoardOf } from './app-board.js';
import type { AppBoard, PostOptions } from './posting.js';
import type { StartOptions } from './run-options.js';
import type { UntypedOptions } from './settings.js';
import type { StoreAccess } from './store-access.js';
import { storeBoardOf } from './store-board.js';

export interface PosterParts {
  readonly parts: RunsParts;
  readonly registry: Registry;
  readonly runs: Runs;
  readonly store: StoreAccess;
  /** Of the app. */
  readonly board: UntypedOptions['board'];
}

/** A run that was left to whoever is free. */
export interface Posted {
  readonly key: string;
  readonly result: () => Promise<AnyRunResult>;
  /** Where a board has to be asked, too. */
  readonly state?: () => Promise<RunState>;
}

/** Leaves runs to whoever is free: on a board, or in the store. */
export class Poster {
  /** The board of the app, or its store, as operators see it. */
  readonly board: AppBoard;
  readonly limits: AppLimits;
  readonly #parts: PosterParts;
  readonly #boards: BoardPosts;

  constructor(given: PosterParts) {
    const { parts, runs, store, board } = given;
    this.#parts = given;
    this.limits = this.#limits();
    this.#boards = new BoardPosts({ ...parts, runs });
    this.board = board === undefined ? storeBoardOf({ ...parts, store, requeue: (id) => this.#requeue(id) }) : appBoardOf(board);
  }

  /** Where a limit is another one, runs that wait for it may begin. */
  #limits(): AppLimits {
    const { parts, registry, runs, store } = this.#parts;
    const requests = new LimitRequests(parts.journal, registry);
    const changing = (name: string, change: () => Promise<void>): Promise<void> =>
      store.writing(async () => {
        await change();
        const flow = flowOfLimit(name);
        if (flow === undefined) parts.slotDesk?.freed();
        else runs.queue.posted.due(flow);
      });
    return {
      list: () => store.reading(() => requests.list()),
      set: (name, change) => changing(name, () => requests.set(name, change)),
      reset: (name) => changing(name, () => requests.reset(name)),
    };
  }

  /** @throws InvalidInputError, RunConflictError, PersistenceError, BoardError; TypeError for an option that makes no sense */
  async post(flow: AnyFlow, options: StartOptions & PostOptions): Promise<Posted> {
    const { parts, registry, runs, store } = this.#parts;
    const { board = this.#parts.board, transaction } = options;
    const today = registry.today(flow);
    const inputs = await prepareInputs(today, options.inputs, parts.codec);
    const order = postOrderOf(options);
    const names = { key: options.id, deadlineMs: options.deadlineMs, ...grouping(options) };
    if (board === undefined) {
      await store.openToWork();
      return runs.queue.post(today, names, inputs, order, transaction);
    }
    if (transaction !== undefined)
      throw new TypeError('post({ transaction }) posts to the store of the app, and to no board: give one of them');
    await store.openToWrite();
    return this.#boards.post(board, today, names, inputs, order);
  }

  /** @throws RunNotFoundError, RunOwnedError */
  async requeue(id: string): Promise<void> {
    await this.#parts.store.writing(() => this.#requeue(id));
  }

  #requeue(id: string): Promise<void> {
    return this.#parts.runs.queue.requeue(this.#parts.registry, id);
  }
}
