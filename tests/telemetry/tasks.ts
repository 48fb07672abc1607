import { context, trace } from '@opentelemetry/api';
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base';
import { openTelemetry } from '../../src/adapters/opentelemetry/index.js';
import { defineTask, linear, taskSet } from '../../src/index.js';
import { knowContext } from './spans.js';

/** Says what is active within its code. */
export const look = defineTask({
  name: 'look',
  provides: ['active'],
  execute: async () => {
    await Promise.resolve();
    const active = trace.getSpan(context.active())?.spanContext();
    return { active: { traceId: active?.traceId ?? '', spanId: active?.spanId ?? '' } };
  },
});
export const looking = linear('looking').add(look, { runsOn: 'elsewhere' }).build();

/** As a thread or a process has it, with an SDK of its own. */
knowContext();
export default taskSet({ tasks: [look], telemetry: openTelemetry({ tracer: new BasicTracerProvider().getTracer('place') }) });
