import type { CallEnd } from '../../calls/index.js';
import type { CompiledAtom } from '../../compilation/index.js';
import type { CallSpan, CallTelemetry } from '../../model/telemetry/telemetry.js';
import type { ActiveRun } from '../decide/run.js';
import { shownFailure } from '../state/mask.js';
import type { CallCommand } from '../state/protocol.js';

/** What traces a call; nothing: nobody does, or it is none of a task. */
export function spanOf(
  telemetry: CallTelemetry | undefined,
  { flow, status }: ActiveRun,
  { phase, round, turn, attempt }: CallCommand,
  atom: CompiledAtom,
): CallSpan | undefined {
  if (telemetry === undefined || atom.kind !== 'task') return undefined;
  const { key: runId, trace } = status.creation;
  const { path, task, runsOn } = atom;
  return telemetry.call({ flow: flow.name, runId, path, task: task.name, phase, round, turn, attempt, side: 'run', runsOn, trace });
}

export function endSpan(span: CallSpan, { flow }: ActiveRun, { atom }: CallCommand, end: CallEnd): void {
  if (end.kind === 'result') span.end({ kind: 'result' });
  else span.end({ kind: end.kind, failure: shownFailure(flow.secrets, atom, end.failure) });
}
