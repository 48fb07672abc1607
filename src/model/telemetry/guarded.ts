import type { CallSpan, CallTelemetry, CreationSpan, TracedCreation } from './telemetry.js';

/** Telemetry that hurts nobody: what it throws is ignored, and code is called once, whatever it does. */
export function guardedCalls(telemetry: CallTelemetry): CallTelemetry {
  return { call: (call) => guardedSpan(quietly(() => telemetry.call(call))) };
}

interface Creating {
  create(creation: TracedCreation): CreationSpan;
}

export function guardedCreations(telemetry: Creating): Creating {
  return {
    create(creation) {
      const span = quietly(() => telemetry.create(creation));
      const trace = quietly(() => span?.trace);
      return {
        trace: isTrace(trace) ? trace : undefined,
        end: (outcome) => ignored(quietly(() => span?.end(outcome))),
      };
    },
  };
}

function guardedSpan(span: CallSpan | undefined): CallSpan {
  const trace = quietly(() => span?.trace);
  return {
    trace: isTrace(trace) ? trace : undefined,
    within<Result>(code: () => Result): Result {
      let made: { readonly value: Result } | { readonly thrown: unknown } | undefined;
      const once = (): Result => {
        if (made === undefined) {
          try {
            made = { value: code() };
          } catch (thrown) {
            made = { thrown };
          }
        }
        if ('thrown' in made) throw made.thrown;
        return made.value;
      };
      const answer: unknown = quietly(() => span?.within(once));
      const result = once();
      if (answer !== result) ignored(answer);
      return result;
    },
    end: (end) => ignored(quietly(() => span?.end(end))),
  };
}

/** Whoever answers with a promise is not awaited, and may reject. */
function ignored(answer: unknown): void {
  if (answer instanceof Object) Promise.resolve(answer).catch(() => undefined);
}

function quietly<Result>(ask: () => Result): Result | undefined {
  try {
    return ask();
  } catch {
    return undefined;
  }
}

/** It is written down, and sent to others. */
function isTrace(trace: unknown): trace is string {
  return typeof trace === 'string' && trace.length <= 100;
}
