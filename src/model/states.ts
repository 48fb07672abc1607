/** The states of runs and atoms, and the legal ways between them, as tables: they are persisted, so they never change. */

export const RUN_STATES = ['PENDING', 'RUNNING', 'SUSPENDED', 'SUCCESS', 'REVERTED', 'FAILURE', 'CANCELLED'] as const;
/** State of a whole run. `REVERTED` means that everything that was done is undone; `FAILURE` that something could not be. */
export type RunState = (typeof RUN_STATES)[number];

export const ATOM_STATES = [
  'PENDING',
  'RUNNING',
  'SUCCESS',
  'FAILURE',
  'REVERTING',
  'REVERTED',
  'REVERT_FAILURE',
  'RETRYING',
  'IGNORE',
  'WAITING',
] as const;
/**
 * State of one task, wait or retry of a run. `RUNNING` means: may have started. `WAITING`: nothing of it is called; it goes on
 * when its time comes, or its signal.
 */
export type AtomState = (typeof ATOM_STATES)[number];

/** What an atom is: code that is called, something that is waited for, or what decides about trying again. Stored with each flow. */
export type AtomKind = 'task' | 'retry' | 'wait';
export const ATOM_KINDS: readonly AtomKind[] = ['task', 'retry', 'wait'];

/**
 * What the engine means to do with an atom next; TaskFlow. `RETRY`: of a retry, to undo its flow and try again. Added:
 * `REDO`, to undo what is done behind such a flow, and to run it again after. `IGNORE`: of an optional node that has failed, to
 * undo what was done of it, and to leave it out.
 */
export type Intention = (typeof INTENTIONS)[number];
export const INTENTIONS = ['EXECUTE', 'REVERT', 'RETRY', 'REDO', 'IGNORE'] as const;

/**
 * What a retry says about a failure in its flow. `RETRY`: undo the flow and try it again. `REVERT`: the retry around it
 * decides, or the run goes back. `REVERT_ALL`: the run goes back, whoever is around it. `REVERT_LOCAL`: this flow and
 * what comes after it are undone, the rest stays. TaskFlow.
 */
export type Decision = (typeof DECISIONS)[number];
export const DECISIONS = ['RETRY', 'REVERT', 'REVERT_ALL', 'REVERT_LOCAL'] as const;

/** Which half of a task runs. */
export type Phase = 'execute' | 'revert';

/**
 * Legal moves of a run; TaskFlow with the differences D-14 and D-18: `PENDING` is reached only by an explicit reset,
 * and a run that succeeded runs again only when a caller asks for it. Added: `CANCELLED → RUNNING`, of a run that was cancelled where
 * it was, when an operator wants what it has done undone after all.
 */
export const RUN_MOVES: Readonly<Record<RunState, readonly RunState[]>> = {
  PENDING: ['RUNNING', 'PENDING'],
  RUNNING: ['SUSPENDED', 'SUCCESS', 'REVERTED', 'FAILURE', 'CANCELLED'],
  SUSPENDED: ['RUNNING', 'PENDING'],
  SUCCESS: ['RUNNING', 'PENDING'],
  REVERTED: ['PENDING'],
  FAILURE: ['RUNNING', 'PENDING'],
  CANCELLED: ['RUNNING', 'PENDING'],
};

/**
 * Legal moves of an atom; TaskFlow. Added: `RUNNING → PENDING` (a start that was withdrawn before the
 * call), `RUNNING → RUNNING` and `REVERTING → REVERTING` (the same work again after a crash), `REVERTING → SUCCESS`
 * and `REVERTING → FAILURE` (a revert withdrawn before the call), `RUNNING → RETRYING` (the same of a retry's next
 * attempt, and a task that is tried again), `SUCCESS → FAILURE` (a retry whose decision throws), `RETRYING → REVERTING` (a retry or task that is given up between
 * two attempts), the ways out of `REVERT_FAILURE`: another try, or a person who has undone it, `REVERTED → IGNORE` (an
 * optional node that has failed is undone, and left out), and all of `WAITING`; `WAITING → REVERTED`: it is withdrawn, as its
 * run goes back, and has done nothing.
 */
export const ATOM_MOVES: Readonly<Record<AtomState, readonly AtomState[]>> = {
  PENDING: ['RUNNING', 'IGNORE', 'WAITING'],
  RUNNING: ['SUCCESS', 'FAILURE', 'RUNNING', 'PENDING', 'RETRYING'],
  SUCCESS: ['REVERTING', 'RETRYING', 'PENDING', 'FAILURE'],
  FAILURE: ['REVERTING', 'PENDING'],
  REVERTING: ['REVERTED', 'REVERT_FAILURE', 'REVERTING', 'SUCCESS', 'FAILURE'],
  REVERTED: ['PENDING', 'IGNORE'],
  REVERT_FAILURE: ['REVERTING', 'REVERTED', 'PENDING'],
  RETRYING: ['RUNNING', 'PENDING', 'REVERTING'],
  IGNORE: ['PENDING'],
  WAITING: ['SUCCESS', 'FAILURE', 'REVERTED', 'PENDING'],
};

/** Whether a run in this state has ended: nothing moves it but a reset or an operator. */
export function isEnded(state: RunState): boolean {
  return state === 'SUCCESS' || state === 'REVERTED' || state === 'FAILURE' || state === 'CANCELLED';
}
