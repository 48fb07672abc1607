import { isEnded } from '../../model/states.js';
import { type InboxMessage, MESSAGE_KINDS } from '../../persistence/index.js';
import type { Run } from '../decide/step.js';
import type { EngineEvent } from '../state/protocol.js';
import type { RunStatus } from '../state/run-status.js';

/** The messages of operators that an engine has taken. The tick brings each again until a step has consumed it: it is taken once. */
export class OperatorMessages {
  readonly #taken = new Set<string>();
  #consumed: string[] = [];
  readonly #suspensions = new Set<string>();

  /** What a message means for the engine; nothing when it was taken before, or is of a kind that only newer versions know: that one stays in the inbox. */
  take(message: InboxMessage, run: Run): EngineEvent | 'suspend' | undefined {
    if (this.#taken.has(message.id) || !MESSAGE_KINDS.includes(message.kind)) return undefined;
    this.#taken.add(message.id);
    if (message.kind === 'suspend') {
      this.#suspensions.add(message.id);
      return 'suspend';
    }
    this.#consumed.push(message.id);
    return eventFor(message, run);
  }

  /** Ids of the messages whose events have been handed over since the last call: the step that has these events consumes them. */
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

/** What the engine is to do for a message; nothing where it is about an atom that the flow does not have. */
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
