import { type AtomState, isEnded } from '../../model/states.js';
import { isCall } from '../decide/call-commands.js';
import type { Run } from '../decide/step.js';
import { isWait } from '../state/atom-behavior.js';
import { shownBeside, shownFailure, shownResult } from '../state/mask.js';
import { pathOf } from '../state/paths.js';
import type { CallCommand, Change, Decision } from '../state/protocol.js';
import type { AtomEvent, CommonFields, FlowEvent } from './events.js';

/** The events of a durable step, in its order; those of calls are announced when the call is made. */
export function eventsOf(run: Run, { changes, transitions, commands, late }: Decision, common: CommonFields): FlowEvent[] {
  const called = new Set(commands.flatMap((command) => (isCall(command) ? [command.atom] : [])));
  const taken = transitions.some(([word]) => word === 'TAKEOVER');
  const events = late.map(({ atom, phase, round, attempt }): FlowEvent => {
    return { type: 'late', ...common, path: pathOf(run.flow, atom), phase, round, attempt };
  });
  events.push(...signalEvents(run, transitions, common));
  for (const change of changes) {
    if (change.kind === 'run') {
      events.push({ type: 'run', ...common, state: change.to, oldState: change.from, resumed: taken && change.from !== 'PENDING' });
      // They came, and no wait was there for them.
      if (isEnded(change.to)) for (const { name } of run.status.signals) events.push({ type: 'signal', ...common, name, heard: false });
    } else if (!called.has(change.atom) || (change.to !== 'RUNNING' && change.to !== 'REVERTING')) {
      events.push(atomEvent(run, change, common));
    }
  }
  // A run that another engine left RUNNING says so again: listeners of this process have not heard it yet.
  const silent = taken && !events.some((event) => event.type === 'run');
  if (silent) events.unshift({ type: 'run', ...common, state: 'RUNNING', oldState: 'RUNNING', resumed: true });
  return events;
}

/** RUNNING or REVERTING, said when the call is made. */
export function callEvent(run: Run, { atom, phase, from }: CallCommand, common: CommonFields): FlowEvent {
  return atomEvent(run, { kind: 'atom', atom, from, to: phase === 'execute' ? 'RUNNING' : 'REVERTING' }, common);
}

function atomEvent(
  run: Run,
  { atom: index, from, to, failure, result }: Extract<Change, { kind: 'atom' }>,
  common: CommonFields,
): AtomEvent {
  const atom = run.flow.atoms[index];
  const status = run.status.atoms[index];
  const { secrets } = run.flow;
  const shown = to === 'REVERTED' ? shownBeside : shownResult;
  return {
    type: atom?.kind ?? 'task',
    ...common,
    path: pathOf(run.flow, index),
    state: to,
    oldState: from,
    round: status?.round ?? 0,
    attempt: status?.attempt ?? 0,
    resumed: isAgain(from, to),
    ...(failure === undefined ? {} : { failure: shownFailure(secrets, index, failure) }),
    ...(result === undefined ? {} : { result: shown(secrets, index, run.codec.decode(result)) }),
  };
}

function signalEvents({ flow }: Run, transitions: Decision['transitions'], common: CommonFields): FlowEvent[] {
  return transitions.flatMap((transition): FlowEvent[] => {
    if (transition[0] !== 'HEARD' && transition[0] !== 'UNHEARD') return [];
    const [word, index] = transition;
    const atom = flow.atoms[index];
    const name = isWait(atom) && atom.wait.kind === 'signal' ? atom.wait.signal : '';
    const refused = word === 'UNHEARD' ? { failure: shownFailure(flow.secrets, index, transition[2]) } : {};
    return [{ type: 'signal', ...common, name, heard: word === 'HEARD', path: pathOf(flow, index), ...refused }];
  });
}

/** It was in flight when its engine was lost. */
function isAgain(from: AtomState, to: AtomState): boolean {
  return from === to && (to === 'RUNNING' || to === 'REVERTING');
}
