import { context, SpanKind, SpanStatusCode, type Tracer, trace } from '@opentelemetry/api';
import type { CallSpan, TracedCall, TracedEnd } from '../../model/telemetry/telemetry.js';
import { ATTRIBUTE, attributes } from './attributes.js';
import { fail, nameOf } from './spans.js';
import { contextOf, traceparentOf } from './trace-context.js';

/** What is unknown of a call that was not heard of to its end. */
const UNKNOWN = { interrupted: 'it is not known what it has done', lost: 'nothing was heard of it any more' } as const;

/** The span of a call: what its code does is part of it. */
export function callSpan(tracer: Tracer, call: TracedCall): CallSpan {
  const { flow, runId, path, task, phase, round, turn, attempt, side, runsOn } = call;
  const parent = contextOf(call.trace, runId);
  const verb = side === 'place' ? 'call' : phase === 'execute' ? 'task' : 'revert';
  const span = tracer.startSpan(
    `${verb} ${nameOf(path)}`,
    {
      kind: side === 'place' ? SpanKind.SERVER : runsOn === undefined ? SpanKind.INTERNAL : SpanKind.CLIENT,
      attributes: attributes({
        ...{ [ATTRIBUTE.flow]: flow, [ATTRIBUTE.runId]: runId, [ATTRIBUTE.path]: path, [ATTRIBUTE.task]: task },
        ...{ [ATTRIBUTE.phase]: phase, [ATTRIBUTE.round]: round, [ATTRIBUTE.turn]: turn, [ATTRIBUTE.attempt]: attempt },
        [ATTRIBUTE.executor]: runsOn,
      }),
    },
    parent,
  );
  return {
    trace: traceparentOf(span),
    within: (code) => context.with(trace.setSpan(parent, span), code),
    end({ kind, failure }: TracedEnd) {
      if (kind === 'interrupted' || kind === 'lost') span.setAttribute(ATTRIBUTE.outcome, kind);
      if (failure !== undefined) fail(span, failure);
      else if (kind !== 'result') span.setStatus({ code: SpanStatusCode.ERROR, message: kind === 'failure' ? 'it failed' : UNKNOWN[kind] });
      span.end();
    },
  };
}
