import type { AtomEvent, AtomState, FlowEvent } from 'flowproof';
import { TASKS } from '../flow.js';

/** What this process saw of one task. */
export interface Row {
  readonly task: string;
  /** `UNSEEN`: not in this process; perhaps in an earlier one. */
  readonly state: AtomState | 'UNSEEN';
  /** Calls of execute, those of earlier processes included; 0 when this process made none. */
  readonly attempts: number;
  readonly ms: number;
  /** It was under way when an earlier process died. */
  readonly resumed: boolean;
}

/** Keeps what the table at the end shows. */
export class Ledger {
  readonly #rows = new Map<string, Row>();
  readonly #begun = new Map<string, number>();
  #resumed = false;

  take(event: FlowEvent): void {
    if (event.type === 'run') this.#resumed ||= event.resumed;
    if (event.type !== 'task') return;
    const task = taskOf(event);
    const row = this.#rows.get(task);
    const ms = (row?.ms ?? 0) + (isCall(event) ? 0 : event.atMs - (this.#begun.get(task) ?? event.atMs));
    if (isCall(event)) this.#begun.set(task, event.atMs);
    else this.#begun.delete(task);
    const attempts = isRevert(event) ? (row?.attempts ?? 0) : event.attempt;
    this.#rows.set(task, { task, state: event.state, attempts, ms, resumed: event.resumed || (row?.resumed ?? false) });
  }

  /** Rows in the order of the flow. */
  rows(): readonly Row[] {
    const state = this.#resumed ? 'UNSEEN' : 'PENDING';
    return TASKS.map((task) => this.#rows.get(task) ?? { task, state, attempts: 0, ms: 0, resumed: false });
  }
}

/** Name of the task in `publish/<task>`. */
export function taskOf({ path }: { readonly path: string }): string {
  return path.slice(path.indexOf('/') + 1);
}

function isRevert({ state }: AtomEvent): boolean {
  return state === 'REVERTING' || state === 'REVERTED' || state === 'REVERT_FAILURE';
}

/** Whether its code is being called now. */
export function isCall({ state }: AtomEvent): boolean {
  return state === 'RUNNING' || state === 'REVERTING';
}
