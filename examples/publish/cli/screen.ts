import type { AtomEvent, FlowEvent } from 'flowproof';
import { isCall, taskOf } from './ledger.js';

/** Where the demo tells what happens. */
export interface Screen {
  event(event: FlowEvent): void;
  /** A remark for people. */
  say(text: string): void;
  /** The result, for people and for programs. */
  end(text: string, result: object): void;
}

type Print = (text: string) => void;

/** One object of JSON a line. */
export function jsonLines(print: Print): Screen {
  const line = (value: object): void => print(`${JSON.stringify(value)}\n`);
  return {
    event: line,
    say: (text) => line({ type: 'note', text }),
    end: (_text, result) => line({ type: 'result', ...result }),
  };
}

/** For logs: a line for everything that begins or ends. */
export function plainLines(print: Print): Screen {
  return {
    event(event) {
      if (event.type === 'task') print(`${taskOf(event)}: ${describe(event)}\n`);
    },
    say: (text) => print(`${text}\n`),
    end: (text) => print(`${text}\n`),
  };
}

const BAR = 24;
const CLEAR = '\r\x1b[K';

/** For a terminal: what is done stays, what is under way is a bar that is drawn again and again. */
export function terminal(print: Print): Screen {
  return {
    event(event) {
      if (event.type === 'progress') {
        const done = Math.round(event.fraction * BAR);
        const percent = `${Math.round(event.fraction * 100)}`.padStart(3);
        print(`${CLEAR}  ${taskOf(event).padEnd(11)}${'█'.repeat(done)}${'░'.repeat(BAR - done)} ${percent} %`);
      } else if (event.type === 'task') {
        print(`${CLEAR}  ${taskOf(event).padEnd(11)}${describe(event)}${isCall(event) ? '' : '\n'}`);
      }
    },
    say: (text) => print(`${CLEAR}${text}\n`),
    end: (text) => print(`${CLEAR}${text}\n`),
  };
}

/** Most tasks are called by the app's own executor: only others are named. */
function describe(event: AtomEvent): string {
  return isCall(event) && event.runsOn !== undefined ? `${stateOf(event)}, on ${event.runsOn}` : stateOf(event);
}

function stateOf(event: AtomEvent): string {
  switch (event.state) {
    case 'RUNNING':
      return event.resumed ? `again, attempt ${event.attempt}` : 'begins';
    case 'SUCCESS':
      return 'done';
    case 'FAILURE':
      return `failed: ${event.failure?.message ?? 'unknown reason'}`;
    case 'REVERTING':
      return event.resumed ? 'is being undone, again' : 'is being undone';
    case 'REVERTED':
      return 'undone';
    case 'REVERT_FAILURE':
      return `could not be undone: ${event.failure?.message ?? 'unknown reason'}`;
    default:
      return event.state;
  }
}
