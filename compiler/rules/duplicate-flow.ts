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
      for (const [index, { name, at }] of flows.entries()) {
        const first = flows.find((other) => other.name === name);
        if (first === undefined || flows.indexOf(first) === index || isMadeUp(name)) continue;
        yield { at, message: sentence('DUPLICATE_FLOW', { flow: name }), related: [{ at: first.at, message: 'the first one' }] };
      }
    }
  },
};
