import type { AnyFlow } from '../../authoring/index.js';
import type { EventFilter, EventOf, FlowEvent, Listener } from '../../engine/index.js';
import type { FollowOptions } from '../views/follow-options.js';

/** How an app says what becomes of its runs. */
export interface AppEvents<Flows extends readonly AnyFlow[]> {
  /**
   * Adds a listener, which hears of what this app does from now on: of every event, or of those that fit a filter. The returned
   * function removes it. Listeners are called at once and not awaited, and what they throw or reject with is ignored; see
   * {@link FlowEvent} for their order. Runs that no listener may hear of cost nothing.
   *
   * @throws TypeError when the filter names a type or a state that there is not
   *
   * @example
   * ```ts
   * import { flowproof, linear, memory } from 'flowproof';
   * const order = linear('order').build();
   * const app = flowproof({ persistence: memory(), flows: [order] });
   * const off = app.on({ flow: 'order', types: ['run'], states: ['FAILURE'] }, ({ runId, durationMs }) => {
   *   console.error(`${runId} has failed after ${durationMs} ms`);
   * });
   * await app.run(order);
   * off();
   * await app.stop();
   * ```
   */
  on(listener: Listener): () => void;
  on<const Filter extends EventFilter<Flows[number]['name']>>(filter: Filter, listener: (event: EventOf<Filter>) => void): () => void;
  /**
   * What becomes of a run, from its journal: what is stored of it, then what comes, whichever process drives it. It ends with the
   * run; `break` and an abort end it before. Events are those of `on` with a `seq`, and progress as it was stored; of a journal
   * whose beginning is gone the first ones say what had become of each atom by then.
   *
   * @throws RunNotFoundError `RUN_NOT_FOUND` while it is read: there is none, or it was pruned
   * @throws PersistenceError `STORE_UNREACHABLE` while it is read, when the store is away for longer than `storeTimeoutMs`
   * @throws AppStoppedError `APP_STOPPED` while it is read
   * @throws TypeError when `after` is no `seq`
   *
   * @example
   * ```ts
   * import { file, flowproof, linear } from 'flowproof';
   * const order = linear('order').build();
   * const app = flowproof({ persistence: file('.flowproof'), flows: [order] });
   * await app.start(order, { id: 'o-1' });
   * for await (const event of app.follow('o-1')) {
   *   if (event.type === 'task') console.log(event.seq, event.path, event.state);
   * }
   * await app.stop();
   * ```
   */
  follow(id: string, options?: FollowOptions): AsyncIterable<FlowEvent>;
}
