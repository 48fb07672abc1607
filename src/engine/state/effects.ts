import { type Fact, kindOf, rangeOf, type Transition, type Word } from '../../persistence/index.js';
import * as ofAtoms from './fold-atom.js';
import * as ofRuns from './fold-run-facts.js';
import * as ofSignals from './fold-signals.js';
import { type AtomStatus, atomOf, type RunStatus } from './run-status.js';

/**
 * What listeners hear of a fact. `run`: that the run has moved, and each atom that moved with it. `range`: each atom of its
 * range that has moved. `state`: that its atom has, if so; `result` and `failure`: the same, with what the fact says; `attempt`:
 * the same of what is two moves in one.
 */
export type Heard = 'nothing' | 'run' | 'range' | 'state' | 'result' | 'failure' | 'attempt';

/** What may happen next, counted: the frontier. */
export interface Readiness {
  /** The node may be ready now, or not any more. */
  changed(node: number): void;
  /** The nodes `from` up to, not including, `end` may be ready now, or not any more. */
  allChanged(from: number, end: number): void;
  /** A decider has said what it had to. */
  voted(decider: number): void;
  /** These atoms begin anew: what was asked and decided about them is open again. */
  reset(from: number, end: number): void;
}

/** What a word of the journal makes of a run, and who hears of it. */
interface Effect<Of extends Word> {
  readonly heard: Heard;
  /** With its neighbours here alone, what writes to a {@link RunStatus}. @throws Error when it can't have happened */
  fold(run: RunStatus, fact: Fact<Of>): void;
  /** Tells the frontier what may be ready now, or not any more; where it is left out, that is every atom that the fact is about. */
  touches?(ready: Readiness, fact: Fact<Of>, run: RunStatus): void;
}

/** By word: one that the journal has and that is missing here does not compile, and nothing else has to know of it. */
const BY_WORD: { readonly [W in Word]: Effect<W> } = {
  CREATED: { heard: 'nothing', fold: (run, [, creation]) => ofRuns.create(run, creation) },
  RUN: {
    heard: 'run',
    fold: (run, [, state]) => ofRuns.moveRun(run, state),
    touches: (ready, [, state], run) => {
      if (state === 'PENDING') ready.allChanged(0, run.atoms.length);
    },
  },
  FLOW: { heard: 'nothing', fold: (run, [, change]) => ofRuns.adoptFlow(run, change) },
  CANCEL: { heard: 'nothing', fold: (run, [, reason]) => ofRuns.cancel(run, reason) },
  HALT: { heard: 'nothing', fold: (run, [, reason]) => ofRuns.halt(run, reason) },
  DEADLINE: { heard: 'nothing', fold: ofRuns.passDeadline },
  TAKEOVER: { heard: 'nothing', fold: lose },
  INTEND: { heard: 'nothing', fold: (run, [, intention, from, end]) => ofRuns.intend(run, intention, from, end) },
  RESET: {
    heard: 'range',
    fold: (run, [, from, end]) => ofRuns.resetAtoms(run, from, end),
    touches: (ready, [, from, end]) => ready.reset(from, end),
  },
  SNAPSHOT: { heard: 'nothing', fold: (run, [, snapshot]) => ofRuns.restoreSnapshot(run, snapshot) },
  RUNNING: { heard: 'state', fold: (run, [, atom]) => ofAtoms.execute(run, atomOf(run, atom)) },
  SUCCESS: { heard: 'result', fold: (run, [, atom, result]) => ofAtoms.succeed(run, atomOf(run, atom), result) },
  FAILURE: { heard: 'failure', fold: (run, [, atom, failure]) => ofAtoms.fail(run, atomOf(run, atom), 'failure', failure) },
  INTERRUPTED: { heard: 'failure', fold: (run, [, atom, failure]) => ofAtoms.fail(run, atomOf(run, atom), 'interrupted', failure) },
  // What it means is stated with it, or the call is made again.
  LOST: { heard: 'nothing', fold: (run, [, atom]) => ofAtoms.lose(atomOf(run, atom)) },
  // The call was announced when it was made, and goes on.
  FOUND: { heard: 'nothing', fold: (run, [, atom]) => ofAtoms.find(atomOf(run, atom)) },
  REVERTING: { heard: 'state', fold: (run, [, atom]) => ofAtoms.revert(run, atomOf(run, atom)) },
  REVERTED: { heard: 'result', fold: (run, [, atom, result]) => ofAtoms.reverted(run, atomOf(run, atom), result) },
  REVERT_FAILURE: { heard: 'failure', fold: (run, [, atom, failure]) => ofAtoms.failRevert(run, atomOf(run, atom), failure) },
  RETRYING: { heard: 'state', fold: (run, [, atom]) => ofAtoms.move(run, atomOf(run, atom), 'RETRYING') },
  TRY_AGAIN: { heard: 'failure', fold: (run, fact) => ofAtoms.tryAgain(run, atomOf(run, fact[1]), fact) },
  IGNORE: { heard: 'state', fold: (run, [, atom]) => ofAtoms.move(run, atomOf(run, atom), 'IGNORE') },
  // The call that is taken back was not announced: calls are, when they are made.
  WITHDRAWN: { heard: 'nothing', fold: (run, [, atom]) => ofAtoms.withdraw(run, atomOf(run, atom)) },
  ATTEMPT: { heard: 'attempt', fold: (run, [, atom, provided]) => ofAtoms.attempt(run, atomOf(run, atom), provided) },
  DECIDED: { heard: 'nothing', fold: (run, fact) => ofAtoms.decide(run, atomOf(run, fact[1]), fact) },
  SLEEP: { heard: 'nothing', fold: (run, [, atom, untilMs]) => set(run, atom, { wakeAtMs: untilMs }) },
  UNSETTLED: { heard: 'nothing', fold: (run, [, atom]) => set(run, atom, { unsettled: true }) },
  SETTLED: { heard: 'nothing', fold: (run, [, atom]) => set(run, atom, { unsettled: false }) },
  VOTE: {
    heard: 'nothing',
    fold: (run, [, atom, decider, yes]) => ofAtoms.vote(atomOf(run, atom), decider, yes),
    touches: (ready, [, , decider]) => ready.voted(decider),
  },
  WAIT: { heard: 'state', fold: (run, [, atom, awaited]) => ofAtoms.wait(run, atomOf(run, atom), awaited) },
  SIGNAL: { heard: 'nothing', fold: (run, [, name, id, payload]) => ofSignals.keep(run, name, id, payload) },
  HEARD: { heard: 'result', fold: (run, [, atom, result]) => ofSignals.hear(run, atomOf(run, atom), result) },
  UNHEARD: { heard: 'nothing', fold: (run, [, atom]) => ofSignals.drop(run, atomOf(run, atom)) },
  SAVED: { heard: 'nothing', fold: (run, [, atom, saved]) => set(run, atom, { saved }) },
  PROGRESS: {
    heard: 'nothing',
    fold: (run, [, atom, progress, details]) =>
      set(run, atom, details === undefined ? { progress } : { progress, progressDetails: details }),
  },
};

function lose(run: RunStatus, [, atoms]: Fact<'TAKEOVER'>): void {
  for (const atom of atoms) ofAtoms.lose(atomOf(run, atom));
}

function set(run: RunStatus, atom: number, fields: Partial<AtomStatus>): void {
  Object.assign(atomOf(run, atom), fields);
}

/** All that engines read of a word for each fact of each run. */
interface Reaction extends Required<Effect<Word>> {
  /** The first format of entries that has it. */
  readonly format: number;
}

/** By word. Each one has the same fields in the same order: what is read for each fact has to be found fast. */
export const EFFECTS: Readonly<Record<Word, Reaction>> = Object.fromEntries(
  Object.keys(BY_WORD).map((key) => {
    const word = key as Word;
    const { heard, fold, touches = touchesOf(word) }: Effect<Word> = BY_WORD[word];
    return [word, { format: kindOf(word).format, heard, fold, touches }];
  }),
) as Record<Word, Reaction>;

/** What may be ready after a word that doesn't say it: every atom that it is about. */
function touchesOf(word: Word): Reaction['touches'] {
  const { about, rangeAt } = kindOf(word);
  switch (about) {
    case 'run':
      return () => {};
    case 'atom':
      return (ready, [, atom]) => ready.changed(atom as number);
    case 'atoms':
      return (ready, [, atoms]) => {
        for (const atom of atoms as readonly number[]) ready.changed(atom);
      };
    case 'range':
      return (ready, fact) => ready.allChanged(...rangeOf(fact as Transition, rangeAt ?? 0));
  }
}
