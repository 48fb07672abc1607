import type { AtomState, Intention } from './states.js';

/** What comes of an atom in a state with which an engine means to do something. */
export interface Standing {
  /**
   * What the engine does by itself, when its turn has come. `execute`: when everything before it is done; `revert`, `retry` (begin
   * its flow anew): when everything after it is clear; `leave out`, `withdraw`: at once. `wait`: for an answer of the user's
   * code, for a person, a signal or a time. `rest`: nothing, unless its flow begins anew.
   */
  readonly next: 'execute' | 'revert' | 'retry' | 'leave out' | 'withdraw' | 'wait' | 'rest';
  /** What is after it need not wait for it. */
  readonly isDone: boolean;
  /** What is before it may be undone: of this one nothing is left. */
  readonly isClear: boolean;
  readonly says: string;
}

type Row = Readonly<Record<Intention, Standing>>;

const clear = (next: Standing['next'], says: string): Standing => ({ next, isDone: false, isClear: true, says });
const done = (next: Standing['next'], says: string): Standing => ({ next, isDone: true, isClear: false, says });
const open = (next: Standing['next'], says: string): Standing => ({ next, isDone: false, isClear: false, says });

/** Only retries are meant to `RETRY`, and those have nothing to be undone themselves: their flow is. */
const IS_TRIED = clear('rest', 'its flow is undone, and it goes on with the next attempt');

/** One way back for what was done, and for what may have been. */
const undone = (how: (says: string) => Standing): Omit<Row, 'EXECUTE' | 'RETRY'> => ({
  REVERT: how('is undone when everything after it is'),
  REDO: how('is undone when everything after it is, and begins again after the retry before it'),
  IGNORE: how('is undone when everything after it is, and left out'),
});

/**
 * What each intention means in each state: the rules of order, forward and back. Whether an atom is done or clear counts only
 * with what is before or after it. TaskFlow.
 */
export const STANDINGS: Readonly<Record<AtomState, Row>> = {
  PENDING: {
    EXECUTE: clear('execute', 'begins when everything before it is done'),
    REVERT: clear('rest', 'never begins: its flow goes back'),
    REDO: clear('rest', 'begins again after the retry before it'),
    RETRY: IS_TRIED,
    IGNORE: clear('leave out', 'never begins, and is left out: a node around it that may fail has failed'),
  },
  RUNNING: {
    EXECUTE: open('wait', 'its answer is waited for'),
    REVERT: open('wait', 'its answer is waited for, then it is undone'),
    REDO: open('wait', 'its answer is waited for, then it is undone, and begins again'),
    RETRY: clear('wait', 'its answer is waited for'),
    IGNORE: open('wait', 'its answer is waited for, then it is undone, and left out'),
  },
  SUCCESS: {
    EXECUTE: done('rest', 'is done'),
    ...undone((says) => done('revert', says)),
    RETRY: { next: 'retry', isDone: true, isClear: true, says: 'begins the next attempt when its flow is undone' },
  },
  FAILURE: {
    EXECUTE: open('wait', 'what its failure means is settled first'),
    ...undone((says) => open('revert', says)),
    RETRY: clear('retry', 'begins the next attempt when its flow is undone'),
  },
  REVERTING: {
    EXECUTE: open('wait', 'its revert is waited for'),
    REVERT: open('wait', 'its revert is waited for'),
    REDO: open('wait', 'its revert is waited for, then it begins again'),
    RETRY: clear('wait', 'its revert is waited for'),
    IGNORE: open('wait', 'its revert is waited for, then it is left out'),
  },
  REVERTED: {
    EXECUTE: clear('rest', 'is undone'),
    REVERT: clear('rest', 'is undone'),
    REDO: clear('rest', 'is undone, and begins again after the retry before it'),
    RETRY: clear('rest', 'is undone'),
    IGNORE: clear('leave out', 'is undone, and left out'),
  },
  REVERT_FAILURE: {
    EXECUTE: open('wait', 'a person says what is to be done: what is before it is not undone'),
    REVERT: open('wait', 'a person says what is to be done: what is before it is not undone'),
    REDO: open('wait', 'a person says what is to be done: its flow is not tried again'),
    RETRY: clear('wait', 'a person says what is to be done'),
    IGNORE: open('wait', 'a person says what is to be done: it is not left out'),
  },
  RETRYING: {
    EXECUTE: open('execute', 'begins the next attempt after its pause'),
    ...undone((says) => open('revert', says)),
    RETRY: IS_TRIED,
  },
  IGNORE: {
    EXECUTE: { next: 'rest', isDone: true, isClear: true, says: 'is skipped: no atom waits for it' },
    REVERT: { next: 'rest', isDone: true, isClear: true, says: 'is skipped: nothing of it is to be undone' },
    REDO: { next: 'rest', isDone: true, isClear: true, says: 'is skipped until the retry before it tries again' },
    RETRY: { next: 'rest', isDone: true, isClear: true, says: 'is skipped' },
    IGNORE: { next: 'rest', isDone: true, isClear: true, says: 'is left out' },
  },
  WAITING: {
    EXECUTE: open('wait', 'goes on when its time comes, or its signal'),
    REVERT: open('withdraw', 'is withdrawn at once: it has done nothing'),
    REDO: open('withdraw', 'is withdrawn at once, and waits again after the retry before it'),
    RETRY: IS_TRIED,
    IGNORE: open('withdraw', 'is withdrawn at once, and left out'),
  },
};
