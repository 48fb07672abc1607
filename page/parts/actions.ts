import type { Action } from '../../src/ui/actions/actions.js';

/** How an action is offered, and what it means. */
export interface ActionWords {
  readonly button: string;
  readonly heading: string;
  readonly means: string;
  readonly isDangerous?: true;
}

export const ACTIONS: Readonly<Record<Action, ActionWords>> = {
  cancel: {
    button: 'Cancel and undo',
    heading: 'Cancel, and undo what was done?',
    means: 'Nothing more begins, the tasks under way are told to stop, and what was done is undone, the last first.',
    isDangerous: true,
  },
  halt: {
    button: 'Cancel where it is',
    heading: 'Cancel, and leave what was done?',
    means: 'Nothing more begins, the tasks under way are told to stop, and nothing is undone. It can be undone later.',
    isDangerous: true,
  },
  suspend: { button: 'Suspend', heading: 'Suspend?', means: 'It stops between two tasks, and rests until it is resumed.' },
  resume: { button: 'Resume', heading: 'Resume?', means: 'It goes on where it stands, in the process that serves this page.' },
  retry: { button: 'Retry', heading: 'Go on from what failed?', means: 'What is done stays done, unless it is undone already.' },
  retryRevert: {
    button: 'Undo again',
    heading: 'Try again to undo this task?',
    means: 'Its revert is called again, and the rollback goes on from there.',
  },
  skipRevert: {
    button: 'Take as undone',
    heading: 'Take this task as undone?',
    means: 'Its revert is not called again: somebody has undone it by hand. The rollback goes on.',
    isDangerous: true,
  },
  reset: {
    button: 'Reset',
    heading: 'Forget what it did?',
    means: 'Nothing of what it did counts any more, and nothing of it is undone. It waits until somebody begins it.',
    isDangerous: true,
  },
  requeue: {
    button: 'Requeue',
    heading: 'Begin it anew?',
    means: 'Nothing of what it did counts any more, and nothing of it is undone. Whoever is free begins it anew.',
    isDangerous: true,
  },
};
