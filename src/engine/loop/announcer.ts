import { isLong } from '../decide/full-journal.js';
import type { Run } from '../decide/step.js';
import type { Audience, CommonFields, FlowEvent } from '../events/events.js';
import { callEvent, eventsOf } from '../events/step-events.js';
import type { CallCommand, Decision, Limits } from '../state/protocol.js';

/** Makes the events of one run, and gives them to whoever listens. */
export class Announcer {
  readonly #run: Run;
  readonly #audience: Audience;
  readonly #bounds: Pick<Limits, 'maxSteps'>;
  #hasWarnedOfLength = false;

  constructor(run: Run, audience: Audience, bounds: Pick<Limits, 'maxSteps'>) {
    this.#run = run;
    this.#audience = audience;
    this.#bounds = bounds;
  }

  /** Of a step that is durable; calls are announced one by one, when they are made. */
  step(step: Decision): readonly FlowEvent[] {
    if (!this.#run.observed) return [];
    const events = eventsOf(this.#run, step, this.common());
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
    if (this.#audience.listening()) this.#audience.emit(callEvent(this.#run, call, this.common()));
  }

  common(): CommonFields {
    return { runId: this.#run.status.creation.key, flow: this.#run.flow.name, atMs: this.#audience.clock.nowMs() };
  }
}
