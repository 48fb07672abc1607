import { RULE_TITLES, ruleSentence } from '../findings/rule-texts.js';
import { writtenIn } from '../reading/index.js';
import { ts } from '../source/index.js';
import type { Rule } from './rule.js';

/** A task that says that it changes the world outside must say how that is undone, or that it can't be. */
export const externalEffect: Rule = {
  code: 'EXTERNAL_EFFECT',
  severity: 'warning',
  title: RULE_TITLES.EXTERNAL_EFFECT,
  *find({ tasks, interpreter: { types } }) {
    for (const { options, node, name, at, revert } of tasks) {
      const effects = options && writtenIn(options, 'effects');
      if (options === undefined || effects === undefined || !ts.isStringLiteralLike(effects) || effects.text !== 'external') continue;
      if (
        writtenIn(options, 'irreversible')?.kind === ts.SyntaxKind.TrueKeyword ||
        revert !== undefined ||
        writtenIn(options, 'revert') !== undefined
      )
        continue;
      const symbol = ts.isClassLike(node) ? types.of(node).symbol : undefined;
      if (symbol !== undefined && types.property(types.checker.getDeclaredTypeOfSymbol(symbol), 'revert') !== undefined) continue;
      yield { at, message: ruleSentence('EXTERNAL_EFFECT', { task: name }) };
    }
  },
};
