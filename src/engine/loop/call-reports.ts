import type { Codec } from '../../model/codec/codec.js';
import type { Json } from '../../model/json.js';
import type { Journal } from '../../persistence/index.js';
import type { CallReceiver } from '../calls/call-work.js';
import type { Commitment } from '../calls/commitment.js';
import { isFull, journalFull } from '../decide/full-journal.js';
import type { Run } from '../decide/step.js';
import type { Audience } from '../events/events.js';
import type { EventQueue } from '../record/event-queue.js';
import { PendingSaves } from '../record/pending-saves.js';
import type { CallId, EngineEvent, Limits } from '../state/protocol.js';
import type { Announcer } from './announcer.js';
import { ProgressNotes } from './progress-notes.js';

/** Where calls report to. */
interface ReportParts {
  readonly run: Run;
  readonly context: Audience & { readonly codec: Codec; readonly journal: Pick<Journal, 'capabilities'> };
  readonly bounds: Pick<Limits, 'maxSteps'>;
  readonly queue: EventQueue;
  readonly announcer: Pick<Announcer, 'common'>;
}

/** Takes what calls say while they run and when they end: results, `ctx.save`, `ctx.progress`, `ctx.emit`, transactions. */
export class CallReports {
  readonly saves = new PendingSaves();
  readonly #to: ReportParts;
  readonly #progress: ProgressNotes;
  /** Why nothing can be saved any more. */
  #over: unknown;

  constructor(to: ReportParts) {
    this.#to = to;
    this.#progress = new ProgressNotes(to.context.clock, () => to.queue.ring());
  }

  receiver(): CallReceiver {
    const { context, queue, announcer } = this.#to;
    return {
      finished: (outcome) => queue.post({ kind: 'finished', outcomes: [outcome] }),
      ...(context.journal.capabilities.transactional ? { commit: (commitment: Commitment) => this.#commit(commitment) } : {}),
      save: (call, data) => this.#save(call, data),
      progress: (call, path, fraction, details) => this.#note(call, path, fraction, details),
      emit: (path, event, data) =>
        context.emit({ type: 'emitted', ...announcer.common(), path, event, ...(data === undefined ? {} : { data }) }),
    };
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

  #note(call: CallId, path: string, fraction: number, details?: Json): void {
    const { context, announcer } = this.#to;
    if (context.listening()) {
      const given = details === undefined ? {} : { details: context.codec.decode(details) as Readonly<Record<string, unknown>> };
      context.emit({ type: 'progress', ...announcer.common(), path, fraction, ...given });
    }
    if (this.#over !== undefined || this.#isFull()) return;
    this.#progress.add({ kind: 'progress', call, fraction, ...(details === undefined ? {} : { details }) });
  }
}
