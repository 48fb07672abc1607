import { ts } from '../../source/index.js';
import type { Frame } from '../ground/frame.js';
import type { InterpreterState } from '../ground/interpreter-state.js';
import { short, wrapped } from '../ground/syntax.js';
import { Unknown } from '../ground/unknown.js';
import { access } from './access.js';
import { primitiveOf } from './coercion.js';
import { made } from './instances.js';
import { arrayOf, objectOf } from './literals.js';
import { binary, prefixed } from './operators.js';
import { remove, update } from './variables.js';

/** The value of an expression. */
export function expression(node: ts.Expression, frame: Frame, interpreter: InterpreterState): unknown {
  if (ts.isStringLiteralLike(node)) return node.text;
  if (ts.isNumericLiteral(node)) return Number(node.text);
  if (ts.isIdentifier(node)) return identifier(node, frame, interpreter);
  if (ts.isCallExpression(node)) return interpreter.call(node, frame);
  if (ts.isPropertyAccessExpression(node) || ts.isElementAccessExpression(node)) return access(node, frame, interpreter);
  if (ts.isObjectLiteralExpression(node)) return objectOf(node, frame, interpreter);
  if (ts.isArrayLiteralExpression(node))
    return interpreter.origins.set(interpreter.realm.own(arrayOf(node.elements, frame, interpreter)), node);
  if (ts.isArrowFunction(node) || ts.isFunctionExpression(node)) return interpreter.functionOf(node, frame);
  if (ts.isClassExpression(node)) return interpreter.classOf(node, frame);
  if (ts.isConditionalExpression(node)) {
    const holds = interpreter.holds(interpreter.evaluate(node.condition, frame), node.condition);
    return interpreter.evaluate(holds ? node.whenTrue : node.whenFalse, frame);
  }
  if (ts.isBinaryExpression(node)) return binary(node, frame, interpreter);
  if (ts.isPrefixUnaryExpression(node)) {
    const { operator, operand } = node;
    if (operator !== ts.SyntaxKind.PlusPlusToken && operator !== ts.SyntaxKind.MinusMinusToken) return prefixed(node, frame, interpreter);
    return update(operand, operator === ts.SyntaxKind.PlusPlusToken ? 1 : -1, frame, interpreter).after;
  }
  if (ts.isPostfixUnaryExpression(node)) {
    return update(node.operand, node.operator === ts.SyntaxKind.PlusPlusToken ? 1 : -1, frame, interpreter).before;
  }
  if (ts.isTemplateExpression(node)) return template(node, frame, interpreter);
  if (ts.isNewExpression(node)) return made(node, frame, interpreter);
  if (ts.isAwaitExpression(node)) return awaited(node, frame, interpreter);
  if (ts.isTypeOfExpression(node)) {
    const value = interpreter.evaluate(node.expression, frame);
    return value instanceof Unknown ? interpreter.unknown(value.reason, node, value) : typeof value;
  }
  if (ts.isVoidExpression(node)) {
    interpreter.evaluate(node.expression, frame);
    return undefined;
  }
  if (ts.isDeleteExpression(node)) {
    remove(node.expression, frame, interpreter);
    return true;
  }
  const inner = wrapped(node);
  if (inner !== undefined) return interpreter.evaluate(inner, frame);
  switch (node.kind) {
    case ts.SyntaxKind.TrueKeyword:
      return true;
    case ts.SyntaxKind.FalseKeyword:
      return false;
    case ts.SyntaxKind.NullKeyword:
      return null;
    case ts.SyntaxKind.ThisKeyword: {
      const self = frame.self();
      return self === undefined ? interpreter.unknown("'this' is known only at run time", node) : self.value;
    }
    default:
      return interpreter.unknown(`'${short(node)}' is known only at run time`, node);
  }
}

function identifier(node: ts.Identifier, frame: Frame, interpreter: InterpreterState): unknown {
  if (node.text === 'undefined') return undefined;
  const symbol = interpreter.types.variableAt(node);
  if (symbol === undefined) return interpreter.unknown(`'${node.text}' is not declared`, node);
  const value = interpreter.read(symbol, node, frame);
  const mayBeNarrower = value instanceof Unknown && value.type?.isUnion() === true && !value.started;
  return mayBeNarrower ? (interpreter.types.literal(interpreter.types.of(node))?.value ?? value) : value;
}

function template(node: ts.TemplateExpression, frame: Frame, interpreter: InterpreterState): unknown {
  let text = node.head.text;
  for (const { expression: part, literal } of node.templateSpans) {
    const value = primitiveOf(interpreter.evaluate(part, frame), part, interpreter);
    if (value instanceof Unknown) return interpreter.unknown(value.reason, node, value);
    text += `${String(value)}${literal.text}`;
    interpreter.copy(text.length, node);
  }
  return text;
}

/** Async code is read as if it waited for nothing. */
function awaited(node: ts.AwaitExpression, frame: Frame, interpreter: InterpreterState): unknown {
  const value = interpreter.evaluate(node.expression, frame);
  return value instanceof Unknown ? interpreter.unknown(value.reason, node, value) : value;
}
