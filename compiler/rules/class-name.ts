import { describe } from '#compilation';
import { sentence } from '#model/diagnostics.js';
import { RULE_TITLES } from '../findings/rule-texts.js';
import type { Rule } from './rule.js';

/** The runs of an app are stored under the names of their tasks, and minifiers rename classes. */
export const className: Rule = {
  code: 'CLASS_NAME_USED',
  severity: 'warning',
  title: RULE_TITLES.CLASS_NAME_USED,
  *find({ apps, interpreter }) {
    for (const { definition, at } of apps.flatMap(({ flows }) => flows)) {
      if (definition === undefined) continue;
      for (const origin of describe(definition).origins) {
        if (origin?.kind !== 'task' || origin.named) continue;
        const node = interpreter.origins.of(origin.code.target);
        yield {
          at: (node !== undefined && 'name' in node ? (node.name as typeof node | undefined) : undefined) ?? node ?? at,
          message: sentence('CLASS_NAME_USED', { task: origin.name }),
        };
      }
    }
  },
};
