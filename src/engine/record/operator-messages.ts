import { isEnded } from '../../model/states.js';
import { type InboxMessage, MESSAGE_KINDS, sentSignal, type Transition } from '../../persistence/index.js';
import type { ActiveRun } from '../decide/run.js';
import { MOST_KEPT } from '../state/fold-signals.js';
import type { EngineEvent } from '../state/protocol.js';
import type { RunStatus } from '../state/run-status.js';

/** The messages of operators that an engine has taken. The tick brings each again until a step has consumed it: it is taken once. */
export class OperatorMessages {
  readonly #taken = new Set<string>();
  #consumed: string[] = [];
  readonly #suspensions = new Set<string>();
  /** Signals that were handed over and are not stated yet. */
  #signals = 0;
  /** Messages that stay in the inbox until there is room for them. */
  readonly #left = new Set<string>();

  /**
   * What a message means for the engine; nothing when it was taken before, is of a kind that only newer versions know, or a signal
   * for which there is no room: that one stays in the inbox.
   */
  take(message: InboxMessage, run: ActiveRun): EngineEvent | 'suspend' | undefined {
    if (this.#taken.has(message.id) || !MESSAGE_KINDS.includes(message.kind)) return undefined;
    if (message.kind === 'signal' && run.status.signals.length + this.#signals++ >= MOST_KEPT) {
      this.#left.add(message.id);
      return undefined;
    }
    this.#left.delete(message.id);
    this.#taken.add(message.id);
    if (message.kind === 'suspend') {
      this.#suspensions.add(message.id);
      return 'suspend';
    }
    const event = eventFor(message, run);
    // A signal is consumed by the step that states it; one that was stated before by any.
    if (event?.kind !== 'signal' || run.status.signalIds.includes(message.id)) this.#consumed.push(message.id);
    return event;
  }

  /** Whether messages were left in the inbox, for which there was no room. */
  get leavesSome(): boolean {
    return this.#left.size > 0;
  }

  /** Ids of the messages whose events have been handed over since the last call: the step that has these events consumes them. */
  takeConsumed(): readonly string[] {
    const consumed = this.#consumed;
    if (consumed.length > 0) this.#consumed = [];
    this.#signals = 0;
    return consumed;
  }

  /** Ids of the messages that asked for the rest that the run has come to. */
  restedBy({ state }: RunStatus): readonly string[] {
    return isEnded(state) || state === 'SUSPENDED' ? [...this.#suspensions] : [];
  }
}

/** What is taken up at once is one step: further signals come with the next tick. */
const MOST_CHARACTERS = 1_000_000;

/** The messages of an inbox that a run can take up: no more signals than it can keep. */
export function withRoom(inbox: readonly InboxMessage[], { signals }: RunStatus): readonly InboxMessage[] {
  let [room, characters] = [MOST_KEPT - signals.length, MOST_CHARACTERS];
  return inbox.filter(({ kind, payload }) => {
    if (kind !== 'signal') return true;
    const fits = room-- > 0 && characters > 0;
    characters -= JSON.stringify(payload ?? null).length;
    return fits;
  });
}

/** Ids of the messages whose signals a step states: it consumes them. */
export function signalsIn(transitions: readonly Transition[]): readonly string[] {
  return transitions.flatMap((transition) => (transition[0] === 'SIGNAL' ? [transition[2]] : []));
}

/** What the engine is to do for a message; nothing where it is about an atom that the flow does not have. */
export function eventFor({ kind, id, payload }: InboxMessage, { flow }: Pick<ActiveRun, 'flow'>): EngineEvent | undefined {
  switch (kind) {
    case 'cancel':
    case 'halt':
      return typeof payload === 'string' ? { kind, reason: payload } : { kind };
    case 'retryFailed':
      return { kind };
    case 'retryRevert':
    case 'skipRevert': {
      const atom = flow.atoms.findIndex(({ path }) => path === payload);
      return atom < 0 ? undefined : { kind, atom };
    }
    case 'signal': {
      const sent = sentSignal(payload);
      return sent === undefined ? undefined : { kind, id, ...sent };
    }
    case 'suspend':
      return undefined;
  }
}
