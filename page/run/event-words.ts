import type { ShownEvent } from '../../src/ui/views/events.js';
import { lookOf } from '../parts/state.js';
import { took } from '../parts/time.js';

/** What an event says, in a line. */
export function eventWords(event: ShownEvent): string {
  const { type, path = '', state = '', attempt = 0, durationMs, failure, fraction = 0, name = '', heard, resumed, reason } = event;
  const time = durationMs === undefined ? '' : ` after ${took(durationMs)}`;
  switch (type) {
    case 'run':
      return `the run is ${lookOf(state).word.toLowerCase()}${resumed === true ? ', by another engine' : ''}${time}${reason === undefined ? '' : `: ${reason}`}`;
    case 'task':
    case 'retry':
    case 'wait':
      return `${path} ${lookOf(state).word.toLowerCase()}${attempt > 1 ? `, attempt ${attempt}` : ''}${resumed === true ? ', again' : ''}${time}${failure === undefined ? '' : `: ${failure.message}`}`;
    case 'progress':
      return `${path} is at ${Math.floor(fraction * 100)} %`;
    case 'signal':
      return heard === true
        ? `${path} has heard the signal ‘${name}’`
        : `the signal ‘${name}’ was heard by nobody${failure === undefined ? '' : `: ${failure.message}`}`;
    default:
      return type;
  }
}
