import { type CallEnd, type CallPort, type CallRegistry, runCall, type TaskRequest } from '../calls/index.js';
import type { CallTelemetry } from '../model/telemetry/telemetry.js';

/** Makes a call, as a part of the one that its engine has: what the code does is part of it, too. */
export async function tracedCall(
  telemetry: CallTelemetry | undefined,
  request: TaskRequest,
  registry: CallRegistry,
  port: CallPort,
): Promise<CallEnd> {
  if (telemetry === undefined) return runCall(request, registry, port);
  const { flow, key: runId, path, task, phase, round, turn, attempt, trace } = request;
  const span = telemetry.call({ flow, runId, path, task, phase, round, turn, attempt, side: 'place', trace });
  const end = await span.within(() => runCall(request, registry, port));
  // The run knows what is secret in a failure, and says it: here nobody does.
  span.end({ kind: end.kind });
  return end;
}
