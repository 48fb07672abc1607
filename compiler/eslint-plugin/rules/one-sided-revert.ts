import type { SourceCode } from '../linter.js';
import { walk } from '../linter.js';
import { isA, keyOf, type Node, type NodeOf, textOf, unwrapped } from '../nodes.js';
import { ruleFor } from '../rule.js';
import { tasksIn } from '../tasks.js';

const KINDS = ['result', 'failure', 'interrupted'];

/** After a crash nobody knows how far execute came; a revert that looks only at results leaves behind what it did. */
export const oneSidedRevert = ruleFor('ONE_SIDED_REVERT', ['ONE_SIDED_REVERT'], function* (code) {
  for (const { name: task, methods } of tasksIn(code)) {
    for (const { name, function: node, body, at } of methods) {
      const outcome = node.params[1];
      if (name !== 'revert' || !isA(outcome, 'Identifier') || !isA(body, 'BlockStatement')) continue;
      const variable = code.getDeclaredVariables(node).find(({ defs }) => defs[0]?.name === outcome);
      const seen = new Set(variable?.references.map(({ identifier }) => identifier));
      const isKind: IsKind = (one) => isA(one, 'MemberExpression') && keyOf(one) === 'kind' && seen.has(one.object);
      const kind = onlyKind(body, isKind, code);
      if (kind === undefined) continue;
      const others = KINDS.filter((other) => other !== kind).map((other) => `'${other}'`);
      yield { at, sentence: 'ONE_SIDED_REVERT', facts: { task, kind, others: others.join(' or ') } };
    }
  }
});

type IsKind = (node: Node) => boolean;

/** The one kind that a body does something for; `undefined` when it does something for others, or always. */
function onlyKind(body: NodeOf<'BlockStatement'>, isKind: IsKind, code: SourceCode): string | undefined {
  const [first, ...rest] = body.body.filter((one) => !isA(one, 'VariableDeclaration') || mentions(one, isKind, code));
  if (isA(first, 'IfStatement')) {
    const compared = comparison(first.test, isKind);
    if (compared === undefined || first.alternate) return undefined;
    if (compared.equal) return rest.length === 0 ? compared.kind : undefined;
    return leaves(first.consequent) && rest.length > 0 ? compared.kind : undefined;
  }
  if (rest.length > 0 || !isA(first, 'SwitchStatement') || !isKind(first.discriminant)) return undefined;
  const { cases } = first;
  const [only, ...more] = cases.filter((one, index) => !idle(one) || (one.consequent.length === 0 && index < cases.length - 1));
  return more.length === 0 ? textOf(only?.test) : undefined;
}

function comparison(test: Node, isKind: IsKind): { readonly kind: string; readonly equal: boolean } | undefined {
  const node = unwrapped(test);
  if (!isA(node, 'BinaryExpression') || !isKind(node.left) || !['===', '!=='].includes(node.operator)) return undefined;
  const kind = textOf(node.right);
  return kind === undefined ? undefined : { kind, equal: node.operator === '===' };
}

function leaves(node: Node): boolean {
  if (isA(node, 'ReturnStatement')) return !node.argument;
  return isA(node, 'BlockStatement') && node.body.length === 1 && node.body.every(leaves);
}

/** A clause that only leaves the switch. */
function idle({ consequent }: NodeOf<'SwitchCase'>): boolean {
  return consequent.every((one) => isA(one, 'BreakStatement') || leaves(one));
}

function mentions(node: Node, isKind: IsKind, code: SourceCode): boolean {
  let found = false;
  walk(node, code, (inner) => {
    found ||= isKind(inner);
    return !found;
  });
  return found;
}
