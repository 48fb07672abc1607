import { isEnded } from '../../model/states.js';
import { type InboxMessage, MESSAGE_KINDS } from '../../persistence/index.js';
import type { Run } from '../decide/step.js';
import type { EngineEvent } from '../state/protocol.js';
import type { RunStatus } from '../state/run-status.js';

/** The wishes of outsiders that an engine has heard: the tick brings them until a step has used them up. */
export class OperatorMessages {
  readonly #heard = new Set<string>();
  #consumed: string[] = [];
  readonly #suspensions = new Set<string>();

  /** What a message means for the engine; nothing when it was heard before, or is of a kind that only newer versions know: it stays. */
  take(message: InboxMessage, run: Run): EngineEvent | 'suspend' | undefined {
    if (this.#heard.has(message.id) || !MESSAGE_KINDS.includes(message.kind)) return undefined;
    this.#heard.add(message.id);
    if (message.kind === 'suspend') {
      this.#suspensions.add(message.id);
      return 'suspend';
    }
    this.#consumed.push(message.id);
    return eventFor(message, run);
  }

  /** Ids of the messages whose wishes have been handed over since the last call. */
  takeConsumed(): readonly string[] {
    const consumed = this.#consumed;
    if (consumed.length > 0) this.#consumed = [];
    return consumed;
  }

  /** Ids of the messages that asked for the rest that the run has come to. */
  restedBy({ state }: RunStatus): readonly string[] {
    return isEnded(state) || state === 'SUSPENDED' ? [...this.#suspensions] : [];
  }
}

/** A wish about an atom that there is not, or not any more, is none. */
export function eventFor({ kind, payload }: InboxMessage, { flow }: Pick<Run, 'flow'>): EngineEvent | undefined {
  switch (kind) {
    case 'cancel':
    case 'retryFailed':
      return { kind };
    case 'retryRevert':
    case 'skipRevert': {
      const atom = flow.atoms.findIndex(({ path }) => path === payload);
      return atom < 0 ? undefined : { kind, atom };
    }
    case 'suspend':
      return undefined;
  }
}
