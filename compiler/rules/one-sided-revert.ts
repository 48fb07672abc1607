import { OUTCOME_KINDS, onlyKindOf } from '../findings/one-sided.js';
import { RULE_TITLES, ruleSentence } from '../findings/rule-texts.js';
import { parametersOf } from '../reading/index.js';
import { methodsOf, nameOf } from './methods.js';
import { RevertReading } from './revert-reading.js';
import type { Rule } from './rule.js';

/** After a crash it is unknown how far execute came; a revert that looks only at results leaves behind what it did. */
export const oneSidedRevert: Rule = {
  code: 'ONE_SIDED_REVERT',
  severity: 'warning',
  title: RULE_TITLES.ONE_SIDED_REVERT,
  *find({ tasks, interpreter }) {
    for (const { name, node, body, task } of tasks.flatMap(methodsOf)) {
      const outcome = parametersOf(node)[1]?.name;
      if (name !== 'revert' || outcome === undefined) continue;
      const only = onlyKindOf(new RevertReading(outcome, interpreter).done(body));
      if (only === undefined) continue;
      const others = OUTCOME_KINDS.filter((kind) => kind !== only).map((kind) => `'${kind}'`);
      yield {
        at: nameOf(node),
        message: ruleSentence('ONE_SIDED_REVERT', { task: task.name, kind: only, others: others.join(' or ') }),
      };
    }
  },
};
