import { storedFlow } from '../../compilation/index.js';
import type { Codec } from '../../model/codec/codec.js';
import type { Json } from '../../model/json.js';
import type { AtomState } from '../../model/states.js';
import { type Entry, isWrapped, type LoadedRun, type RunCreation, type Shape, type Transition } from '../../persistence/index.js';
import { atomChange, foldObserved } from '../decide/changes.js';
import { foldTransition } from '../state/fold.js';
import { cannotFollow, SealedRunError } from '../state/load-run.js';
import { shownBeside } from '../state/mask.js';
import type { Change } from '../state/protocol.js';
import { atomOf, newRun, type RunStatus, turnOf } from '../state/run-status.js';
import { anySecrets, storedSecrets } from '../state/stored-secrets.js';
import { atomsOf } from '../upgrade/resume-compatibility.js';
import type { FlowEvent, StepFields } from './events.js';
import { frozenEvent } from './frozen.js';
import { type AnnouncedRun, changeEvents, type DescribedFlow, fieldsOf, isTakeover, signalEvents, withTakeover } from './step-events.js';

/** The flow of a stored run, as far as its events need it. */
interface StoredDescription extends DescribedFlow {
  /** Details of these were masked before they were stored. */
  isMasked(atom: number): boolean;
}

/** Tells the events of a run from its journal, entry by entry: nothing of the flow's code is needed. */
export class StoredEvents {
  readonly status: RunStatus;
  readonly #shape: Shape;
  readonly #run: Omit<AnnouncedRun, 'flow'> & { flow: StoredDescription };
  readonly #name: string;
  readonly #todays: (creation: RunCreation) => Json | undefined;

  /** @param todays manifest of today's flow of a run, where there is one: what it calls secret is hidden, too */
  constructor({ summary, shape }: Pick<LoadedRun, 'summary' | 'shape'>, codec: Codec, todays: (creation: RunCreation) => Json | undefined) {
    this.status = newRun(summary.runId, shape.atoms.length, shape.manifest);
    this.status.fingerprint = shape.fingerprint;
    this.#shape = shape;
    this.#name = summary.flow;
    this.#todays = todays;
    this.#run = { flow: this.#described(), status: this.status, codec };
  }

  /** What the next entry says. One that was read before says nothing. @throws SealedRunError when only who has keys can read it */
  of(entry: Entry): readonly FlowEvent[] {
    const { status } = this;
    if (entry.seq <= status.seq) return [];
    const follows = entry.seq === status.seq + 1;
    const leftAtMs = status.seq >= 0 && status.state === 'PENDING' ? status.atMs : undefined;
    status.seq = entry.seq;
    status.epoch = entry.epoch;
    status.atMs = entry.atMs;
    const [first] = entry.transitions;
    const isSnapshot = first?.[0] === 'SNAPSHOT';
    // What it stands for was read.
    if (isSnapshot && follows && entry.seq > 0) return [];
    if (isSnapshot && isWrapped(first[1])) throw new SealedRunError(status.runId);
    try {
      return (isSnapshot ? this.#restored(first) : this.#folded(entry, leftAtMs)).map(frozenEvent);
    } catch (cause) {
      throw cannotFollow(status, cause);
    }
  }

  #folded({ transitions }: Entry, leftAtMs: number | undefined): FlowEvent[] {
    const taken = transitions.some(isTakeover);
    const events = transitions.flatMap((transition): FlowEvent[] => {
      const signals = signalEvents(this.#run, [transition], this.#common());
      const changes: Change[] = [];
      foldAll(this.status, transition, changes);
      if (transition[0] === 'CREATED' || transition[0] === 'FLOW') this.#run.flow = this.#described();
      if (transition[0] === 'PROGRESS') signals.push(this.#progress(transition));
      return [...signals, ...changeEvents({ ...this.#run, leftAtMs }, changes, this.#common(), taken)];
    });
    return withTakeover(events, taken, this.#common());
  }

  /** The entries that it stands for are gone: what they have come to is said instead. */
  #restored(snapshot: Transition): FlowEvent[] {
    const { status } = this;
    const { state: from, atoms: before, fingerprint } = status;
    foldTransition(status, snapshot);
    this.#run.flow = this.#described();
    const isSame = fingerprint === status.fingerprint;
    const changes: Change[] = from === status.state ? [] : [{ kind: 'run', from, to: status.state }];
    status.atoms.forEach((atom, index) => {
      const was = isSame ? before[index] : undefined;
      const old = was?.state ?? 'PENDING';
      if (old !== atom.state || was?.round !== atom.round) changes.push(...restoredChange(status, index, old));
    });
    return changeEvents(this.#run, changes, this.#common(), false);
  }

  #progress([, atom, fraction, details]: Extract<Transition, readonly ['PROGRESS', ...unknown[]]>): FlowEvent {
    const { flow, codec } = this.#run;
    const status = atomOf(this.status, atom);
    const { state, round, attempt } = status;
    const phase = state === 'REVERTING' ? 'revert' : 'execute';
    const call = fieldsOf(this.#run, { atom, phase, round, turn: turnOf(status), attempt });
    const common = { type: 'progress', ...this.#common(), ...call, fraction } as const;
    if (details === undefined) return common;
    const given = codec.decode(details) as Readonly<Record<string, unknown>>;
    const shown = flow.isMasked(atom) ? given : shownBeside(flow.secrets, atom, given);
    return typeof shown === 'string' ? common : { ...common, details: shown };
  }

  #common(): StepFields {
    const { creation, seq, epoch, atMs } = this.status;
    const traced = creation.trace === undefined ? {} : { traceparent: creation.trace };
    return { runId: creation.key, flow: this.#name, atMs, epoch, seq, ...traced };
  }

  #described(): StoredDescription {
    const { manifest, creation } = this.status;
    const table = atomsOf(this.status, this.#shape);
    const masked = storedSecrets(manifest, table);
    const waits = storedFlow(manifest).atoms;
    return {
      atoms: table.map(([path, kind]) => ({ path, kind })),
      secrets: anySecrets(masked, creation.key === '' ? undefined : storedSecrets(this.#todays(creation), table)),
      isMasked: (atom) => masked?.secretReaders.has(atom) === true,
      signalOf: (atom) => waits.get(table[atom]?.[0] ?? '')?.signal ?? '',
    };
  }
}

/** Calls are said with the step that states them; one that is taken back is said, too, so that each state follows from the one before. */
function foldAll(run: RunStatus, transition: Transition, changes: Change[]): void {
  switch (transition[0]) {
    case 'RUNNING':
    case 'REVERTING':
    case 'WITHDRAWN': {
      const [word, atom] = transition;
      const { state: from } = atomOf(run, atom);
      foldTransition(run, transition);
      const { state: to } = atomOf(run, atom);
      if (word !== 'WITHDRAWN' || from !== to) changes.push(atomChange(run, atom, from, to));
      return;
    }
    default:
      foldObserved(run, transition, changes);
  }
}

/** What an atom has come to, in one move. */
function restoredChange(run: RunStatus, index: number, from: AtomState): Change[] {
  const { state, result, revertResult, failure, revertFailure } = atomOf(run, index);
  const change = atomChange(run, index, from, state);
  if (change.kind !== 'atom') return [change];
  const failed = state === 'FAILURE' ? failure : state === 'REVERT_FAILURE' ? revertFailure : undefined;
  const given = state === 'SUCCESS' ? result : state === 'REVERTED' ? revertResult : undefined;
  return [{ ...change, ...(failed === undefined ? {} : { failure: failed }), ...(given === undefined ? {} : { result: given }) }];
}
