import { ts } from '../../source/index.js';
import type { Frame } from '../ground/frame.js';
import type { Machine } from '../ground/interpreter-state.js';
import { short, wrapped } from '../ground/syntax.js';
import { Unknown } from '../ground/unknown.js';
import { access } from './access.js';
import { primitiveOf } from './coercion.js';
import { made } from './instances.js';
import { arrayOf, objectOf } from './literals.js';
import { binary, prefixed } from './operators.js';
import { remove, update } from './variables.js';

/** The value of an expression. */
export function expression(node: ts.Expression, frame: Frame, machine: Machine): unknown {
  if (ts.isStringLiteralLike(node)) return node.text;
  if (ts.isNumericLiteral(node)) return Number(node.text);
  if (ts.isIdentifier(node)) return identifier(node, frame, machine);
  if (ts.isCallExpression(node)) return machine.call(node, frame);
  if (ts.isPropertyAccessExpression(node) || ts.isElementAccessExpression(node)) return access(node, frame, machine);
  if (ts.isObjectLiteralExpression(node)) return objectOf(node, frame, machine);
  if (ts.isArrayLiteralExpression(node)) return machine.origins.set(machine.realm.own(arrayOf(node.elements, frame, machine)), node);
  if (ts.isArrowFunction(node) || ts.isFunctionExpression(node)) return machine.functionOf(node, frame);
  if (ts.isClassExpression(node)) return machine.classOf(node, frame);
  if (ts.isConditionalExpression(node)) {
    const holds = machine.holds(machine.evaluate(node.condition, frame), node.condition);
    return machine.evaluate(holds ? node.whenTrue : node.whenFalse, frame);
  }
  if (ts.isBinaryExpression(node)) return binary(node, frame, machine);
  if (ts.isPrefixUnaryExpression(node)) {
    const { operator, operand } = node;
    if (operator !== ts.SyntaxKind.PlusPlusToken && operator !== ts.SyntaxKind.MinusMinusToken) return prefixed(node, frame, machine);
    return update(operand, operator === ts.SyntaxKind.PlusPlusToken ? 1 : -1, frame, machine).after;
  }
  if (ts.isPostfixUnaryExpression(node)) {
    return update(node.operand, node.operator === ts.SyntaxKind.PlusPlusToken ? 1 : -1, frame, machine).before;
  }
  if (ts.isTemplateExpression(node)) return template(node, frame, machine);
  if (ts.isNewExpression(node)) return made(node, frame, machine);
  if (ts.isAwaitExpression(node)) return awaited(node, frame, machine);
  if (ts.isTypeOfExpression(node)) {
    const value = machine.evaluate(node.expression, frame);
    return value instanceof Unknown ? machine.unknown(value.reason, node, value) : typeof value;
  }
  if (ts.isVoidExpression(node)) {
    machine.evaluate(node.expression, frame);
    return undefined;
  }
  if (ts.isDeleteExpression(node)) {
    remove(node.expression, frame, machine);
    return true;
  }
  const inner = wrapped(node);
  if (inner !== undefined) return machine.evaluate(inner, frame);
  switch (node.kind) {
    case ts.SyntaxKind.TrueKeyword:
      return true;
    case ts.SyntaxKind.FalseKeyword:
      return false;
    case ts.SyntaxKind.NullKeyword:
      return null;
    case ts.SyntaxKind.ThisKeyword: {
      const self = frame.self();
      return self === undefined ? machine.unknown("'this' is known only at run time", node) : self.value;
    }
    default:
      return machine.unknown(`'${short(node)}' is known only at run time`, node);
  }
}

function identifier(node: ts.Identifier, frame: Frame, machine: Machine): unknown {
  if (node.text === 'undefined') return undefined;
  const symbol = machine.types.variableAt(node);
  if (symbol === undefined) return machine.unknown(`'${node.text}' is not declared`, node);
  const value = machine.read(symbol, node, frame);
  const mayBeNarrower = value instanceof Unknown && value.type?.isUnion() === true && !value.started;
  return mayBeNarrower ? (machine.types.literal(machine.types.of(node))?.value ?? value) : value;
}

function template(node: ts.TemplateExpression, frame: Frame, machine: Machine): unknown {
  let text = node.head.text;
  for (const { expression: part, literal } of node.templateSpans) {
    const value = primitiveOf(machine.evaluate(part, frame), part, machine);
    if (value instanceof Unknown) return machine.unknown(value.reason, node, value);
    text += `${String(value)}${literal.text}`;
    machine.copy(text.length, node);
  }
  return text;
}

/** Async code is read as if it waited for nothing. */
function awaited(node: ts.AwaitExpression, frame: Frame, machine: Machine): unknown {
  const value = machine.evaluate(node.expression, frame);
  return value instanceof Unknown ? machine.unknown(value.reason, node, value) : value;
}
