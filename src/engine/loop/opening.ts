import type { CompiledFlow } from '../../compilation/index.js';
import {
  type ClaimedEntries,
  type Entry,
  encodeTransitions,
  formatOfFlow,
  type Opening,
  type RunCreation,
  type Transition,
} from '../../persistence/index.js';
import { RunSlots } from '../calls/run-slots.js';
import { isCall } from '../decide/call-commands.js';
import { decide } from '../decide/decide.js';
import { type EngineContext, limitsOf } from '../record/engine-context.js';
import { Writer } from '../record/writer.js';
import { foldEntry } from '../state/fold.js';
import { cannotFollow } from '../state/load-run.js';
import type { StepPlan } from '../state/protocol.js';
import { newRun } from '../state/run-status.js';
import { Engine } from './engine.js';
import { type OpenedRun, runOf } from './open.js';

const NOBODY = '00000000-0000-4000-8000-000000000000';

/**
 * The first step of each posted run of this flow, whatever its inputs are: the store may write it together with the claim. Nothing where
 * that step depends on more than the flow, such as on inputs, on what a decider says, on the time, or on slots that the app has only so many of.
 */
export function openingOf(flow: CompiledFlow, context: EngineContext): Opening | undefined {
  const { name, version, fingerprint, limits, hasTaskLimits } = flow;
  if (limits !== undefined || hasTaskLimits === true) return undefined;
  const creation: RunCreation = { key: NOBODY, flow: name, version, fingerprint, inputs: {}, inputsHash: '' };
  const created: Entry = {
    ...{ runId: NOBODY, seq: 0, epoch: 0, kind: 'step', writer: NOBODY, stepId: '000000000000', format: 1, atMs: 0 },
    transitions: [['CREATED', creation]],
  };
  try {
    const { slots, first } = firstStep(flow, created, context.clock.nowMs(), context);
    slots.leave();
    return !slots.isBounded && isSure(first) ? { flow: name, fingerprint, transitions: first.transitions } : undefined;
  } catch {
    // What it needs to begin is in no flow.
    return undefined;
  }
}

/** @param atMs when the step is made */
function firstStep(flow: CompiledFlow, created: Entry, atMs: number, context: EngineContext) {
  const status = newRun(created.runId, flow.atoms.length, flow.manifest, formatOfFlow(flow.manifest));
  try {
    foldEntry(status, created);
  } catch (cause) {
    throw cannotFollow(created, cause);
  }
  const { run } = runOf(flow, status, context.codec, true);
  run.observed = context.listening({ runId: status.creation.key, flow: flow.name });
  run.leftAtMs = created.atMs;
  const slots = new RunSlots(run, context);
  const first = decide(run, [{ kind: 'resumed' }], { ...limitsOf(context, run, 'none', slots), nowMs: atMs });
  slots.decided(first);
  return { run, slots, first };
}

/** Tasks are called for the first time, and nothing else happens. */
function isSure({ transitions, commands, lacksSlots }: StepPlan): boolean {
  const calls = commands.every((command) => isCall(command) && command.phase === 'execute' && command.from === 'PENDING');
  return commands.length > 0 && calls && lacksSlots.length === 0 && transitions.every(isOfFlow);
}

/** Whether it says nothing that is not in the flow. */
function isOfFlow(transition: Transition): boolean {
  switch (transition[0]) {
    case 'TAKEOVER':
      return transition[1].length === 0;
    case 'RUN':
      return transition[1] === 'RUNNING';
    case 'RUNNING':
      return true;
    case 'ATTEMPT':
      return transition.length === 2;
    default:
      return false;
  }
}

/**
 * Makes a run this engine's own that was claimed together with its first step: as {@link takeOver}, with nothing to be written.
 *
 * @param sentAtMs when the claim was sent, by the clock that only grows
 * @returns nothing: by now that is not the step that the run would begin with, and none of its calls may be made
 */
export function openClaimed(
  flow: CompiledFlow,
  { created, begun }: ClaimedEntries,
  sentAtMs: number,
  context: EngineContext,
): OpenedRun | undefined {
  const [transition] = created.transitions;
  if (transition?.[0] !== 'CREATED' || transition[1].fingerprint !== flow.fingerprint) return undefined;
  const { run, slots, first } = firstStep(flow, created, begun.atMs, context);
  if (encodeTransitions(first.transitions) !== encodeTransitions(begun.transitions)) {
    slots.leave();
    return undefined;
  }
  const writer = new Writer(context, flow.secrets, { id: begun.writer, confirmedAtMs: sentAtMs });
  return { engine: new Engine(run, writer, context, first, slots), first };
}
