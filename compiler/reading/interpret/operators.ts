import { ts } from '../../source/index.js';
import type { Frame } from '../ground/frame.js';
import type { InterpreterState } from '../ground/interpreter-state.js';
import { opened } from '../ground/namespaces.js';
import { isObject } from '../ground/origins.js';
import { short, unwrapped } from '../ground/syntax.js';
import { Unknown } from '../ground/unknown.js';
import { primitiveOf } from './coercion.js';
import { assign } from './variables.js';

type Operator = (left: unknown, right: unknown) => unknown;

const numbers =
  (operate: (left: number, right: number) => unknown): Operator =>
  (left, right) =>
    operate(left as number, right as number);

const OPERATORS: ReadonlyMap<ts.SyntaxKind, Operator> = new Map<ts.SyntaxKind, Operator>([
  [ts.SyntaxKind.PlusToken, (left, right) => (left as string) + (right as string)],
  [ts.SyntaxKind.MinusToken, numbers((left, right) => left - right)],
  [ts.SyntaxKind.AsteriskToken, numbers((left, right) => left * right)],
  [ts.SyntaxKind.SlashToken, numbers((left, right) => left / right)],
  [ts.SyntaxKind.PercentToken, numbers((left, right) => left % right)],
  [ts.SyntaxKind.AsteriskAsteriskToken, numbers((left, right) => left ** right)],
  [ts.SyntaxKind.LessThanToken, numbers((left, right) => left < right)],
  [ts.SyntaxKind.LessThanEqualsToken, numbers((left, right) => left <= right)],
  [ts.SyntaxKind.GreaterThanToken, numbers((left, right) => left > right)],
  [ts.SyntaxKind.GreaterThanEqualsToken, numbers((left, right) => left >= right)],
  [ts.SyntaxKind.EqualsEqualsEqualsToken, (left, right) => left === right],
  [ts.SyntaxKind.ExclamationEqualsEqualsToken, (left, right) => left !== right],
  // biome-ignore lint/suspicious/noDoubleEquals: it reads what the source says
  [ts.SyntaxKind.EqualsEqualsToken, (left, right) => left == right],
  // biome-ignore lint/suspicious/noDoubleEquals: it reads what the source says
  [ts.SyntaxKind.ExclamationEqualsToken, (left, right) => left != right],
]);

const COMPOUND: ReadonlyMap<ts.SyntaxKind, ts.SyntaxKind> = new Map([
  [ts.SyntaxKind.PlusEqualsToken, ts.SyntaxKind.PlusToken],
  [ts.SyntaxKind.MinusEqualsToken, ts.SyntaxKind.MinusToken],
  [ts.SyntaxKind.AsteriskEqualsToken, ts.SyntaxKind.AsteriskToken],
  [ts.SyntaxKind.SlashEqualsToken, ts.SyntaxKind.SlashToken],
]);

export function binary(node: ts.BinaryExpression, frame: Frame, interpreter: InterpreterState): unknown {
  const { left, right, operatorToken } = node;
  const { kind } = operatorToken;
  switch (kind) {
    case ts.SyntaxKind.EqualsToken: {
      const value = interpreter.evaluate(right, frame);
      assign(left, value, frame, interpreter);
      return value;
    }
    case ts.SyntaxKind.CommaToken:
      interpreter.evaluate(left, frame);
      return interpreter.evaluate(right, frame);
    case ts.SyntaxKind.AmpersandAmpersandToken: {
      const value = interpreter.evaluate(left, frame);
      return interpreter.holds(value, left) ? interpreter.evaluate(right, frame) : settled(value, false);
    }
    case ts.SyntaxKind.BarBarToken: {
      const value = interpreter.evaluate(left, frame);
      return interpreter.holds(value, left) ? value : interpreter.evaluate(right, frame);
    }
    case ts.SyntaxKind.QuestionQuestionToken: {
      const value = interpreter.evaluate(left, frame);
      if (value instanceof Unknown) return interpreter.oracle.answer(value.at, left) ? value : interpreter.evaluate(right, frame);
      return value ?? interpreter.evaluate(right, frame);
    }
    default: {
      const value = apply(kind, [interpreter.evaluate(left, frame), interpreter.evaluate(right, frame)], node, interpreter);
      if (kind >= ts.SyntaxKind.FirstAssignment && kind <= ts.SyntaxKind.LastAssignment) assign(left, value, frame, interpreter);
      return value;
    }
  }
}

/** `unknown && x` that did not hold is something that counts as false. */
function settled(value: unknown, otherwise: boolean): unknown {
  return value instanceof Unknown ? otherwise : value;
}

/** These compare objects as they are; all others make texts or numbers of them. */
const COMPARING: ReadonlySet<ts.SyntaxKind> = new Set([ts.SyntaxKind.EqualsEqualsEqualsToken, ts.SyntaxKind.ExclamationEqualsEqualsToken]);

function apply(
  kind: ts.SyntaxKind,
  operands: readonly [unknown, unknown],
  node: ts.BinaryExpression,
  interpreter: InterpreterState,
): unknown {
  if (kind === ts.SyntaxKind.InKeyword) return isIn(operands, node, interpreter);
  const operate = OPERATORS.get(COMPOUND.get(kind) ?? kind);
  if (operate === undefined) return interpreter.unknown(`'${node.operatorToken.getText()}' is known only at run time`, node);
  const [left, right] = COMPARING.has(kind) ? operands : operands.map((operand) => primitiveOf(operand, node, interpreter));
  const question = questionIn(kind, left, right, node, interpreter);
  if (question !== undefined) return question;
  const unknown = [left, right].find((operand) => operand instanceof Unknown);
  if (unknown instanceof Unknown) return interpreter.unknown(unknown.reason, node, unknown);
  const value = operate(left, right);
  if (typeof value === 'string') interpreter.copy(value.length, node);
  return value;
}

const EQUAL: ReadonlyMap<ts.SyntaxKind, boolean> = new Map([
  [ts.SyntaxKind.EqualsEqualsEqualsToken, true],
  [ts.SyntaxKind.EqualsEqualsToken, true],
  [ts.SyntaxKind.ExclamationEqualsEqualsToken, false],
  [ts.SyntaxKind.ExclamationEqualsToken, false],
]);

/** `mode === 'fast'`, of which only a run knows the mode. */
function questionIn(
  kind: ts.SyntaxKind,
  left: unknown,
  right: unknown,
  node: ts.BinaryExpression,
  interpreter: InterpreterState,
): Unknown | undefined {
  const isEqual = EQUAL.get(kind);
  if (isEqual === undefined || left instanceof Unknown === right instanceof Unknown) return undefined;
  const [unknown, value, operand] = left instanceof Unknown ? [left, right, node.left] : [right as Unknown, left, node.right];
  return asking(unknown, operand, value, !isEqual, node, interpreter);
}

/** Whether something unknown is one value; `undefined` for what can't be asked so. */
export function asking(
  unknown: Unknown,
  operand: ts.Expression,
  value: unknown,
  negated: boolean,
  at: ts.Expression,
  { types }: InterpreterState,
): Unknown | undefined {
  if (isObject(value)) return undefined;
  const question = { of: unwrapped(operand).getText(), value, values: types.literals(types.of(operand)), negated };
  return new Unknown(unknown.reason, unknown.at, types.of(at), unknown.started, question);
}

function isIn([key, given]: readonly [unknown, unknown], node: ts.BinaryExpression, interpreter: InterpreterState): unknown {
  const object = opened(given, node.right, interpreter);
  const unknown = [key, object].find((operand) => operand instanceof Unknown);
  if (unknown instanceof Unknown) return interpreter.unknown(unknown.reason, node, unknown);
  if (!interpreter.realm.isOwn(object) || typeof key !== 'string')
    return interpreter.unknown(`'${short(node)}' is known only at run time`, node);
  if (interpreter.realm.find(object, key) !== undefined) return true;
  return interpreter.origins.isOpen(object) || key in object
    ? interpreter.unknown(`'${short(node)}' is known only at run time`, node)
    : false;
}

export function prefixed(node: ts.PrefixUnaryExpression, frame: Frame, interpreter: InterpreterState): unknown {
  const operand = interpreter.evaluate(node.operand, frame);
  if (node.operator === ts.SyntaxKind.ExclamationToken) return !interpreter.holds(operand, node.operand);
  const value = primitiveOf(operand, node, interpreter);
  if (value instanceof Unknown) return interpreter.unknown(value.reason, node, value);
  switch (node.operator) {
    case ts.SyntaxKind.MinusToken:
      return -(value as number);
    case ts.SyntaxKind.PlusToken:
      return Number(value);
    default:
      return ~(value as number);
  }
}
