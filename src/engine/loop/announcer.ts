import { type InboxMessage, sentSignal } from '../../persistence/index.js';
import { isLong } from '../decide/full-journal.js';
import type { ActiveRun } from '../decide/run.js';
import type { Audience, CallFields, EngineFields, FlowEvent, SlotEvent } from '../events/events.js';
import { type AnnouncedRun, callEvent, eventsOf, fieldsOf } from '../events/step-events.js';
import { isWait } from '../state/atom-behavior.js';
import { pathOf } from '../state/paths.js';
import type { CallCommand, CallId, Limits, StepPlan } from '../state/protocol.js';

/** Makes the events of one run, and gives them to whoever listens. */
export class Announcer {
  readonly #run: ActiveRun;
  readonly #audience: Audience;
  readonly #bounds: Pick<Limits, 'maxSteps'>;
  /** Of the step that was announced last. */
  #seq = 0;
  #hasWarnedOfLength = false;
  /** Atoms that wait for slots: since when. */
  readonly #askedMs = new Map<number, number>();

  constructor(run: ActiveRun, audience: Audience, bounds: Pick<Limits, 'maxSteps'>) {
    this.#run = run;
    this.#audience = audience;
    this.#bounds = bounds;
  }

  /**
   * Of a step that is durable; calls are announced one by one, when they are made.
   *
   * @param unheard signals that came while the run ended
   */
  step(step: StepPlan, unheard: readonly InboxMessage[]): readonly FlowEvent[] {
    this.#seq = step.seq;
    if (!this.#run.observed) return [];
    const events = eventsOf(this.#announced, step, this.common());
    for (const { payload } of unheard) {
      const name = sentSignal(payload)?.name;
      if (name !== undefined) events.push({ type: 'signal', ...this.common(), seq: step.seq, name, heard: false });
    }
    const { maxSteps } = this.#bounds;
    if (!this.#hasWarnedOfLength && isLong(this.#run.status, this.#bounds)) {
      this.#hasWarnedOfLength = true;
      events.push({ type: 'journal', ...this.common(), steps: this.#run.status.seq, maxSteps });
    }
    for (const event of events) this.#audience.emit(event);
    return events;
  }

  /** Of a call that is about to be made. */
  call(call: CallCommand): void {
    if (this.isHeard) this.#audience.emit(callEvent(this.#announced, call, { ...this.common(), seq: this.#seq }));
  }

  /** A task with limits waits for a slot, or has it. */
  slot(atom: number, limit: string, outcome: SlotEvent['outcome']): void {
    if (!this.isHeard) return;
    const { clock } = this.#audience;
    const askedMs = this.#askedMs.get(atom);
    if (outcome === 'waiting') this.#askedMs.set(atom, clock.monotonicMs());
    else this.#askedMs.delete(atom);
    const waited = outcome === 'waiting' || askedMs === undefined ? {} : { waitedMs: Math.round(clock.monotonicMs() - askedMs) };
    this.#audience.emit({ type: 'slot', ...this.common(), path: pathOf(this.#run.flow, atom), limit, outcome, ...waited });
  }

  /** Whether anybody listens to the run. */
  get isHeard(): boolean {
    return this.#audience.listening({ runId: this.#run.status.creation.key, flow: this.#run.flow.name });
  }

  common(): EngineFields {
    const { creation, epoch } = this.#run.status;
    const common = { runId: creation.key, flow: this.#run.flow.name, atMs: this.#audience.clock.nowMs(), epoch };
    return creation.trace === undefined ? common : { ...common, traceparent: creation.trace };
  }

  /** What is said of a call while it is under way. */
  commonOf(call: CallId): EngineFields & CallFields {
    return { ...this.common(), ...fieldsOf(this.#announced, call) };
  }

  get #announced(): AnnouncedRun {
    const { flow, status, codec, leftAtMs } = this.#run;
    const signalOf = (index: number): string => {
      const atom = flow.atoms[index];
      return isWait(atom) && atom.wait.kind === 'signal' ? atom.wait.signal : '';
    };
    return { flow: { atoms: flow.atoms, secrets: flow.secrets, signalOf }, status, codec, leftAtMs };
  }
}
