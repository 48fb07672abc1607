import type { CompiledFlow } from '../../compilation/index.js';
import type { Codec } from '../../model/codec/codec.js';
import { IncompatibleFlowError, RunStuckError } from '../../model/errors.js';
import { isEnded } from '../../model/states.js';
import type { CreationSpan } from '../../model/telemetry/telemetry.js';
import {
  type FlowChange,
  formatOfFlow,
  type InboxMessage,
  knownMessages,
  type LoadedRun,
  mayReceive,
  type RunSummary,
  type Shape,
  type Transition,
} from '../../persistence/index.js';
import { slotsTakenOver } from '../calls/ended-calls.js';
import { RunSlots } from '../calls/run-slots.js';
import { decide } from '../decide/decide.js';
import type { ActiveRun } from '../decide/run.js';
import { Frontier } from '../frontier/frontier.js';
import { type EngineContext, limitsOf } from '../record/engine-context.js';
import { eventFor, withRoom } from '../record/operator-messages.js';
import { asleep } from '../record/step-summary.js';
import { Writer } from '../record/writer.js';
import { storedStateOf } from '../state/failures.js';
import { foldTransition } from '../state/fold.js';
import { Past } from '../state/past.js';
import { type EngineEvent, lettingGoOf, type StepPlan } from '../state/protocol.js';
import { newRun, type RunStatus } from '../state/run-status.js';
import { adopt } from '../upgrade/adoption.js';
import { missingValues } from '../upgrade/missing-values.js';
import { incompatibilities } from '../upgrade/resume-compatibility.js';
import { creationOf, type NewRun, placeOf } from './creation.js';
import { Engine } from './engine.js';

/** An engine with its first step, which is durable: {@link Engine.drive} goes on from there. */
export interface OpenedRun {
  readonly engine: Engine;
  readonly first: StepPlan;
}

/** Thrown where a run was to begin by a schedule, and did not: nothing is wrong. */
export class Unfired {
  constructor(readonly why: 'stale' | 'overlap') {}
}

/** Begins a run with its first step, unless the key is taken: then nothing is written. @throws Unfired, of a run with a `firing` */
export async function beginRun(
  flow: CompiledFlow,
  params: NewRun,
  context: EngineContext,
): Promise<OpenedRun | { readonly exists: RunSummary }> {
  const status = newRun(
    params.runId ?? context.ids.runId(context.clock.nowMs()),
    flow.atoms.length,
    flow.manifest,
    formatOfFlow(flow.manifest),
  );
  const run = runWith(flow, status, context.codec);
  const { name, version } = flow;
  const { inputsHash, limitKey, owner, logbook, metadata, posted, firing } = params;
  const key = params.key ?? status.runId;
  run.observed = context.listening({ runId: key, flow: name });
  const span = params.trace === undefined ? context.telemetry?.create({ flow: name, runId: key, begins: owner !== null }) : undefined;
  const creation = creationOf(flow, key, { ...params, trace: params.trace ?? span?.trace });
  const begin: EngineEvent = { kind: 'begin', creation, ...(owner === null ? { prepared: true } : {}) };
  const slots = new RunSlots(run, context);
  const first = decide(run, [begin], limitsOf(context, run, 'none', slots));
  slots.decided(first);
  const writer = new Writer(context, flow.secrets);
  const entry = writer.entry(status, first.transitions);
  const rest = lettingGoOf(first);
  const wakeAtMs = rest && asleep(rest, status, false);
  const created = await unlessRefused(
    slots,
    span,
    writer.create({
      entry,
      key,
      flow: name,
      version,
      inputsHash,
      state: status.state,
      owner: status.state === 'RUNNING' && rest === undefined ? owner : null,
      ...(wakeAtMs === undefined ? {} : { wakeAtMs }),
      ...(posted === undefined ? {} : placeOf(posted)),
      ...(limitKey === undefined ? {} : { limitKey }),
      shape: shapeOf(flow),
      ...(logbook === undefined ? {} : { logbook }),
      ...(metadata === undefined ? {} : { metadata }),
      ...(firing === undefined ? {} : { firing }),
    }),
  );
  if (created.kind === 'unfired') {
    span?.end('failed');
    slots.leave();
    throw new Unfired(created.why);
  }
  if (created.kind === 'exists' && created.run.runId !== status.runId) {
    span?.end('exists');
    slots.leave();
    return { exists: created.run };
  }
  span?.end('created');
  return { engine: new Engine(run, writer, context, first, slots), first };
}

/**
 * Makes a run this engine's own: one entry with a higher epoch, what was in flight, and the first decisions. No task
 * is called before it is durable.
 *
 * @param neverCalled what is in flight was stated when this process claimed the run, and was not called; of a changed flow it is lost all the same
 * @throws StaleRunError when another engine was faster; nothing was written then
 * @throws RunStuckError when nothing in it can move, though something is left to be done; nothing was written then
 */
export async function takeOver(
  taken: TakenRun,
  messages: LoadedRun['inbox'],
  owner: string,
  context: EngineContext,
  neverCalled = false,
): Promise<OpenedRun> {
  const { run, adopted } = taken;
  const inbox = withRoom(knownMessages(messages), run.status);
  run.observed = context.listening({ runId: run.status.creation.key, flow: run.flow.name });
  if (run.status.state === 'PENDING') run.leftAtMs = run.status.atMs;
  // What came too late for a run that has ended is used up, and does nothing.
  const received = inbox.filter(({ kind }) => mayReceive(standingOf(run.status), kind));
  // A resume of a suspended run supersedes the message that suspended it; one to a run that died, or has not begun, still counts.
  const suspensions = received.filter(({ kind }) => kind === 'suspend');
  const settled = run.status.state === 'SUSPENDED' || isEnded(run.status.state);
  const asked = received.flatMap((message) => eventFor(message, run) ?? []);
  const notStarted: EngineEvent[] = neverCalled && adopted === undefined ? [{ kind: 'notStarted', atoms: runningIn(run.status) }] : [];
  const events: EngineEvent[] = [...notStarted, { kind: 'resumed', ...(adopted === undefined ? {} : { adopted }) }, ...asked];
  const slots = new RunSlots(run, context);
  const first = decide(run, events, limitsOf(context, run, !settled && suspensions.length > 0 ? 'suspend' : 'none', slots));
  slots.decided(first);
  for (const command of first.commands) {
    if (command.do !== 'giveUp') continue;
    slots.leave();
    throw new RunStuckError(run.status.creation.key, run.flow.name, command.report);
  }
  const writer = new Writer(context, run.flow.secrets);
  const engine = new Engine(run, writer, context, first, slots);
  const rests = run.status.state !== 'RUNNING';
  const rest = lettingGoOf(first);
  const used = settled || rests ? inbox : inbox.filter(({ kind }) => kind !== 'suspend');
  await unlessRefused(
    slots,
    undefined,
    writer.append({
      entry: writer.entry(run.status, first.transitions),
      durability: 'full',
      summary: {
        ...storedStateOf(run.flow, run.status),
        owner: rests || rest !== undefined ? null : owner,
        ...(rest === undefined ? {} : { wakeAtMs: asleep(rest, run.status, inbox.length < messages.length) }),
      },
      ...slotsTakenOver(run),
      ...(used.length === 0 ? {} : { consume: used.map(({ id }) => id) }),
    }),
  );
  if (!settled) for (const message of suspensions) engine.deliver(message);
  return { engine, first };
}

/** Atoms whose execute is under way. */
export function runningIn({ atoms }: Pick<RunStatus, 'atoms'>): readonly number[] {
  return atoms.flatMap(({ state }, atom) => (state === 'RUNNING' ? [atom] : []));
}

/** The first step of a run; where it is not written, nothing of it is called, and others have its slots. */
async function unlessRefused<Written>(slots: RunSlots, span: CreationSpan | undefined, writing: Promise<Written>): Promise<Written> {
  try {
    return await writing;
  } catch (error) {
    span?.end('failed');
    slots.leave();
    throw error;
  }
}

/**
 * Lets a run that rests begin anew, in one step: PENDING, and nothing of what it did counts. Whoever runs it begins it.
 *
 * @param posts it is left to whoever is free, at once
 */
export async function resetRun(
  { run, adopted }: TakenRun,
  messages: LoadedRun['inbox'],
  context: EngineContext,
  posts = false,
): Promise<OpenedRun> {
  const inbox = knownMessages(messages);
  run.observed = context.listening({ runId: run.status.creation.key, flow: run.flow.name });
  const slots = new RunSlots(run, context);
  const first = decide(run, [{ kind: 'reset', ...(adopted === undefined ? {} : { adopted }) }], limitsOf(context, run, 'none', slots));
  slots.leave();
  const writer = new Writer(context, run.flow.secrets);
  await writer.append({
    entry: writer.entry(run.status, first.transitions),
    durability: 'full',
    summary: { ...storedStateOf(run.flow, run.status), owner: null, ...(posts ? { wakeAtMs: context.clock.nowMs() } : {}) },
    ...slotsTakenOver(run),
    ...(inbox.length === 0 ? {} : { consume: inbox.map(({ id }) => id) }),
  });
  return { engine: new Engine(run, writer, context, first, slots), first };
}

/** A run as this code's flow sees it. */
export interface TakenRun {
  readonly run: ActiveRun;
  /** What it means that the flow is another one than before: folded in, and to be written with the next entry. */
  readonly adopted?: readonly Transition[];
}

/**
 * A stored run in the hands of this code's flow.
 *
 * @param goesOn it is to go on with what it did; otherwise it is only read, or begins anew, and any flow will do
 * @throws IncompatibleFlowError when it is to go on, and this code's flow can't
 */
export function runOf(flow: CompiledFlow, status: RunStatus, codec: Codec, goesOn: boolean): TakenRun {
  if (status.fingerprint === flow.fingerprint) return { run: runWith(flow, status, codec) };
  const demandNone = (report: readonly string[]): void => {
    if (report.length > 0) throw new IncompatibleFlowError(status.creation.key, flow.name, report);
  };
  const past = new Past(status);
  const places = new Map([...past.flow.atoms.keys()].map((path, place) => [path, place]));
  const { version, fingerprint, manifest } = flow;
  const change: FlowChange = { version, fingerprint, manifest, from: flow.atoms.map(({ path }) => places.get(path) ?? -1) };
  if (!goesOn) {
    foldTransition(status, ['FLOW', change]);
    return { run: runWith(flow, status, codec), adopted: [['FLOW', change]] };
  }
  demandNone(incompatibilities(flow, past));
  const adopted = adopt(flow, status, change, past);
  demandNone(missingValues(flow, status));
  return { run: runWith(flow, status, codec), adopted };
}

function runWith(flow: CompiledFlow, status: RunStatus, codec: Codec): ActiveRun {
  return { flow, status, codec, frontier: new Frontier(flow, status), observed: false, entryIsOpen: false };
}

/** Whether messages ask for something that a run at rest would do. */
export function isWoken(status: RunStatus, inbox: readonly InboxMessage[]): boolean {
  return isEnded(status.state) && inbox.some(({ kind }) => mayReceive(standingOf(status), kind));
}

/** How a run stands for messages. What it left done, its store knows: one that leaves nothing takes none, and has none. */
export function standingOf({ state, halted }: RunStatus): Pick<RunSummary, 'state' | 'partial'> {
  return halted ? { state, partial: true } : { state };
}

/** What the journal keeps of a flow, once per fingerprint. */
export function shapeOf(flow: CompiledFlow): Shape {
  return { fingerprint: flow.fingerprint, atoms: flow.atoms.map(({ path, kind }) => [path, kind] as const), manifest: flow.manifest };
}
