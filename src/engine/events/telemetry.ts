import type { CallTelemetry, CreationSpan, TracedCreation } from '../../model/telemetry/telemetry.js';
import type { FlowEvent } from './events.js';

/**
 * What sees all that an app does: `openTelemetry()` of `flowproof/opentelemetry`, or one of your own. What it throws is ignored, and
 * it is never awaited.
 */
export interface Telemetry extends CallTelemetry {
  /** A run is about to be written down. */
  create(creation: TracedCreation): CreationSpan;
  /** Every event of the app, after it is durable, as a listener hears it. */
  hear(event: FlowEvent): void;
}
