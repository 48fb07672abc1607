import { RULE_TITLES, ruleSentence } from '../findings/rule-texts.js';
import { rootOf, short, type Types, walk } from '../reading/index.js';
import { ts } from '../source/index.js';
import { changedBy, changedByCall } from './changes.js';
import { methodsOf } from './methods.js';
import type { Rule } from './rule.js';

const COLLECTIONS = new Set(['Map', 'Set', 'Date', 'Array']);

/** Each call gets its own copy of its inputs: whatever it changes in them, nobody else sees. */
export const inputMutated: Rule = {
  code: 'INPUT_MUTATED',
  severity: 'warning',
  title: RULE_TITLES.INPUT_MUTATED,
  *find({ tasks, machine: { types } }) {
    for (const { name, node, body, task } of tasks.flatMap(methodsOf)) {
      const inputs = namesIn(node.parameters[0]?.name, body, types);
      if (inputs.size === 0) continue;
      const found: ts.Node[] = [];
      walk(body, (inner) => {
        const target = changedBy(inner) ?? changedByCall(inner, (owner) => isCollection(owner, types));
        const root = target && rootOf(target);
        const symbol = root && types.checker.getSymbolAtLocation(root);
        // Another value for the variable itself changes nothing that was given.
        if (target === undefined || symbol === undefined || !inputs.has(symbol) || (target === root && changedBy(inner) !== undefined))
          return;
        found.push(target);
      });
      for (const at of found) {
        yield {
          at,
          message: ruleSentence('INPUT_MUTATED', { task: task.name, method: name, input: short(at) }),
        };
      }
    }
  },
};

/** What is declared there, but for what gets another value later: that may be a copy. */
function namesIn(name: ts.BindingName | undefined, body: ts.Node, types: Types): ReadonlySet<ts.Symbol> {
  const symbols = new Set<ts.Symbol>();
  if (name !== undefined) {
    walk(name, (node) => {
      const symbol =
        ts.isIdentifier(node) && (node === name || ts.isBindingElement(node.parent)) ? types.checker.getSymbolAtLocation(node) : undefined;
      if (symbol !== undefined) symbols.add(symbol);
    });
    walk(body, (node) => {
      const target = changedBy(node);
      const symbol = target !== undefined && ts.isIdentifier(target) ? types.checker.getSymbolAtLocation(target) : undefined;
      if (symbol !== undefined) symbols.delete(symbol);
    });
  }
  return symbols;
}

function isCollection(owner: ts.Expression, types: Types): boolean {
  const type = types.of(owner);
  return types.checker.isArrayLikeType(type) || (type.symbol !== undefined && COLLECTIONS.has(type.symbol.name));
}
