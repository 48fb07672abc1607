import type { Json } from '../../model/json.js';
import { DECISIONS, type Decision, INTENTIONS, type Intention, RUN_STATES } from '../../model/states.js';
import { bare, failed, valued } from './about-atoms.js';
import { type TransitionKind, word } from './kind.js';
import { atomsOfSnapshot, type Failed, mapCreation, mapSnapshot, type Valued } from './map-parts.js';
import { atom, atoms, between, fraction, natural, oneOf, only, type Reasoned, range, reasoned, text, truth } from './parts.js';
import type { Awaited } from './payloads.js';
import { awaited, creation, flowChange } from './read-payloads.js';
import { TRY_AGAIN } from './try-again.js';

/**
 * Every word that a journal has, and all that is known of it but what it makes of a run's state, which engines say
 * (`engine/state/effects.ts`). A word that is added here is a {@link Transition} from then on.
 */
export const TRANSITIONS = {
  CREATED: word({
    says: 'The run exists, with these inputs.',
    format: 1,
    about: 'run',
    shows: 0,
    written: 'later',
    stands: 'first',
    decode: (rest) => [creation(only(rest, 1)[0])],
    mapValues: mapCreation,
  }),
  RUN: word({
    says: 'The state of the run itself. `PENDING` again: it begins anew, and nothing of what it did counts.',
    format: 1,
    about: 'run',
    shows: 0,
    written: 'always',
    decode: (rest) => [oneOf(RUN_STATES, 'state', only(rest, 1)[0])],
  }),
  FLOW: word({
    says: 'The code has changed: from here on entries speak of the atoms of another flow.',
    format: 1,
    about: 'run',
    shows: 0,
    written: 'always',
    decode: (rest, count) => [flowChange(only(rest, 1)[0], count)],
    atomsAfter: ([{ from }]) => from.length,
  }),
  CANCEL: word<Reasoned>({
    says: 'Whatever happens next, the run goes back, and ends as CANCELLED. With the reason, where one was given.',
    format: 1,
    about: 'run',
    written: 'always',
    decode: reasoned,
  }),
  HALT: word<Reasoned>({
    says: 'Nothing more begins, and nothing is undone: when what is under way has ended, the run ends as CANCELLED. With the reason, where one was given.',
    format: 2,
    about: 'run',
    shows: 0,
    written: 'always',
    decode: reasoned,
  }),
  DEADLINE: word({
    says: 'The time that the run had is over: it goes back, if it does not already.',
    format: 2,
    about: 'run',
    written: 'always',
    decode: (rest) => only(rest, 0) as readonly [],
  }),
  TAKEOVER: word({
    says: 'Another engine goes on; these atoms were in flight, and how far they came is unknown.',
    format: 1,
    about: 'atoms',
    shows: 0,
    written: 'always',
    decode: (rest, count) => [atoms(only(rest, 1)[0], count)],
  }),
  INTEND: word({
    says: 'From now on the engine means to do this with the atoms `from` up to, not including, `end`.',
    format: 1,
    about: 'range',
    written: 'later',
    decode: (rest, count): readonly [Intention, from: number, end: number] => {
      return [oneOf(INTENTIONS, 'intention', only(rest, 3)[0]), ...range(rest[1], rest[2], count)];
    },
    rangeAt: 1,
  }),
  RESET: word({
    says: 'A retry starts over: the atoms `from` up to, not including, `end` are PENDING again.',
    format: 1,
    about: 'range',
    written: 'later',
    decode: (rest, count) => range(only(rest, 2)[0], rest[1], count),
    rangeAt: 0,
    state: 'PENDING',
  }),
  RUNNING: word({
    ...bare,
    says: 'May have started from now on. Of a RUNNING atom: called once more.',
    state: 'RUNNING',
    format: 1,
    written: 'later',
    inRuns: true,
  }),
  SUCCESS: word<Valued>({
    ...valued,
    says: 'It is done, and gave this.',
    state: 'SUCCESS',
    format: 1,
    written: 'later',
    inRuns: true,
    provides: true,
  }),
  FAILURE: word<Failed>({ ...failed, says: 'It failed, and says so.', state: 'FAILURE', format: 1, written: 'later' }),
  INTERRUPTED: word<Failed>({
    ...failed,
    says: 'What it did is unknown: killed, timed out, lost. Counts as FAILURE; `revert` learns of it.',
    state: 'FAILURE',
    format: 1,
    written: 'later',
  }),
  LOST: word<Failed>({
    ...failed,
    says: 'The place that had its call is gone, and what it did there is unknown: it counts as a call that died with its engine.',
    format: 2,
    written: 'checkpoint',
  }),
  FOUND: word({
    ...bare,
    says: 'A place still has the call that its engine has died in: that goes on, and was not lost.',
    format: 3,
    written: 'later',
    inRuns: true,
  }),
  REVERTING: word({ ...bare, says: 'Its `revert` may have started.', state: 'REVERTING', format: 1, written: 'checkpoint', inRuns: true }),
  REVERTED: word<Valued>({
    ...valued,
    says: 'It is undone; with what `revert` returned, if that can be stored. Of REVERT_FAILURE: a person has undone it.',
    state: 'REVERTED',
    format: 1,
    written: 'later',
    inRuns: true,
  }),
  REVERT_FAILURE: word<Failed>({ ...failed, says: 'Its `revert` failed.', state: 'REVERT_FAILURE', format: 1, written: 'later' }),
  RETRYING: word({ ...bare, says: 'A retry is about to try again.', state: 'RETRYING', format: 1, written: 'later', inRuns: true }),
  TRY_AGAIN,
  SLEEP: word({
    says: 'Nothing happens with it before this time, in milliseconds since 1970.',
    format: 1,
    about: 'atom',
    shows: 1,
    written: 'checkpoint',
    decode: (rest, count): readonly [atom: number, untilMs: number] => [atom(only(rest, 2)[0], count), natural(rest[1])],
  }),
  UNSETTLED: word({
    ...bare,
    says: 'What its failure means for the run is not settled with this entry.',
    format: 1,
    written: 'checkpoint',
  }),
  SETTLED: word({ ...bare, says: 'What its failure means for the run is settled.', format: 1, written: 'later', inRuns: true }),
  DECIDED: word({
    says: 'A retry has decided about the failure of an atom; `via`: that atom, or the retry inside which gave up.',
    format: 1,
    about: 'atom',
    shows: 3,
    written: 'checkpoint',
    decode: (rest, count): readonly [atom: number, failed: number, via: number, Decision] => {
      const decision = oneOf(DECISIONS, 'decision', only(rest, 4)[3]);
      return [atom(rest[0], count), atom(rest[1], count), atom(rest[2], count), decision];
    },
  }),
  ATTEMPT: word<Valued>({
    ...valued,
    says: 'A retry begins its next attempt, with the values that it gives to it.',
    state: 'SUCCESS',
    format: 1,
    written: 'later',
    provides: true,
  }),
  WITHDRAWN: word({
    ...bare,
    says: 'A start that was written, but never called: back to what it was, in the same round.',
    state: 'before',
    format: 1,
    written: 'later',
    inRuns: true,
  }),
  VOTE: word({
    says: 'A decider has said whether the node that begins with this atom runs; deciders are numbered as in the flow.',
    format: 1,
    about: 'atom',
    shows: 2,
    written: 'checkpoint',
    decode: (rest, count): readonly [atom: number, decider: number, yes: boolean] => {
      return [atom(only(rest, 3)[0], count), natural(rest[1]), truth(rest[2])];
    },
  }),
  IGNORE: word({
    ...bare,
    says: 'Skipped: no atom waits for it, nothing of it is to be undone.',
    state: 'IGNORE',
    format: 1,
    written: 'later',
    inRuns: true,
  }),
  SAVED: word({
    says: '`ctx.save`: what the task has done so far.',
    format: 1,
    about: 'atom',
    shows: 1,
    written: 'always',
    decode: (rest, count): readonly [atom: number, saved: Json] => [atom(only(rest, 2)[0], count), rest[1] as Json],
    mapValues: async ([atom, saved], map) => [atom, await map(saved, atom)],
  }),
  PROGRESS: word({
    says: 'How far a call is, from 0 to 1, and its details.',
    format: 1,
    about: 'atom',
    shows: 1,
    written: 'later',
    decode: (rest, count): readonly [atom: number, fraction: number, details?: Json] => {
      const [which, part, details] = between(rest, 2, 3);
      return details === undefined ? [atom(which, count), fraction(part)] : [atom(which, count), fraction(part), details];
    },
    mapValues: async ([atom, part, details], map) => (details === undefined ? [atom, part] : [atom, part, await map(details, atom)]),
  }),
  WAIT: word({
    says: 'Waits from now on: for a time, in milliseconds since 1970, or a signal, or whichever of them comes first.',
    format: 2,
    about: 'atom',
    shows: 1,
    state: 'WAITING',
    written: 'checkpoint',
    decode: (rest, count): readonly [atom: number, Awaited] => [atom(only(rest, 2)[0], count), awaited(rest[1])],
  }),
  SIGNAL: word({
    says: 'A signal has come: its name, the id of its message, and what was sent with it. It is kept until a wait hears it.',
    format: 2,
    about: 'run',
    shows: 0,
    written: 'always',
    sent: true,
    decode: (rest): readonly [name: string, id: string, payload?: Json] => {
      const [name, id, payload] = between(rest, 2, 3);
      return payload === undefined ? [text(name, 'name'), text(id, 'id')] : [text(name, 'name'), text(id, 'id'), payload];
    },
    mapValues: async ([name, id, payload], map) => (payload === undefined ? [name, id] : [name, id, await map(payload, name)]),
  }),
  HEARD: word<Valued>({
    ...valued,
    says: 'A wait has heard the oldest signal of its name, and gives what was sent with it.',
    state: 'SUCCESS',
    format: 2,
    written: 'later',
    provides: true,
  }),
  UNHEARD: word<Failed>({
    ...failed,
    says: 'The schema of a wait has refused the oldest signal of its name: that is gone, and the wait goes on.',
    format: 2,
    written: 'later',
  }),
  SNAPSHOT: word({
    says: 'All of the state at this point, in place of what came before; alone in an entry of kind `snapshot`.',
    format: 1,
    about: 'run',
    written: 'later',
    stands: 'alone',
    decode: (rest): readonly [Json] => [only(rest, 1)[0] as Json],
    atomsAfter: ([snapshot], before) => atomsOfSnapshot(snapshot, before),
    mapValues: mapSnapshot,
  }),
} as const;

/** A word of the journal. */
export type Word = keyof typeof TRANSITIONS;

type PartsOf<Kind> = Kind extends TransitionKind<infer Parts> ? Parts : never;

/** The fact that one word states. */
export type Fact<Of extends Word> = { readonly [W in Of]: readonly [W, ...PartsOf<(typeof TRANSITIONS)[W]>] }[Of];

/**
 * One fact. Atoms are numbers: their place in the atom table of the run's shape. These tuples are what is stored and
 * what the engine computes with; the word in front says what happened.
 */
export type Transition = Fact<Word>;

/** What is known of the word, by none in particular. */
export function kindOf(of: Word): TransitionKind {
  return TRANSITIONS[of];
}

/** The atoms of a fact about a range of them: the first, and the one after the last. */
export function rangeOf(transition: Transition, at: number): readonly [from: number, end: number] {
  return [transition[at + 1] as number, transition[at + 2] as number];
}

/** What this version knows of a word that was read. */
export function knownKind(read: string): TransitionKind | undefined {
  return Object.hasOwn(TRANSITIONS, read) ? TRANSITIONS[read as Word] : undefined;
}
