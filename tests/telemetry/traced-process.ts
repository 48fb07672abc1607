import { BasicTracerProvider, type ReadableSpan, SimpleSpanProcessor, type SpanExporter } from '@opentelemetry/sdk-trace-base';
import { openTelemetry } from '../../src/adapters/opentelemetry/index.js';
import { postgres } from '../../src/adapters/postgres/index.js';
import { conductor, flowproof } from '../../src/index.js';
import { knowContext, seen } from './spans.js';
import { order } from './traced-flow.js';

/** What such a process is to do: begin a run and never end its payment, or claim what was posted. */
export interface TracedOrders {
  readonly url: string;
  readonly role: 'hangs' | 'conducts';
}

const { url, role } = JSON.parse(process.argv[2] as string) as TracedOrders;
const say = (line: object): void => void process.stdout.write(`${JSON.stringify(line)}\n`);

/** Spans are out of the process when they have ended. */
const exporter: SpanExporter = {
  export(spans: ReadableSpan[], done) {
    for (const span of spans) say({ span: seen(span) });
    done({ code: 0 });
  },
  shutdown: async () => undefined,
};
knowContext();
const tracer = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }).getTracer('child');

const app = flowproof({
  persistence: postgres(url),
  flows: [order],
  recover: false,
  leaseMs: 1_000,
  telemetry: openTelemetry({ tracer }),
  services: {
    async pay() {
      say({ pays: true });
      if (role === 'hangs') await new Promise(() => setInterval(() => undefined, 1_000));
    },
  },
});
if (role === 'hangs') await app.start(order, { id: 'hung' });
else {
  const one = conductor(app);
  await one.start();
  say({ ready: true });
  process.once('SIGTERM', () => void one.stop().then(() => app.stop()));
}
