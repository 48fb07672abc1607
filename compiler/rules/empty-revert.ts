import { RULE_TITLES, ruleSentence } from '../findings/rule-texts.js';
import { ts } from '../source/index.js';
import { doesNothing, isNothing } from './idle.js';
import { methodsOf, nameOf } from './methods.js';
import type { Rule } from './rule.js';

/** A task with a revert counts as one that can be undone. A comment in it says that nothing has to be. */
export const emptyRevert: Rule = {
  code: 'EMPTY_REVERT',
  severity: 'warning',
  title: RULE_TITLES.EMPTY_REVERT,
  *find({ tasks }) {
    for (const { name, node, body, task } of tasks.flatMap(methodsOf)) {
      if (name !== 'revert' || !(ts.isBlock(body) ? body.statements.every(doesNothing) : isNothing(body as ts.Expression))) continue;
      if (/\/[/*]/.test(body.getFullText())) continue;
      yield {
        at: nameOf(node),
        message: ruleSentence('EMPTY_REVERT', { task: task.name }),
      };
    }
  },
};
