import type { Attributes, Counter, Histogram, Meter, UpDownCounter } from '@opentelemetry/api';
import type { AtomEvent, FlowEvent, RunEvent } from '../../engine/index.js';
import { systemClock } from '../../model/clock.js';
import { isEnded } from '../../model/states.js';
import type { TracedCall, TracedEnd } from '../../model/telemetry/telemetry.js';
import { ATTRIBUTE, attributes, errorTypeOf } from './attributes.js';

/** Bounds of buckets, in seconds: runs may take days. */
const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3_600, 21_600, 86_400];

type Words = Readonly<Record<string, string>>;

/** Counters by their names, without `flowproof.`. */
const COUNTERS: Words = {
  'task.failures': 'Tasks that failed, with all their attempts',
  'task.retries': 'Attempts of tasks that failed and were made again',
  'task.reverts': 'Tasks that were undone, or could not be',
  'run.takeovers': 'Runs that went on in another process than before',
  recoveries: 'Runs that no living process had, and that were found',
  'board.jobs': 'What conductors did with jobs',
  'schedule.firings': 'Schedules that were due',
  'call.late': 'Calls that ended when their run did not wait for them any more',
  'call.stuck': 'Calls that go on in this process although their time is over',
  'run.poisoned': 'Runs that are left alone, as processes died with them',
};

const HISTOGRAMS: Words = {
  'run.duration': 'From when a run begins to its end, pauses included',
  'run.queue.duration': 'How long a run waited to be begun since it was left to whoever is free, a delay included',
  'task.duration': 'One call of a task, forward or back',
  'wait.duration': 'How long waits waited',
};

/** All that is measured. */
export const METRICS: readonly { readonly name: string; readonly kind: 'counter' | 'histogram' | 'upDownCounter' }[] = [
  ...Object.keys(COUNTERS).map((name) => ({ name: `flowproof.${name}`, kind: 'counter' }) as const),
  ...Object.keys(HISTOGRAMS).map((name) => ({ name: `flowproof.${name}`, kind: 'histogram' }) as const),
  { name: 'flowproof.task.active', kind: 'upDownCounter' },
];

/** Measures what an app does, by its events and calls. No attribute has a value for each run: series stay as few as there are tasks. */
export class Measurements {
  readonly #counters = new Map<string, Counter>();
  readonly #histograms = new Map<string, Histogram>();
  readonly #active: UpDownCounter;

  constructor(meter: Meter) {
    for (const [name, description] of Object.entries(COUNTERS))
      this.#counters.set(name, meter.createCounter(`flowproof.${name}`, { description }));
    for (const [name, description] of Object.entries(HISTOGRAMS)) {
      const options = { description, unit: 's', advice: { explicitBucketBoundaries: SECONDS } };
      this.#histograms.set(name, meter.createHistogram(`flowproof.${name}`, options));
    }
    this.#active = meter.createUpDownCounter('flowproof.task.active', { description: 'Calls of tasks under way' });
  }

  hear(event: FlowEvent): void {
    const flow = attributes({ [ATTRIBUTE.flow]: event.flow });
    switch (event.type) {
      case 'run':
        this.#run(event, flow);
        return;
      case 'recovery':
        this.#count('recoveries', { ...flow, [ATTRIBUTE.outcome]: event.outcome });
        return;
      case 'poison':
        this.#count('run.poisoned', flow);
        return;
      case 'board':
        this.#count('board.jobs', { ...flow, [ATTRIBUTE.board]: event.board, [ATTRIBUTE.outcome]: event.outcome });
        return;
      case 'schedule':
        this.#count('schedule.firings', {
          ...flow,
          [ATTRIBUTE.schedule]: event.name,
          [ATTRIBUTE.outcome]: event.fired ? 'fired' : (event.reason ?? 'refused'),
        });
        return;
      case 'late':
      case 'stuck':
        this.#count(`call.${event.type}`, { ...flow, [ATTRIBUTE.path]: event.path });
        return;
      case 'task':
        this.#task(event, { ...flow, [ATTRIBUTE.path]: event.path });
        return;
      case 'wait':
        if (event.durationMs !== undefined)
          this.#time('wait.duration', event.durationMs, { ...flow, [ATTRIBUTE.path]: event.path, [ATTRIBUTE.state]: event.state });
        return;
      default:
    }
  }

  /** A call has begun. @returns what is to be called when it has ended */
  call({ flow, path, task, phase, side, runsOn }: TracedCall): (end: TracedEnd) => void {
    // Of what is made elsewhere, the engine of the run counts.
    if (side === 'place') return () => undefined;
    const about = attributes({
      ...{ [ATTRIBUTE.flow]: flow, [ATTRIBUTE.path]: path, [ATTRIBUTE.task]: task },
      ...{ [ATTRIBUTE.phase]: phase, [ATTRIBUTE.executor]: runsOn },
    });
    const begunMs = systemClock.monotonicMs();
    this.#active.add(1, about);
    return ({ kind, failure }) => {
      this.#active.add(-1, about);
      const why = failure === undefined ? {} : { [ATTRIBUTE.errorType]: errorTypeOf(failure) };
      this.#time('task.duration', systemClock.monotonicMs() - begunMs, { ...about, [ATTRIBUTE.outcome]: kind, ...why });
    };
  }

  #run({ state, oldState, resumed, durationMs, waitedMs }: RunEvent, flow: Attributes): void {
    if (waitedMs !== undefined) this.#time('run.queue.duration', waitedMs, flow);
    if (state === 'RUNNING' && oldState === 'RUNNING' && resumed) this.#count('run.takeovers', flow);
    if (isEnded(state) && durationMs !== undefined) this.#time('run.duration', durationMs, { ...flow, [ATTRIBUTE.state]: state });
  }

  #task({ path, state, failure }: AtomEvent, flow: Attributes): void {
    const about = { ...flow, ...(failure === undefined ? {} : { [ATTRIBUTE.errorType]: errorTypeOf(failure) }), [ATTRIBUTE.path]: path };
    if (state === 'FAILURE') this.#count('task.failures', about);
    else if (state === 'RETRYING') this.#count('task.retries', about);
    else if (state === 'REVERTED' || state === 'REVERT_FAILURE') this.#count('task.reverts', { ...about, [ATTRIBUTE.state]: state });
  }

  #count(name: string, about: Attributes): void {
    this.#counters.get(name)?.add(1, about);
  }

  #time(name: string, ms: number, about: Attributes): void {
    this.#histograms.get(name)?.record(ms / 1_000, about);
  }
}
