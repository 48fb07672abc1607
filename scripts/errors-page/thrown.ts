import type { FlowproofErrorCode } from '../../src/model/errors.js';

/** What a reader of docs/errors.md needs to know of a code. */
export interface Entry {
  /** Who says it, and what has happened. */
  readonly when: string;
  /** What to do about it. */
  readonly remedy: string;
}

/** What flowproof throws, code by code. A code without an entry does not compile. */
export const THROWN: Readonly<Record<FlowproofErrorCode, Entry>> = {
  FLOW_DEFINITION: {
    when: 'A flow, or what the app was given for it, can’t run as it is written. Thrown by `flow.compile()`, `flowproof(…)` and `run(…)` before anything is stored. `error.diagnostics` has everything that was found, each with a code of its own: [what is wrong with a flow](#what-is-wrong-with-a-flow).',
    remedy: 'Mend the flow. `npx flowproof check` says the same before the program runs, with the line.',
  },
  INVALID_INPUT: {
    when: 'The inputs of a run, or its id, logbook or metadata, are not what the flow or the store takes. `error.issues` has a path and a sentence for each. Nothing was stored. As the code of a task’s failure: a value does not pass the schema that the task’s `requires` gives for it.',
    remedy: 'Pass what the flow asks for. What comes from outside is best parsed by the flow itself: `.input(schema)`.',
  },
  FLOW_FAILED: {
    when: '`runOrThrow` only: the run ended, and not in SUCCESS. `error.state` and `error.failures` say how and why.',
    remedy: 'Look at the failures; each has its path, phase and attempt. Use `run` to get them as a result instead of an exception.',
  },
  RUN_CONFLICT: {
    when: 'This id belongs to a run of another flow, or of the same flow with other inputs.',
    remedy:
      'One id is one piece of work: make it of what identifies the work (`order-42`). Call with the inputs that the run began with to join it, or use another id.',
  },
  RUN_OWNED: {
    when: 'A live engine has this run, here or in another process, and the call does not wait: `resume`, `reset`, `rerun` and `engine`.',
    remedy:
      "Wait for it with `app.run(flow, { id, inputs })`, stop it there (`app.suspend(id)` works from anywhere), or take it: `app.resume(flow, id, { takeover: 'force' })`.",
  },
  RUN_NOT_FOUND: {
    when: 'No run has this id in this store; or a run that is being waited for was pruned.',
    remedy: 'Look at the id and at the store (directory, database, schema) that the app was given.',
  },
  INCOMPATIBLE_FLOW: {
    when: 'The stored run was made by a version of the flow that this code can’t continue. `error.report` has a line for each reason. Nothing was changed.',
    remedy:
      'Deploy the code that began it and let it finish there, or `app.reset(id)` to begin anew. `npx flowproof check --against` says it before a deploy: [upgrades](upgrade.md).',
  },
  RUN_ENDED: {
    when: 'The run has ended, so nothing can be asked of it any more. `error.state` says how.',
    remedy:
      'Read its result with `app.run`, `app.resume` or `app.inspect`. `app.reset(id)` lets it begin anew, `retryRevert` and `skipRevert` get it out of FAILURE.',
  },
  SIGNALS_FULL: {
    when: 'A thousand signals wait for the run, and it takes up none of them. Nothing of this one was written.',
    remedy:
      'Send again when the run has heard some. One that never waits for them hears none: `app.inspect` says what it waits for, and a flow that takes many signals waits in a flow with a retry, or in a run of its own for each.',
  },
  RUN_NOT_FAILED: {
    when: '`retryFailed`: the run did not end in FAILURE.',
    remedy: 'A run that was REVERTED or CANCELLED is undone: `app.reset(id)` lets it begin anew. Others go on with `app.resume(id)`.',
  },
  REVERT_NOT_FAILED: {
    when: '`retryRevert` and `skipRevert`: the revert of this task has not failed. `error.failed` has the paths of those that have.',
    remedy: 'Use one of these paths.',
  },
  STALE_RUN: {
    when: 'Another engine took this run over. This one wrote nothing more and stopped; the journal is as the other one writes it. Also when a database was restored to an earlier time.',
    remedy: 'Nothing: the run is where it belongs. `app.run` with the same id waits for its end.',
  },
  APP_STOPPED: {
    when: 'The app was stopped before this run ended, before there was a run, or before the store had answered what it was asked. Whether a wish (`cancel`, `suspend`) is there already is not known then; to ask for it again does no harm.',
    remedy: 'Resume the run here or elsewhere; make another app.',
  },
  JOURNAL_FULL: {
    when: 'A run has had as many steps as it may have (`maxSteps`): nothing more begins, and it goes back. `ctx.save` rejects with it, and the next task fails with this code.',
    remedy:
      'Split the work into runs of their own, treat a batch in each task rather than one thing, save and try again less often, or raise `maxSteps`.',
  },
  RUN_STUCK: {
    when: 'Something is left to be done in a run, nothing can move, and nothing in the run says why. That is a mistake of flowproof, not of your code. The run is left as it is, RUNNING and owned by nobody: it does not end as something that it is not. `error.report` has a line for each task that is not done or undone.',
    remedy:
      'Please report it, with these lines. The run goes on when that is mended, or with another version of its flow; `app.cancel(id)` undoes what can be undone.',
  },
  INVALID_SCHEDULE: {
    when: '`schedule(…)`, where it is written: its `cron` can’t be read, never comes or is in no time zone, `everyMs` is no whole number from 1,000, or another option makes no sense. Also `flowproof(…)`, where one of its `schedules` is none, or two have one name.',
    remedy: 'Mend what the message names: [schedules](schedules.md).',
  },
  SCHEDULE_CONFLICT: {
    when: '`app.ready()`, or the first use of the app: the store has a schedule of this name and version that says something else. Nothing was written.',
    remedy:
      'Give the schedule a higher `version` with each change of it. Where two apps share the store and mean two schedules, give them two names.',
  },
  SCHEDULE_NOT_FOUND: {
    when: '`app.schedules`: no schedule has this name, in the store or, for `run`, among those that this app declares.',
    remedy: 'Look at `app.schedules.list()`. `run` needs an app that declares the schedule, as the inputs of its runs are in its code.',
  },
  INVALID_LIMIT: {
    when: '`app.limits.set` or `reset`: the name is not `flow:` and the name of a flow, the flow is one of this app and its code states no limit, or what it was to be is no limit. Nothing was changed.',
    remedy: 'Look at `app.limits.list()`: [flow control](flow-control.md#while-it-runs).',
  },
  TASK_SET_MISMATCH: {
    when: 'The app opens, and the module of `threads` or `processes` can’t be imported, has no `taskSet` as its default export, makes an app with places of its own when it is imported, or its tasks differ from those of the flows in name, version, values, or whether they have a `revert`. `error.differences` has a line for each, `error.tasks` the names. As the code of a task’s failure: that task, of a flow that is made from data, is not in the module.',
    remedy:
      'Read `error.differences`: list the task in the module’s `taskSet`, or build and deploy both from the same sources ([executors](executors.md)).',
  },
  TRANSPORT_UNREACHABLE: {
    when: 'The app or a worker opens, and the broker between them can’t be reached, or gives no answer.',
    remedy:
      'Look at the broker, its address and the network; the next use of the app connects again. A connection that breaks later comes back by itself, and calls wait for it.',
  },
  TRANSPORT_REFUSED: {
    when: 'The broker takes no such message, or no connection of this user: a password is wrong, or what a task is given or gives is larger than messages may be. As the code of a task’s failure: its call could not be given to a worker, or its result not to its engine.',
    remedy: 'Do what the message says; asking again does not help. Keep large values elsewhere, and hand on where they are.',
  },
  TRANSPORT_CLOSED: {
    when: 'Something is asked of a connection to a broker that was closed: by the contract of transports, not by apps.',
    remedy: 'Connect again.',
  },
  BOARD_UNREACHABLE: {
    when: 'A job board gave no answer in time, or the connection to it broke. What was asked may have been done.',
    remedy:
      'Ask again: posting again by the same id posts once, and a claim that was consumed by an answer that got lost is consumed. Look at the server and the network when it stays so.',
  },
  BOARD_REFUSED: {
    when: 'The server of a job board takes no such request: a password is wrong, a job is too large, Redis may evict what it stores, or the board knows no transactions of yours. The message says which.',
    remedy: 'Do what the message says; asking again does not help.',
  },
  BOARD_CLOSED: {
    when: 'The board was closed, or the session that claims is over: it left, or could not be renewed in time.',
    remedy: 'Stop what works on claims of the session, as others may claim them, and join again: `board.join(…)`.',
  },
  NOT_TRANSACTIONAL: {
    when: '`transaction`: this task’s end can’t be written in a transaction, since the store has none, or the context is not the one that the task was called with.',
    remedy:
      'Pass the task’s own `ctx`, and keep runs with `postgres(url)`. In tests on other stores, `flowproof({ allowUnfenced: true })` makes it a [plain transaction](persistence.md#on-stores-without-a-fence). As a warning: a revert did its work in a plain transaction.',
  },
  TRANSACTION_STATE: {
    when: '`transaction`: the client is in a transaction that somebody else has begun, such as another task of the run, or is no longer in the one that was begun for the task.',
    remedy:
      'Give `transaction` a pool of `pg`, or a client that nothing else uses meanwhile. Leave BEGIN, COMMIT and ROLLBACK to it; savepoints are fine.',
  },
  OTHER_DATABASE: {
    when: '`transaction`: the database of this transaction does not hold the run.',
    remedy: 'Pass a Kysely, pool or client of the database that the app keeps its runs in.',
  },
  TRANSACTION_ELSEWHERE: {
    when: '`transaction`: the task runs in a thread or process of its own, and its run is written in another one. The transaction was not begun.',
    remedy: 'Let the task run in the app’s process, or commit by itself, with `ctx.idempotencyKey` against a repetition.',
  },
  TRANSACTION_LATE: {
    when: '`transaction`: what the task did is known already. The transaction was rolled back.',
    remedy: 'Give a task one transaction, and return its promise.',
  },
  STORE_UNREACHABLE: {
    when: 'The store gives no answer: when it is opened, or for `storeTimeoutMs` (60 s). Runs are as they were.',
    remedy:
      'Mend the store. Runs go on by themselves when it is back; with `recover: false`, by `app.resumeAll()` ([operations](operations.md#what-to-do-when)).',
  },
  STORE_REFUSED: {
    when: 'The store will never take this, and waiting does not help: a step that is too large, a text that it can’t keep, a password or a path that is wrong, a right that the role lacks, keys of `encrypted` that are none. As the code of a task’s failure: its result.',
    remedy:
      'The message says what is in the way. Return less: keep large values elsewhere yourself, or with `offloaded(…)`. Grant the right, give the keys.',
  },
  STORE_LOCKED: {
    when: 'Another process has the directory of a file store, or may have it.',
    remedy: 'Stop it, or give each process a directory of its own. Several processes on one store need PostgreSQL.',
  },
  STORE_CLOSED: {
    when: 'A store was used before it was opened, or after it was closed.',
    remedy: 'Make another app.',
  },
  STORE_GONE: {
    when: 'The directory of a file store was removed or replaced while it was open, or its lock was taken away, so that others write there. Nothing more is written by this app; what it was told is kept was kept.',
    remedy: 'Stop the app, see to it that one process at a time has the directory, and begin again.',
  },
  STORE_SCHEMA: {
    when: 'PostgreSQL: tables are missing or older, and this role may not change them, or a newer version has changed them in a way that this one can’t work with.',
    remedy: '`prepareSchema(url)` from `flowproof/postgres`, by a role that may change them; or deploy the newer version.',
  },
  STORE_POOLER: {
    when: 'PostgreSQL: a pooler in between lends connections for one transaction at a time.',
    remedy: "`postgres(url, { pooler: 'transaction' })`, or the URL of PostgreSQL itself.",
  },
  STORE_READ_ONLY: {
    when: 'The app’s store is `postgres(url, { readOnly: true })`: runs are looked at, as on a replica, and nothing is written. Lists with `ownerless` are refused, too, as who is alive is not known there.',
    remedy: 'Begin, ask or change runs by an app on the primary, without `readOnly`.',
  },
  JOURNAL_TOO_NEW: {
    when: 'A run was written by a newer version of flowproof. It is left alone.',
    remedy: 'Let the newer version go on with it: nothing is lost.',
  },
  JOURNAL_GAP: {
    when: 'A step of a run is missing in its journal. That run is refused as a whole; others go on.',
    remedy: 'Look for who changes the store. Restore that run from a backup, or end its work by hand and let it be.',
  },
  JOURNAL_CORRUPT: {
    when: 'What is stored of a run can’t be read. That run is refused as a whole; others go on.',
    remedy: 'As for [JOURNAL_GAP](#journal_gap).',
  },
  JOURNAL_SEALED: {
    when: 'Values are encrypted or kept elsewhere, and the store was opened without the key, or without `encrypted` or `offloaded`.',
    remedy: 'Give the key: a key that is lost means that what it encrypted is lost.',
  },
};
