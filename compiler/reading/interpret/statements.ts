import { ts } from '../../source/index.js';
import { Frame } from '../ground/frame.js';
import type { Completion, InterpreterState } from '../ground/interpreter-state.js';
import { opened } from '../ground/namespaces.js';
import { short } from '../ground/syntax.js';
import { Thrown, Unknown } from '../ground/unknown.js';
import { itemsOf } from './coercion.js';
import { forget } from './forget.js';
import { loop } from './loops.js';
import { asking } from './operators.js';
import { bind } from './patterns.js';
import { later } from './variables.js';

/** A loop that turns so often on what was only assumed may never end. */
const MOST_ASSUMED_TURNS = 20;

/** Executes statements one after another. */
export function statements(list: readonly ts.Statement[], frame: Frame, interpreter: InterpreterState): Completion {
  for (const one of list) if (ts.isFunctionDeclaration(one)) declareFunction(one, frame, interpreter);
  for (const one of list) {
    const ended = statement(one, frame, interpreter);
    if (ended !== undefined) return ended;
  }
  return undefined;
}

function declareFunction(node: ts.FunctionDeclaration, frame: Frame, interpreter: InterpreterState): void {
  const symbol = node.name && interpreter.types.symbolAt(node.name);
  if (symbol !== undefined && node.body !== undefined) frame.declare(symbol, interpreter.functionOf(node, frame));
}

function statement(node: ts.Statement, frame: Frame, interpreter: InterpreterState): Completion {
  interpreter.spend(node);
  if (ts.isVariableStatement(node)) declare(node.declarationList, frame, interpreter);
  else if (ts.isExpressionStatement(node)) interpreter.evaluate(node.expression, frame);
  else if (ts.isReturnStatement(node)) {
    return { kind: 'return', value: node.expression === undefined ? undefined : interpreter.evaluate(node.expression, frame) };
  } else if (ts.isIfStatement(node)) {
    const holds = interpreter.holds(interpreter.evaluate(node.expression, frame), node.expression);
    const branch = holds ? node.thenStatement : node.elseStatement;
    return branch && statement(branch, frame, interpreter);
  } else if (ts.isBlock(node)) return statements(node.statements, new Frame(frame), interpreter);
  else if (ts.isForOfStatement(node)) return forOf(node, frame, interpreter);
  else if (ts.isForInStatement(node)) return forIn(node, frame, interpreter);
  else if (ts.isForStatement(node)) return forEver(node, frame, interpreter);
  else if (ts.isWhileStatement(node)) return whilst(node, frame, interpreter, true);
  else if (ts.isDoStatement(node)) return whilst(node, frame, interpreter, false);
  else if (ts.isSwitchStatement(node)) return choose(node, frame, interpreter);
  else if (ts.isTryStatement(node)) return attempt(node, frame, interpreter);
  else if (ts.isThrowStatement(node)) throw new Thrown();
  else if (ts.isBreakStatement(node)) return { kind: 'break', label: node.label?.text };
  else if (ts.isContinueStatement(node)) return { kind: 'continue', label: node.label?.text };
  else if (ts.isLabeledStatement(node)) return labeled(node, frame, interpreter);
  else if (ts.isClassDeclaration(node)) {
    const symbol = node.name && interpreter.types.symbolAt(node.name);
    if (symbol !== undefined) frame.declare(symbol, interpreter.classOf(node, frame));
  }
  return undefined;
}

function labeled(node: ts.LabeledStatement, frame: Frame, interpreter: InterpreterState): Completion {
  const ended = statement(node.statement, frame, interpreter);
  return ended?.kind === 'break' && ended.label === node.label.text ? undefined : ended;
}

/** What the source itself throws is caught here; what only a run may throw is not looked for. */
function attempt({ tryBlock, catchClause, finallyBlock }: ts.TryStatement, frame: Frame, interpreter: InterpreterState): Completion {
  const block = ({ statements: list }: ts.Block, inside = new Frame(frame)): Completion => statements(list, inside, interpreter);
  const caught = ({ variableDeclaration, block: handler }: ts.CatchClause): Completion => {
    const inside = new Frame(frame);
    if (variableDeclaration !== undefined) {
      const { name } = variableDeclaration;
      bind(name, interpreter.unknown('what is thrown is known only at run time', name), inside, interpreter);
    }
    return block(handler, inside);
  };
  let ended: Completion;
  let thrown: unknown;
  try {
    try {
      ended = block(tryBlock);
    } catch (error) {
      if (!(error instanceof Thrown) || catchClause === undefined) throw error;
      ended = caught(catchClause);
    }
  } catch (error) {
    if (!(error instanceof Thrown) || finallyBlock === undefined) throw error;
    thrown = error;
  }
  const last = finallyBlock && block(finallyBlock);
  if (last === undefined && thrown !== undefined) throw thrown;
  return last ?? ended;
}

export function declare(list: ts.VariableDeclarationList, frame: Frame, interpreter: InterpreterState): void {
  const into = list.flags & ts.NodeFlags.BlockScoped ? frame : frame.ofFunction();
  for (const declaration of list.declarations) {
    const { name, initializer } = declaration;
    const value = initializer === undefined ? later(declaration, interpreter) : interpreter.evaluate(initializer, frame);
    bind(name, value, frame, interpreter, into);
  }
}

function forOf(node: ts.ForOfStatement, frame: Frame, interpreter: InterpreterState): Completion {
  const values = interpreter.evaluate(node.expression, frame);
  return each(node, itemsOf(values, node.expression, interpreter), frame, interpreter);
}

function forIn(node: ts.ForInStatement, frame: Frame, interpreter: InterpreterState): Completion {
  const value = opened(interpreter.evaluate(node.expression, frame), node.expression, interpreter);
  const known = interpreter.realm.isOwn(value) && !interpreter.origins.isOpen(value);
  return each(node, known ? Object.keys(value) : undefined, frame, interpreter);
}

function each(
  node: ts.ForInOrOfStatement,
  values: readonly unknown[] | undefined,
  frame: Frame,
  interpreter: InterpreterState,
): Completion {
  const { initializer } = node;
  if (values === undefined || !ts.isVariableDeclarationList(initializer)) {
    forget(node, `it changes in a loop over '${short(node.expression)}', which is known only at run time`, frame, interpreter);
    return undefined;
  }
  const [variable] = initializer.declarations;
  for (const value of values) {
    const turn = new Frame(frame);
    if (variable !== undefined) bind(variable.name, value, turn, interpreter);
    const ended = loop(statement(node.statement, turn, interpreter), node);
    if (ended.leave) return ended.completion;
  }
  return undefined;
}

function forEver(node: ts.ForStatement, around: Frame, interpreter: InterpreterState): Completion {
  const frame = new Frame(around);
  const { initializer, condition, incrementor } = node;
  if (initializer !== undefined) {
    if (ts.isVariableDeclarationList(initializer)) declare(initializer, frame, interpreter);
    else interpreter.evaluate(initializer, frame);
  }
  return turning(node, condition, true, incrementor, frame, interpreter);
}

function whilst(node: ts.WhileStatement | ts.DoStatement, frame: Frame, interpreter: InterpreterState, first: boolean): Completion {
  return turning(node, node.expression, first, undefined, frame, interpreter);
}

/** Turns a loop until its condition no longer holds, or until it is unknown whether it does. */
function turning(
  node: ts.IterationStatement,
  condition: ts.Expression | undefined,
  first: boolean,
  after: ts.Expression | undefined,
  frame: Frame,
  interpreter: InterpreterState,
): Completion {
  const before = interpreter.oracle.asked;
  for (let turns = 0; ; turns++) {
    const { asked } = interpreter.oracle;
    const value = condition === undefined || (turns === 0 && !first) ? true : interpreter.evaluate(condition, frame);
    const unsure = interpreter.oracle.asked > asked || (turns >= MOST_ASSUMED_TURNS && asked > before);
    if (value instanceof Unknown || unsure) {
      forget(node, `it changes in a loop while '${short(condition ?? node)}', which is known only at run time`, frame, interpreter);
      return undefined;
    }
    if (!value) return undefined;
    const ended = loop(statement(node.statement, new Frame(frame), interpreter), node);
    if (ended.leave) return ended.completion;
    if (after !== undefined) interpreter.evaluate(after, frame);
  }
}

function choose(node: ts.SwitchStatement, around: Frame, interpreter: InterpreterState): Completion {
  const value = interpreter.evaluate(node.expression, around);
  const { clauses } = node.caseBlock;
  const hit = (clause: ts.CaseOrDefaultClause): boolean => {
    if (ts.isDefaultClause(clause)) return false;
    const label = interpreter.evaluate(clause.expression, around);
    const question = value instanceof Unknown && asking(value, node.expression, label, false, clause.expression, interpreter);
    if (question) return interpreter.holds(question, clause.expression);
    return label instanceof Unknown || value instanceof Unknown ? interpreter.oracle.answer(clause) : label === value;
  };
  const found = clauses.findIndex(hit);
  const start = found >= 0 ? found : clauses.findIndex(ts.isDefaultClause);
  if (start < 0) return undefined;
  const frame = new Frame(around);
  for (const clause of clauses.slice(start)) {
    const ended = statements(clause.statements, frame, interpreter);
    if (ended !== undefined) return ended.kind === 'break' && ended.label === undefined ? undefined : ended;
  }
  return undefined;
}
