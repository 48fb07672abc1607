import { ts } from '../source/index.js';
import { methodsOf, nameOf } from './methods.js';
import type { Rule } from './rule.js';

/** A task with a revert counts as one that can be undone. A comment in it says that nothing has to be. */
export const emptyRevert: Rule = {
  code: 'EMPTY_REVERT',
  severity: 'warning',
  title: 'revert does nothing, and no comment says why',
  *find({ tasks }) {
    for (const { name, node, body, task } of tasks.flatMap(methodsOf)) {
      if (name !== 'revert' || !ts.isBlock(body) || body.statements.length > 0) continue;
      if (/\/[/*]/.test(body.getText())) continue;
      yield {
        at: nameOf(node),
        message: `task '${task.name}': revert is empty: undo what execute did, leave revert out, or say in a comment why nothing has to be undone`,
      };
    }
  },
};
