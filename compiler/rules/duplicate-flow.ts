import { sentence } from '#model/diagnostics.js';
import { isMadeUp } from '../reading/index.js';
import type { Rule } from './rule.js';

/** Runs find their flow by its name, so an app refuses two of one name. */
export const duplicateFlow: Rule = {
  code: 'DUPLICATE_FLOW',
  severity: 'error',
  title: 'an app is given two flows of one name',
  *find({ apps }) {
    for (const { flows } of apps) {
      for (const [index, { definition, at }] of flows.entries()) {
        const first = flows.find((other) => other.definition.name === definition.name);
        if (first === undefined || flows.indexOf(first) === index || isMadeUp(definition.name)) continue;
        yield { at, message: sentence('DUPLICATE_FLOW', { flow: definition.name }), related: [{ at: first.at, message: 'the first one' }] };
      }
    }
  },
};
