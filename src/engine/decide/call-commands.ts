import type { CallCommand, CallId, Command, EngineEvent, Limits } from '../state/protocol.js';

export function isCall(command: Command): command is CallCommand {
  return command.do === 'call';
}

/** What tells a call from all others, of something that says more. */
export function idOf({ atom, phase, round, turn, attempt }: CallId): CallId {
  return { atom, phase, round, turn, attempt };
}

/** What was lost with another engine is called even when the run is to be suspended: it holds nothing unknown then. */
export function mayCall(call: CallCommand, hold: Limits['hold']): boolean {
  return hold === 'none' || (hold === 'suspend' && call.again);
}

export function isEndOf(event: EngineEvent, { atom }: CallId): boolean {
  return event.kind === 'finished' && event.outcomes.some((outcome) => outcome.atom === atom);
}
