import { context, SpanStatusCode, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { BasicTracerProvider, InMemorySpanExporter, type ReadableSpan, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';

/** A span as it is compared, also between processes. */
export interface SeenSpan {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentId?: string;
  readonly kind: number;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly isError: boolean;
  readonly message?: string;
  readonly startMs: number;
  readonly endMs: number;
}

export function seen(span: ReadableSpan): SeenSpan {
  const { traceId, spanId } = span.spanContext();
  const { name, kind, attributes, status, parentSpanContext } = span;
  const ms = ([seconds, nanos]: readonly [number, number]): number => seconds * 1_000 + nanos / 1e6;
  return {
    ...{ name, traceId, spanId, kind, attributes, startMs: ms(span.startTime), endMs: ms(span.endTime) },
    isError: status.code === SpanStatusCode.ERROR,
    ...(status.message === undefined ? {} : { message: status.message }),
    ...(parentSpanContext === undefined ? {} : { parentId: parentSpanContext.spanId }),
  };
}

/** Spans of this process, in its memory. */
export class Spans {
  readonly #exporter = new InMemorySpanExporter();
  readonly provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(this.#exporter)] });
  readonly tracer = this.provider.getTracer('test');

  get all(): readonly SeenSpan[] {
    return this.#exporter.getFinishedSpans().map(seen);
  }

  get names(): readonly string[] {
    return this.all.map(({ name }) => name);
  }

  /** Calls the code within a span of the user's. */
  async within<Result>(name: string, code: () => Promise<Result>): Promise<Result> {
    const span = this.tracer.startSpan(name);
    try {
      return await context.with(trace.setSpan(context.active(), span), code);
    } finally {
      span.end();
    }
  }
}

/** What is active is known across what is awaited: as an SDK that is registered sees to. */
export function knowContext(): void {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
}

/** Spans as a tree: each with what it says of itself that is the same each time. Those of one parent stand in the order in which they began. */
export function treeOf(spans: readonly SeenSpan[]): string {
  const ids = new Set(spans.map(({ spanId }) => spanId));
  const below = (parent: string | undefined): readonly SeenSpan[] =>
    spans
      .filter(({ parentId }) => (parentId !== undefined && ids.has(parentId) ? parentId === parent : parent === undefined))
      .sort((one, other) => rankOf(one) - rankOf(other) || one.startMs - other.startMs);
  const lines = (parent: string | undefined, indent: string): readonly string[] =>
    below(parent).flatMap((span) => [`${indent}${lineOf(span)}`, ...lines(span.spanId, `${indent}  `)]);
  return `\n${lines(undefined, '').join('\n')}\n`;
}

/** These stand before what they have in them, since their times are of several clocks: the journal's, and that of the process which made a call. */
const FIRST = ['start', 'post', 'claim', 'run'];

function rankOf({ name }: SeenSpan): number {
  const at = FIRST.indexOf(name.split(' ')[0] as string);
  return at < 0 ? FIRST.length : at;
}

function lineOf({ name, attributes, isError }: SeenSpan): string {
  const facts = ['attempt', 'round', 'state', 'outcome', 'executor'].flatMap((fact) => {
    const value = attributes[`flowproof.${fact}`];
    return value === undefined || value === 1 ? [] : [`${fact} ${String(value)}`];
  });
  const error = isError ? [`error ${String(attributes['error.type'] ?? '')}`.trim()] : [];
  const all = [...facts, ...error];
  return all.length === 0 ? name : `${name} (${all.join(', ')})`;
}

/** Spans whose parent was never seen. */
export function orphansOf(spans: readonly SeenSpan[]): readonly string[] {
  const ids = new Set(spans.map(({ spanId }) => spanId));
  return spans.filter(({ parentId }) => parentId !== undefined && !ids.has(parentId)).map(({ name }) => name);
}
