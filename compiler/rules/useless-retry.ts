import type { Rule } from './rule.js';

/** A retry that can't try anything again looks like safety, and is none. */
export const uselessRetry: Rule = {
  code: 'USELESS_RETRY',
  severity: 'warning',
  title: 'a retry can never help',
  *find({ flows }) {
    for (const flow of flows) {
      for (const [index, node] of flow.shape.nodes.entries()) {
        if (node.kind !== 'retry') continue;
        const at = flow.placeOf(index);
        const around = flow.shape.nodes[node.parent];
        const name = around?.kind === 'flow' ? around.flow : flow.name;
        if (node.policy.kind === 'times' && node.policy.attempts === 1) {
          yield { at, message: `the retry of flow '${name}' tries once: it never tries again` };
        } else if ((flow.bound.children[node.parent] ?? []).length === 0 && !flow.gaps.some(({ hidesNames }) => hidesNames)) {
          yield { at, message: `flow '${name}' has nothing that its retry could try again` };
        }
      }
    }
  },
};
