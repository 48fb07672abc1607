import { type Meter, metrics, type Span, SpanKind, SpanStatusCode, type Tracer, trace } from '@opentelemetry/api';
import type { FlowEvent, Telemetry } from '../../engine/index.js';
import type { CallSpan, CreationSpan, TracedCall, TracedCreation } from '../../model/telemetry/telemetry.js';
import { ATTRIBUTE } from './attributes.js';
import { callSpan } from './call-spans.js';
import { Measurements } from './metrics.js';
import { EventSpans } from './spans.js';
import { traceparentOf } from './trace-context.js';

export interface OpenTelemetryOptions {
  /** Makes the spans. Default: that of the provider which is registered when the first span is made, under the name `flowproof`. */
  readonly tracer?: Tracer;
  /** Makes the metrics. Default: that of the provider which is registered when something is measured first, under the name `flowproof`. */
  readonly meter?: Meter;
}

/**
 * Traces runs, and measures them: for the option `telemetry` of an app, and of task sets whose tasks are called in threads, in processes or by
 * workers. It speaks to the API of OpenTelemetry alone: register an SDK of yours, or nothing is recorded.
 *
 * Each run has a trace, the one that was active when it was started or posted. Where the trace goes on is kept with the run: whatever process
 * goes on with it, after a crash, too, goes on with the trace. What the code of a task does is part of the span of its call.
 *
 * @example
 * ```ts
 * import { flowproof, memory } from 'flowproof';
 * import { openTelemetry } from 'flowproof/opentelemetry';
 *
 * const app = flowproof({ persistence: memory(), flows: [], telemetry: openTelemetry() });
 * await app.stop();
 * ```
 */
export function openTelemetry({ tracer, meter }: OpenTelemetryOptions = {}): Telemetry {
  return new OpenTelemetry(tracer, meter);
}

const NAME = 'flowproof';

class OpenTelemetry implements Telemetry {
  readonly #givenTracer: Tracer | undefined;
  readonly #givenMeter: Meter | undefined;
  readonly #spans = new EventSpans(() => this.#tracer);
  #measurements: Measurements | undefined;

  constructor(tracer: Tracer | undefined, meter: Meter | undefined) {
    this.#givenTracer = tracer;
    this.#givenMeter = meter;
  }

  create({ flow, runId, begins }: TracedCreation): CreationSpan {
    const about = { [ATTRIBUTE.flow]: flow, [ATTRIBUTE.runId]: runId };
    const span = this.#tracer.startSpan(`${begins ? 'start' : 'post'} ${flow}`, { kind: SpanKind.PRODUCER, attributes: about });
    return { trace: traceparentOf(span), end: (outcome) => endCreation(span, outcome) };
  }

  call(call: TracedCall): CallSpan {
    const span = callSpan(this.#tracer, call);
    const ended = this.#metrics.call(call);
    return {
      ...span,
      end(end) {
        // A processor of spans may throw: what is measured does not depend on it.
        ended(end);
        span.end(end);
      },
    };
  }

  hear(event: FlowEvent): void {
    this.#metrics.hear(event);
    this.#spans.hear(event);
  }

  get #tracer(): Tracer {
    return this.#givenTracer ?? trace.getTracer(NAME);
  }

  /** Made when it is needed first: what is made of the API before a provider is registered measures nothing for ever. */
  get #metrics(): Measurements {
    this.#measurements ??= new Measurements(this.#givenMeter ?? metrics.getMeter(NAME));
    return this.#measurements;
  }
}

function endCreation(span: Span, outcome: Parameters<CreationSpan['end']>[0]): void {
  if (outcome !== 'created') span.setAttribute(ATTRIBUTE.outcome, outcome);
  if (outcome === 'failed') span.setStatus({ code: SpanStatusCode.ERROR, message: 'the run could not be written' });
  span.end();
}
