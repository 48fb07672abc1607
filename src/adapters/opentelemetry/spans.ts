import { type Span, SpanKind, SpanStatusCode, type Tracer } from '@opentelemetry/api';
import type { AtomEvent, BoardEvent, FlowEvent, RunEvent } from '../../engine/index.js';
import type { Failure } from '../../model/failure.js';
import { isEnded } from '../../model/states.js';
import { ATTRIBUTE, attributes, errorTypeOf } from './attributes.js';
import { contextOf } from './trace-context.js';

/** Claims that are under way; of more, no span is made. */
const MAX_CLAIMS = 10_000;

/**
 * Makes spans of events: of what has ended, with the times that the journal keeps. So whoever sees the end of a run makes its span, wherever
 * it began, and a process that dies leaves none half open.
 */
export class EventSpans {
  readonly #tracer: () => Tracer;
  /** By the id of the job, which is that of its run. */
  readonly #claims = new Map<string, { readonly claimed: BoardEvent; traceparent: string | undefined }>();

  constructor(tracer: () => Tracer) {
    this.#tracer = tracer;
  }

  hear(event: FlowEvent): void {
    this.#learn(event);
    if (event.type === 'run') this.#run(event);
    else if (event.type === 'wait') {
      if (event.state === 'SUCCESS' || event.state === 'FAILURE') this.#wait(event);
    } else if (event.type === 'board') this.#claim(event);
  }

  #run(event: RunEvent): void {
    const { flow, runId, traceparent, atMs, durationMs = 0, state, oldState, resumed, epoch, partial, reason } = event;
    const isTakeover = state === 'RUNNING' && oldState === 'RUNNING' && resumed;
    if (!isEnded(state) && !isTakeover) return;
    const span = this.#tracer().startSpan(
      `${isTakeover ? 'take over' : 'run'} ${flow}`,
      {
        kind: SpanKind.CONSUMER,
        startTime: new Date(atMs - durationMs),
        attributes: attributes({
          ...{ [ATTRIBUTE.flow]: flow, [ATTRIBUTE.runId]: runId, [ATTRIBUTE.epoch]: epoch },
          ...(isTakeover ? {} : { [ATTRIBUTE.state]: state, [ATTRIBUTE.partial]: partial, [ATTRIBUTE.reason]: reason }),
        }),
      },
      contextOf(traceparent, runId),
    );
    if (state === 'FAILURE' || state === 'REVERTED') {
      span.setAttribute(ATTRIBUTE.errorType, state);
      span.setStatus({
        code: SpanStatusCode.ERROR,
        message: state === 'FAILURE' ? 'something could not be undone' : 'it failed, and was undone',
      });
    }
    span.end(new Date(atMs));
  }

  #wait({ flow, runId, traceparent, atMs, durationMs = 0, path, round, state, failure }: AtomEvent): void {
    const span = this.#tracer().startSpan(
      `wait ${nameOf(path)}`,
      {
        startTime: new Date(atMs - durationMs),
        attributes: attributes({
          [ATTRIBUTE.flow]: flow,
          [ATTRIBUTE.runId]: runId,
          [ATTRIBUTE.path]: path,
          [ATTRIBUTE.round]: round,
          [ATTRIBUTE.state]: state,
        }),
      },
      contextOf(traceparent, runId),
    );
    if (failure !== undefined) fail(span, failure);
    span.end(new Date(atMs));
  }

  /** Its span is made when it is over: by then the trace of its run is known, also where the job did not say it. */
  #claim(event: BoardEvent): void {
    const { runId, outcome } = event;
    if (outcome === 'claimed') {
      if (this.#claims.size < MAX_CLAIMS) this.#claims.set(runId, { claimed: event, traceparent: event.traceparent });
      return;
    }
    const claim = this.#claims.get(runId);
    if (claim === undefined || claim.claimed.board !== event.board) return;
    this.#claims.delete(runId);
    const { flow, board, attempt, atMs, reason } = event;
    const about = { [ATTRIBUTE.flow]: flow, [ATTRIBUTE.runId]: runId, [ATTRIBUTE.board]: board, [ATTRIBUTE.attempt]: attempt };
    const span = this.#tracer().startSpan(
      `claim ${flow}`,
      {
        kind: SpanKind.CONSUMER,
        startTime: new Date(claim.claimed.atMs),
        attributes: attributes({ ...about, [ATTRIBUTE.outcome]: outcome, [ATTRIBUTE.reason]: reason }),
      },
      contextOf(claim.traceparent, runId),
    );
    if (outcome === 'trashed' || outcome === 'lost')
      span.setStatus({ code: SpanStatusCode.ERROR, ...(reason === undefined ? {} : { message: reason }) });
    span.end(new Date(atMs));
  }

  /** What the run of a claim says of its trace. */
  #learn({ runId, traceparent }: FlowEvent): void {
    if (traceparent === undefined || runId === undefined || this.#claims.size === 0) return;
    const claim = this.#claims.get(runId);
    if (claim !== undefined) claim.traceparent = traceparent;
  }
}

/** Says of a span why it failed. */
export function fail(span: Span, failure: Failure): void {
  const { name, message, stack, code } = failure;
  span.setAttribute(ATTRIBUTE.errorType, errorTypeOf(failure));
  span.recordException({ name, message, ...(stack === undefined ? {} : { stack }), ...(code === undefined ? {} : { code }) });
  span.setStatus({ code: SpanStatusCode.ERROR, message });
}

/** Of a node, without the flows that it is in. */
export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
