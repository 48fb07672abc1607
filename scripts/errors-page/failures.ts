import type { Entry } from './thrown.js';

/** Codes that a task's failure can have without its own code having thrown an error with one. */
export const FAILURES: Readonly<Record<string, Entry>> = {
  INTERRUPTED: {
    when: 'The task was called and its end is not known, as often as `maxLosses` allows (5): its process died each time.',
    remedy: 'Find what kills the process: memory, `process.exit`, a native crash. Its `revert` is told `interrupted`.',
  },
  BAD_ANSWER: {
    when: 'A decider, a choice, or `onFailure` of a retry answered something that is no answer.',
    remedy: 'Return what its type says; the message names what came.',
  },
  NOT_STORABLE: {
    when: 'A task returned what can’t be stored, such as an instance whose methods would be lost.',
    remedy: 'Return plain data, or admit the class with a codec ([types](types.md)). `flowproof check` says it before the run.',
  },
  INVALID_OUTPUT: {
    when: 'A task returned a value that does not pass the schema that its `provides` gives for it. `failure.data` has a path and a sentence for each issue.',
    remedy: 'Mend the task, or its schema. A wrong input of a task is [INVALID_INPUT](#invalid_input).',
  },
  NO_METHOD: {
    when: 'What `resolve` of the app gave for a task has no `execute`, or no longer the `revert` that the run needs.',
    remedy: 'Let the container give an instance of the class that the flow names.',
  },
  VALUE_ABSENT: {
    when: 'A value that the task needs is not there: what should have provided it was skipped, or failed and may.',
    remedy: "Take it as optional (`'value?'`), or let it be provided in any case.",
  },
  TIMEOUT: {
    when: 'A call did not end within the `timeoutMs` of its task, and not within `graceMs` after its signal was aborted.',
    remedy: 'Pass `ctx.signal` on to what waits; give it more time, or `retry`. What it did is not known: `revert` is told `interrupted`.',
  },
  HEARTBEAT: {
    when: 'A call said nothing for the `heartbeatMs` of its task.',
    remedy: 'Call `ctx.heartbeat()` while it gets on, such as with each piece of its work.',
  },
  DEADLINE: {
    when: 'A task was not done within its `deadlineMs`, with all its attempts and the pauses between them; the last failure is the `cause`. Under the path of the flow: the run was not done within its own.',
    remedy: 'Give it more time, fewer attempts or shorter pauses.',
  },
  NO_SLOTS: {
    when: 'The task has a `concurrency` or a `rate`, and the store of the app, which is one of your own, has no slots for tasks.',
    remedy:
      'Give the journal `slots`, as those of this package have them ([flow control](flow-control.md)), or leave the limits of the task out.',
  },
  START_TIMEOUT: {
    when: 'No worker has begun the call within the `startTimeoutMs` of `remote`. The message says whether workers were heard of, and why they can’t.',
    remedy: 'Start workers that have the task ([other machines](distributed.md)), or wait for longer.',
  },
  PLACE_LOST: {
    when: 'As the cause of `INTERRUPTED`: the thread, the process or the worker that made the call is gone.',
    remedy: 'Find what ends it; the cause of this failure says what is known.',
  },
  WAIT_TIMEOUT: {
    when: 'A `waitFor` has waited for its `timeoutMs`, and its signal has not come.',
    remedy: 'Give it a `fallback`, a retry around it, or let the run go back, as it does.',
  },
  NO_VALUE_LEFT: {
    when: 'A `forEach` retry has no value to try.',
    remedy: 'Give it at least one.',
  },
};
