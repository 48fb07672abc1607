import type { Call } from '../../calls/index.js';
import type { Codec } from '../../model/codec/codec.js';
import type { Json } from '../../model/json.js';
import type { Journal } from '../../persistence/index.js';
import type { CallReceiver } from '../calls/call-work.js';
import type { Commitment } from '../calls/commitment.js';
import { isFull, journalFull } from '../decide/full-journal.js';
import type { ActiveRun } from '../decide/run.js';
import type { Audience } from '../events/events.js';
import { frozen } from '../events/frozen.js';
import type { EventQueue } from '../record/event-queue.js';
import { PendingSaves } from '../record/pending-saves.js';
import type { CallId, EngineEvent, Limits } from '../state/protocol.js';
import type { Announcer } from './announcer.js';
import { ProgressNotes } from './progress-notes.js';

const NONE: readonly Call[] = [];

/** Where calls report to. */
interface ReportParts {
  readonly run: ActiveRun;
  readonly context: Audience & { readonly codec: Codec; readonly journal: Pick<Journal, 'capabilities'> };
  readonly bounds: Pick<Limits, 'maxSteps'>;
  readonly queue: EventQueue;
  readonly announcer: Pick<Announcer, 'commonOf' | 'isHeard'>;
}

/** Takes what calls say while they run and when they end: results, `ctx.save`, `ctx.progress`, `ctx.emit`, transactions. */
export class CallReports {
  readonly saves = new PendingSaves();
  readonly #to: ReportParts;
  readonly #progress: ProgressNotes;
  /** Calls that have ended, and are to hear when that is durable. */
  #ended: Call[] = [];
  /** Why nothing can be saved any more. */
  #over: unknown;

  constructor(to: ReportParts) {
    this.#to = to;
    this.#progress = new ProgressNotes(to.context.clock, () => to.queue.ring());
  }

  receiver(): CallReceiver {
    const { context, queue } = this.#to;
    return {
      finished: (outcome, call) => {
        if (call?.recorded !== undefined) this.#ended.push(call);
        queue.post({ kind: 'finished', outcomes: [outcome] });
      },
      sought: (call, isFound) => queue.post({ kind: 'sought', call, isFound }),
      ...(context.journal.capabilities.transactional ? { commit: (commitment: Commitment) => this.#commit(commitment) } : {}),
      save: (call, data) => this.#save(call, data),
      progress: (call, fraction, details) => this.#note(call, fraction, details),
      emit: (call, event, data) => this.#emit(call, event, data),
      stuck: (call) => this.#stuck(call),
    };
  }

  /** Those whose end the step states that is made now. */
  takeEnded(): readonly Call[] {
    if (this.#ended.length === 0) return NONE;
    const ended = this.#ended;
    this.#ended = [];
    return ended;
  }

  /** How far calls are, for the step that is made now. */
  notes(): readonly EngineEvent[] {
    return this.#progress.take();
  }

  /** Nothing more is taken: calls of `ctx.save` that still wait reject with the reason. */
  end(reason: unknown): void {
    this.#over ??= reason;
    this.#progress.end();
    this.saves.end(this.#over);
    this.#to.queue.refuseCommitments(this.#over);
  }

  #isFull(): boolean {
    return isFull(this.#to.run.status, this.#to.bounds);
  }

  #save(call: CallId, data: Json): Promise<void> {
    const { run, queue } = this.#to;
    const saved = new Promise<void>((resolve, reject) => {
      if (this.#over !== undefined) return reject(this.#over);
      // What is being undone is undone, though it took more steps.
      if (this.#isFull() && run.status.atoms[call.atom]?.state === 'RUNNING') return reject(journalFull(run.status));
      const event = { kind: 'saved', call, data } as const;
      this.saves.add({ event, resolve, reject });
      queue.post(event);
    });
    // A task that does not await it, such as one whose run is given up while it saves, is not to end the process.
    saved.catch(() => undefined);
    return saved;
  }

  #commit(commitment: Commitment): void {
    if (this.#over !== undefined) commitment.refuse(this.#over);
    else this.#to.queue.postCommitment(commitment);
  }

  #emit(call: CallId, event: string, data: unknown): void {
    const { context, announcer } = this.#to;
    if (!announcer.isHeard) return;
    const given = data === undefined ? {} : { data: copied(data, context.codec) };
    context.emit({ type: 'emitted', ...announcer.commonOf(call), event, ...given });
  }

  #stuck(call: CallId): void {
    const { context, announcer } = this.#to;
    if (announcer.isHeard) context.emit({ type: 'stuck', ...announcer.commonOf(call) });
  }

  #note(call: CallId, fraction: number, details?: Json): void {
    const { context, announcer } = this.#to;
    if (announcer.isHeard) {
      const given = details === undefined ? {} : { details: context.codec.decode(details) as Readonly<Record<string, unknown>> };
      context.emit({ type: 'progress', ...announcer.commonOf(call), fraction, ...given });
    }
    if (this.#over !== undefined || this.#isFull()) return;
    this.#progress.add({ kind: 'progress', call, fraction, ...(details === undefined ? {} : { details }) });
  }
}

/** What a listener does to it does not reach the task. What is no value that can be stored goes as it is. */
function copied(data: unknown, codec: Codec): unknown {
  try {
    return frozen(codec.decode(codec.encode(data)));
  } catch {
    return data;
  }
}
