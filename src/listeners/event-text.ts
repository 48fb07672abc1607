import type { FlowEvent } from '../engine/index.js';
import type { Failure } from '../model/failure.js';
import { printable } from '../model/text/printable.js';
import { took } from '../model/text/times.js';

/** Longer texts of users are cut. */
const MAX_TEXT = 500;

/** A text of a user's on one line, which a terminal shows and does not obey. */
export function shownText(text: unknown): string {
  const whole = String(text);
  return printable(whole.length <= MAX_TEXT ? whole : `${whole.slice(0, MAX_TEXT)}…`);
}

/** What an event says, in a few words, without its run. */
export function textOf(event: FlowEvent): string {
  switch (event.type) {
    case 'run': {
      const { state, resumed, partial, reason, durationMs } = event;
      return phrase(state, [resumed && 'resumed', partial && 'partial', after(durationMs)], reason);
    }
    case 'signal':
      return `${at(event.path)}signal ${shownText(event.name)} ${phrase(event.heard ? 'heard' : 'not heard', [], event.failure)}`;
    case 'progress':
      return `${shownText(event.path)} ${Math.floor(event.fraction * 100)}%`;
    case 'emitted':
      return `${shownText(event.path)} says ${shownText(event.event)}`;
    case 'late':
      return `${shownText(event.path)} ended when its run did not wait for it any more`;
    case 'stuck':
      return `${shownText(event.path)} goes on although its time is over: the run goes on without it`;
    case 'slot':
      return `${shownText(event.path)} ${event.outcome === 'waiting' ? 'waits for' : 'has'} ${phrase(`a slot of ${shownText(event.limit)}`, [after(event.waitedMs)], undefined)}`;
    case 'journal':
      return `has had ${event.steps} of its ${event.maxSteps} steps`;
    case 'recovery':
      return phrase(event.outcome === 'taken' ? 'taken up, as no living process had it' : 'can not be taken up here', [], event.failure);
    case 'poison':
      return `left alone: ${event.takes} processes took it, and each died`;
    case 'board':
      return phrase(
        `job ${event.outcome}`,
        [`board ${shownText(event.board)}`, event.attempt > 1 && `claim ${event.attempt}`],
        event.reason,
      );
    case 'conductor':
      return phrase(`conductor ${event.status}`, [`board ${shownText(event.board)}`], event.failure);
    case 'schedule':
      return phrase(`schedule ${shownText(event.name)} ${event.fired ? 'fired' : 'did not fire'}`, [event.reason], event.failure);
    default: {
      const { path, state, resumed, attempt, runsOn, durationMs, failure } = event;
      const call = attempt > 1 && `attempt ${attempt}`;
      return `${shownText(path)} ${phrase(state, [resumed && 'resumed', call, runsOn && `on ${shownText(runsOn)}`, after(durationMs)], failure)}`;
    }
  }
}

function phrase(what: string, facts: readonly (string | false | undefined)[], why: Failure | string | undefined): string {
  const there = facts.filter((fact) => typeof fact === 'string' && fact !== '');
  const known = there.length === 0 ? what : `${what} (${there.join(', ')})`;
  return why === undefined ? known : `${known}: ${shownText(typeof why === 'string' ? why : why.message)}`;
}

function after(durationMs: number | undefined): string | undefined {
  return durationMs === undefined ? undefined : took(durationMs);
}

function at(path: string | undefined): string {
  return path === undefined ? '' : `${shownText(path)} `;
}
