import type { Codec } from '../../model/codec/codec.js';
import type { Secrets } from '../../model/secrets.js';
import { type AtomKind, type AtomState, isEnded, type Phase, type RunState } from '../../model/states.js';
import type { Transition } from '../../persistence/index.js';
import { isCall } from '../decide/call-commands.js';
import { leavesDone } from '../state/failures.js';
import { shownBeside, shownFailure, shownResult } from '../state/mask.js';
import { pathOf } from '../state/paths.js';
import type { CallCommand, CallId, Change, StepPlan } from '../state/protocol.js';
import type { RunStatus } from '../state/run-status.js';
import type { AtomEvent, CallFields, EngineFields, FlowEvent, RunEvent, StepFields } from './events.js';

/** What events say of a flow: of today's code, or of what is stored of it. */
export interface DescribedFlow {
  readonly atoms: readonly { readonly path: string; readonly kind: AtomKind; readonly runsOn?: string }[];
  readonly secrets: Secrets | undefined;
  /** The name of the signal that a wait waits for; empty for everything else. */
  signalOf(atom: number): string;
}

/** A run whose steps are announced. */
export interface AnnouncedRun {
  readonly flow: DescribedFlow;
  readonly status: Pick<RunStatus, 'signals' | 'halted' | 'atoms' | 'reason' | 'atMs'>;
  readonly codec: Codec;
  /** With the step in which it begins: when it was left to be begun. Absent: it began at once. */
  readonly leftAtMs?: number | undefined;
}

/** The events of a durable step, in its order; those of calls are announced when the call is made. */
export function eventsOf(run: AnnouncedRun, step: StepPlan, common: EngineFields): FlowEvent[] {
  const { transitions, commands, late, seq } = step;
  const stored = { ...common, seq };
  const called = new Set(commands.flatMap((command) => (isCall(command) ? [command.atom] : [])));
  const isMade = (change: Change): boolean =>
    change.kind === 'atom' && called.has(change.atom) && (change.to === 'RUNNING' || change.to === 'REVERTING');
  const events = late.map((call): FlowEvent => ({ type: 'late', ...common, ...fieldsOf(run, call) }));
  events.push(...signalEvents(run, transitions, stored));
  const taken = transitions.some(isTakeover);
  const changes = step.changes.filter((change) => !isMade(change));
  events.push(...withTakeover(changeEvents(run, changes, stored, taken), taken, stored));
  return events;
}

/** What a step changed. */
export function changeEvents(run: AnnouncedRun, changes: readonly Change[], common: StepFields, taken: boolean): FlowEvent[] {
  const events: FlowEvent[] = [];
  for (const change of changes) {
    if (change.kind === 'atom') {
      events.push(atomEvent(run, change, common));
      continue;
    }
    const { from: oldState, to: state, durationMs } = change;
    const resumed = taken && oldState !== 'PENDING';
    events.push({
      type: 'run',
      ...common,
      state,
      oldState,
      resumed,
      ...cancelled(run, state),
      ...(durationMs === undefined ? {} : { durationMs }),
      ...(oldState === 'PENDING' && state === 'RUNNING' ? waited(run) : {}),
    });
    // They came, and no wait was there for them.
    if (isEnded(state)) for (const { name } of run.status.signals) events.push({ type: 'signal', ...common, name, heard: false });
  }
  return events;
}

function waited({ leftAtMs, status }: AnnouncedRun): Pick<RunEvent, 'waitedMs'> {
  return leftAtMs === undefined ? {} : { waitedMs: Math.max(0, status.atMs - leftAtMs) };
}

function cancelled({ flow, status }: AnnouncedRun, state: RunState): Pick<RunEvent, 'partial' | 'reason'> {
  if (state !== 'CANCELLED') return {};
  const { reason } = status;
  return { ...(leavesDone(flow, status) ? { partial: true } : {}), ...(reason === undefined ? {} : { reason }) };
}

/** A run that another engine left RUNNING says so again: listeners of this process have not heard it yet. */
export function withTakeover(events: FlowEvent[], taken: boolean, common: StepFields): FlowEvent[] {
  if (!taken || events.some((event) => event.type === 'run')) return events;
  return [{ type: 'run', ...common, state: 'RUNNING', oldState: 'RUNNING', resumed: true }, ...events];
}

export function isTakeover([word]: Transition): boolean {
  return word === 'TAKEOVER';
}

/** RUNNING or REVERTING, said when the call is made. */
export function callEvent(run: AnnouncedRun, { atom, phase, from, round, turn, attempt }: CallCommand, common: StepFields): FlowEvent {
  return atomEvent(run, { kind: 'atom', atom, from, to: phase === 'execute' ? 'RUNNING' : 'REVERTING', round, turn, attempt }, common);
}

/** Which call it is, for whoever hears of it. */
export function fieldsOf({ flow }: Pick<AnnouncedRun, 'flow'>, { atom, phase, round, turn, attempt }: CallId): CallFields {
  return { path: pathOf(flow, atom), phase, round, turn, attempt };
}

function atomEvent(run: AnnouncedRun, change: Extract<Change, { kind: 'atom' }>, common: StepFields): AtomEvent {
  const { atom, from, to, durationMs, failure, result } = change;
  const { secrets } = run.flow;
  const shown = to === 'REVERTED' ? shownBeside : shownResult;
  const code = run.flow.atoms[atom];
  return {
    type: code?.kind ?? 'task',
    ...common,
    ...fieldsOf(run, { ...change, phase: PHASES[to] }),
    state: to,
    oldState: from,
    resumed: isAgain(from, to),
    ...(code?.runsOn === undefined ? {} : { runsOn: code.runsOn }),
    ...(durationMs === undefined ? {} : { durationMs }),
    ...(failure === undefined ? {} : { failure: shownFailure(secrets, atom, failure) }),
    ...(result === undefined ? {} : { result: shown(secrets, atom, run.codec.decode(result)) }),
  };
}

const PHASES: Readonly<Record<AtomState, Phase>> = {
  PENDING: 'execute',
  RUNNING: 'execute',
  WAITING: 'execute',
  SUCCESS: 'execute',
  FAILURE: 'execute',
  RETRYING: 'execute',
  IGNORE: 'execute',
  REVERTING: 'revert',
  REVERTED: 'revert',
  REVERT_FAILURE: 'revert',
};

/** Waits that have heard a signal, or whose schema has refused it. */
export function signalEvents({ flow }: AnnouncedRun, transitions: readonly Transition[], common: StepFields): FlowEvent[] {
  return transitions.flatMap((transition): FlowEvent[] => {
    if (transition[0] !== 'HEARD' && transition[0] !== 'UNHEARD') return [];
    const [word, index] = transition;
    const refused = word === 'UNHEARD' ? { failure: shownFailure(flow.secrets, index, transition[2]) } : {};
    return [{ type: 'signal', ...common, name: flow.signalOf(index), heard: word === 'HEARD', path: pathOf(flow, index), ...refused }];
  });
}

/** It was in flight when its engine was lost. */
function isAgain(from: AtomState, to: AtomState): boolean {
  return from === to && (to === 'RUNNING' || to === 'REVERTING');
}
