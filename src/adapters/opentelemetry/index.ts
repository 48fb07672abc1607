/** Door `flowproof/opentelemetry`: spans and metrics of runs. */
export { type OpenTelemetryOptions, openTelemetry } from './open-telemetry.js';
