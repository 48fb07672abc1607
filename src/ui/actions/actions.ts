import type { RunView } from '../../app/index.js';
import { systemClock } from '../../model/clock.js';
import { isEnded } from '../../model/states.js';
import type { NamedApp } from '../base/viewed.js';

/** What can be asked of a run as a whole. */
export const RUN_ACTIONS = ['cancel', 'halt', 'suspend', 'resume', 'retry', 'reset', 'requeue'] as const;
/** What can be asked of one of its tasks. */
export const TASK_ACTIONS = ['retryRevert', 'skipRevert'] as const;
export type Action = (typeof RUN_ACTIONS)[number] | (typeof TASK_ACTIONS)[number];

export interface AskedAction {
  readonly action: Action;
  readonly id: string;
  /** Of the task. */
  readonly path?: string | undefined;
  /** Why it is cancelled. */
  readonly reason?: string | undefined;
}

/** What can't be asked of a run of a flow that the app does not have: its code is needed, or is to be driven here. */
const NEEDS_FLOW: ReadonlySet<Action> = new Set(['resume', 'reset', 'requeue']);

/** What can be asked of a run as it stands. */
export function actionsFor({ state, partial, atoms, owner, posted, asleep }: RunView, knowsFlow: boolean): readonly Action[] {
  const isOver = isEnded(state);
  const isHeld = owner !== undefined && owner.alive !== false;
  const rests = !isHeld;
  const all: readonly (readonly [Action, boolean])[] = [
    ['cancel', !isOver || (state === 'CANCELLED' && partial === true)],
    ['halt', !isOver],
    ['suspend', state === 'RUNNING'],
    [
      'resume',
      rests && (state === 'SUSPENDED' || (state === 'RUNNING' && asleep === undefined) || (state === 'PENDING' && posted === undefined)),
    ],
    ['retry', state === 'FAILURE'],
    ['retryRevert', atoms.some((atom) => atom.state === 'REVERT_FAILURE')],
    ['skipRevert', atoms.some((atom) => atom.state === 'REVERT_FAILURE')],
    ['reset', rests && state !== 'PENDING'],
    ['requeue', rests],
  ];
  return all.flatMap(([action, isPossible]) => (isPossible && (knowsFlow || !NEEDS_FLOW.has(action)) ? [action] : []));
}

/**
 * Asks it of the run. Where the app has the flow, it acts on a run that no living process has; else the request is written beside the run, for
 * whichever process has its flow.
 *
 * @param isKnown whether the app has its flow
 */
export async function act({ app, inside }: NamedApp, { action, id, path, reason }: AskedAction, isKnown: boolean): Promise<void> {
  const why = reason === undefined ? {} : { reason };
  switch (action) {
    case 'cancel':
    case 'halt':
      return isKnown ? void (await app.cancel(id, { undo: action === 'cancel', ...why })) : inside.ask(id, { kind: action, ...why });
    case 'suspend':
      return isKnown ? app.suspend(id) : inside.ask(id, { kind: 'suspend' });
    case 'retry':
      return isKnown ? void (await app.retryFailed(id)) : inside.ask(id, { kind: 'retryFailed' });
    case 'retryRevert':
    case 'skipRevert':
      return isKnown ? void (await app[action](id, path ?? '')) : inside.ask(id, { kind: action, path: path ?? '' });
    case 'reset':
      return app.reset(id);
    case 'requeue':
      return void (await app.requeue(id));
    case 'resume':
      return begun(app.resume(id));
  }
}

/** How long a refusal is waited for: a run that goes on ends at any time. */
const REFUSED_MS = 300;

/** Rejects with what refuses the run at once; what it comes to later is seen in its journal. */
async function begun(result: Promise<unknown>): Promise<void> {
  const refused = result.then(() => undefined);
  refused.catch(() => undefined);
  await Promise.race([refused, new Promise((resolve) => systemClock.after(REFUSED_MS, () => resolve(undefined), { keepsAlive: false }))]);
}
