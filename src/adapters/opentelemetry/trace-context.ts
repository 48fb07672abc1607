import { type Context, isSpanContextValid, ROOT_CONTEXT, type Span, type SpanContext, TraceFlags, trace } from '@opentelemetry/api';
import { digest } from '../../model/ids.js';

/** Of W3C Trace Context; later versions may say more at the end. */
const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(?:-.*)?$/;

/** What spans of a run are part of. One that was created without telemetry has a trace made of its id, so that all of it is in one. */
export function contextOf(traceparent: string | undefined, runId: string): Context {
  return trace.setSpanContext(ROOT_CONTEXT, spanContextOf(traceparent) ?? madeOf(runId));
}

export function traceparentOf(span: Span): string | undefined {
  const context = span.spanContext();
  if (!isSpanContextValid(context)) return undefined;
  const { traceId, spanId, traceFlags } = context;
  return `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`;
}

function spanContextOf(traceparent: string | undefined): SpanContext | undefined {
  const [, traceId, spanId, flags] = TRACEPARENT.exec(traceparent ?? '') ?? [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return undefined;
  const context = { traceId, spanId, traceFlags: Number.parseInt(flags, 16) & TraceFlags.SAMPLED, isRemote: true };
  return isSpanContextValid(context) ? context : undefined;
}

function madeOf(runId: string): SpanContext {
  return {
    traceId: digest('flowproof trace', runId),
    spanId: digest('flowproof span', runId).slice(0, 16),
    traceFlags: TraceFlags.SAMPLED,
    isRemote: true,
  };
}
