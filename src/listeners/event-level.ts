import type { FlowEvent } from '../engine/index.js';
import type { AtomState, RunState } from '../model/states.js';

/** How much an event matters, from the least. */
export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

const OF_RUN: Readonly<Record<RunState, LogLevel>> = {
  PENDING: 'info',
  RUNNING: 'info',
  SUSPENDED: 'info',
  SUCCESS: 'info',
  CANCELLED: 'warn',
  REVERTED: 'warn',
  FAILURE: 'error',
};

const OF_ATOM: Readonly<Record<AtomState, LogLevel>> = {
  PENDING: 'debug',
  RUNNING: 'debug',
  WAITING: 'debug',
  SUCCESS: 'debug',
  IGNORE: 'debug',
  REVERTING: 'info',
  REVERTED: 'info',
  RETRYING: 'warn',
  FAILURE: 'warn',
  REVERT_FAILURE: 'error',
};

/** Of board events. */
const OF_JOB = { claimed: 'debug', consumed: 'debug', abandoned: 'info', lost: 'warn', trashed: 'error' } as const;

/**
 * `error`: a person has to do something. `warn`: something went wrong, and the run deals with it. `info`: what becomes of runs.
 * `debug`: what becomes of tasks, and what they say.
 */
export function levelOf(event: FlowEvent): LogLevel {
  switch (event.type) {
    case 'run':
      return OF_RUN[event.state];
    case 'progress':
    case 'emitted':
    case 'slot':
      return 'debug';
    case 'signal':
      return event.heard ? 'info' : 'warn';
    case 'late':
    case 'stuck':
    case 'journal':
      return 'warn';
    case 'recovery':
      return event.outcome === 'taken' ? 'info' : 'warn';
    case 'poison':
      return 'error';
    case 'board':
      return OF_JOB[event.outcome];
    case 'conductor':
      return event.status === 'waiting' ? 'warn' : 'info';
    case 'schedule':
      return event.fired ? 'info' : event.reason === 'refused' ? 'error' : 'warn';
    default:
      return event.type !== 'task' && event.state === 'RETRYING' ? 'info' : OF_ATOM[event.state];
  }
}
