import type { Failure } from '../model/failure.js';
import type { AtomState, RunState } from '../model/states.js';
import type { Transition } from '../persistence/index.js';
import type { FlowEvent } from './events.js';
import type { Run } from './step.js';

type Common = { readonly run: string; readonly flow: string; readonly atMs: number };

/** The events of a durable step, in its order; those of calls are announced when the call is made. */
export function eventsOf(run: Run, transitions: readonly Transition[], common: Common): FlowEvent[] {
  const resumed = transitions[0]?.[0] === 'TAKEOVER';
  const events: FlowEvent[] = [];
  for (const transition of transitions) {
    switch (transition[0]) {
      case 'RUN':
        events.push(runEvent(transition[1], resumed, common));
        break;
      case 'RESET':
        for (let atom = transition[1]; atom < transition[2]; atom++) events.push(atomEvent(run, atom, 'PENDING', common));
        break;
      case 'WITHDRAWN':
        events.push(atomEvent(run, transition[1], run.status.atoms[transition[1]]?.state ?? 'PENDING', common));
        break;
      case 'RUNNING':
      case 'REVERTING':
        if (!isTaskCall(run, transition[1])) events.push(atomEvent(run, transition[1], transition[0], common));
        break;
      case 'ATTEMPT':
        events.push(atomEvent(run, transition[1], 'RUNNING', common), atomEvent(run, transition[1], 'SUCCESS', common));
        break;
      case 'FAILURE':
      case 'INTERRUPTED':
        events.push(atomEvent(run, transition[1], 'FAILURE', common, transition[2]));
        break;
      case 'REVERT_FAILURE':
        events.push(atomEvent(run, transition[1], 'REVERT_FAILURE', common, transition[2]));
        break;
      case 'IGNORE':
      case 'SUCCESS':
      case 'REVERTED':
      case 'RETRYING':
        events.push(atomEvent(run, transition[1], transition[0], common));
    }
  }
  // A run that another engine left RUNNING says so again: whoever listens here has not heard it yet.
  if (resumed && !events.some((event) => event.type === 'run')) events.unshift(runEvent('RUNNING', true, common));
  return events;
}

/** RUNNING or REVERTING, said when a task is called. */
export function callEvent(run: Run, atom: number, state: 'RUNNING' | 'REVERTING', common: Common): FlowEvent {
  return atomEvent(run, atom, state, common);
}

function runEvent(state: RunState, resumed: boolean, common: Common): FlowEvent {
  return { type: 'run', ...common, state, resumed };
}

function atomEvent(run: Run, index: number, state: AtomState, common: Common, failure?: Failure): FlowEvent {
  const atom = run.flow.atoms[index];
  const status = run.status.atoms[index];
  return {
    type: atom?.kind === 'retry' ? 'retry' : 'task',
    ...common,
    path: atom?.path ?? `#${index}`,
    state,
    round: status?.round ?? 0,
    attempt: status?.attempt ?? 0,
    resumed: (status?.losses ?? 0) > 0,
    ...(failure === undefined ? {} : { failure }),
  };
}

/** A task without revert is undone without a call: its REVERTING is part of the step. */
function isTaskCall(run: Run, index: number): boolean {
  const status = run.status.atoms[index];
  return run.flow.atoms[index]?.kind === 'task' && (status?.state === 'RUNNING' || status?.state === 'REVERTING');
}
