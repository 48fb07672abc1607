import { isA } from '../nodes.js';
import { ruleFor } from '../rule.js';
import { tasksIn } from '../tasks.js';

/** A task with a revert counts as one that can be undone. A comment in it says that nothing has to be. */
export const emptyRevert = ruleFor('EMPTY_REVERT', ['EMPTY_REVERT'], function* (code) {
  for (const { name: task, methods } of tasksIn(code)) {
    for (const { name, body, at } of methods) {
      if (name !== 'revert' || !isA(body, 'BlockStatement') || body.body.length > 0 || code.getCommentsInside(body).length > 0) continue;
      yield { at, sentence: 'EMPTY_REVERT', facts: { task } };
    }
  }
});
