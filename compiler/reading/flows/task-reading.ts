import { type TaskDefinition, taskDefinitionOf } from '#authoring';
import { ts } from '../../source/index.js';
import { blaming } from '../ground/blame.js';
import { Frame } from '../ground/frame.js';
import type { InterpreterState } from '../ground/interpreter-state.js';
import type { Library } from '../ground/library.js';
import { unwrapped, walk } from '../ground/syntax.js';
import { functionBehind, methodOfClass, nameIn } from '../interpret/class-methods.js';
import type { Interpreter } from '../interpret/interpreter.js';

/** A task as it stands in the source. */
export interface TaskReading {
  /** Of the class, or the `name` of a defined task. */
  readonly name: string;
  readonly node: ts.ClassLikeDeclaration | ts.CallExpression;
  /** Where messages about the whole of it point. */
  readonly at: ts.Node;
  /** What `@Task` or `defineTask` was given, if it was written there. */
  readonly options: ts.ObjectLiteralExpression | undefined;
  readonly execute: ts.SignatureDeclaration | undefined;
  readonly revert: ts.SignatureDeclaration | undefined;
}

/** All tasks of these files, used in flows or not. */
export function tasksIn(files: readonly ts.SourceFile[], interpreter: Interpreter): readonly TaskReading[] {
  return files.flatMap((file) => blaming(file, () => tasksOf(file, interpreter)));
}

function tasksOf(file: ts.SourceFile, interpreter: Interpreter): readonly TaskReading[] {
  const tasks: TaskReading[] = [];
  const called = new Map<ts.Symbol, ts.CallExpression>();
  walk(file, (node) => {
    if (!ts.isCallExpression(node)) return;
    if (interpreter.library.calledIn(node.expression) === 'defineTask') tasks.push(definedTask(node, interpreter));
    const target = markedBy(node, interpreter.library);
    const symbol = target && interpreter.types.symbolAt(target);
    if (symbol !== undefined) called.set(symbol, node.expression as ts.CallExpression);
  });
  walk(file, (node) => {
    if (!ts.isClassLike(node)) return;
    const symbol = node.name && interpreter.types.symbolAt(node.name);
    const mark = decoratorOf(node, interpreter.library) ?? (symbol && called.get(symbol));
    if (mark !== undefined || isMadeTask(node, symbol, interpreter)) tasks.push(taskClass(node, mark, interpreter));
  });
  return tasks;
}

/** The class in `Task({ … })(CreateVolume)`. */
function markedBy(node: ts.CallExpression, library: Library): ts.Expression | undefined {
  return ts.isCallExpression(node.expression) && library.calledIn(node.expression.expression) === 'Task' ? node.arguments[0] : undefined;
}

function decoratorOf(node: ts.ClassLikeDeclaration, library: Library): ts.CallExpression | undefined {
  const decorators = (ts.canHaveDecorators(node) && ts.getDecorators(node)) || [];
  for (const { expression } of decorators) {
    const mark = markIn(expression, library);
    if (mark !== undefined) return mark;
  }
  return undefined;
}

/** `Task({ … })`, or the same among what another decorator is composed of. */
function markIn(expression: ts.Expression, library: Library): ts.CallExpression | undefined {
  const call = unwrapped(expression);
  if (!ts.isCallExpression(call)) return undefined;
  if (library.calledIn(call.expression) === 'Task') return call;
  for (const part of call.arguments) {
    const mark = markIn(part, library);
    if (mark !== undefined) return mark;
  }
  return undefined;
}

/** Whether a decorator of the project's own makes it a task. */
function isMadeTask(node: ts.ClassLikeDeclaration, symbol: ts.Symbol | undefined, interpreter: Interpreter): boolean {
  if (symbol === undefined || !ts.canHaveDecorators(node) || ts.getDecorators(node) === undefined) return false;
  let isTask = false;
  interpreter.allPaths(node, () => {
    isTask ||= taskDefinitionOf(interpreter.read(symbol, node, new Frame())) !== undefined;
  });
  return isTask;
}

function taskClass(node: ts.ClassLikeDeclaration, mark: ts.CallExpression | undefined, interpreter: InterpreterState): TaskReading {
  return {
    name: node.name?.text ?? 'a class',
    node,
    at: node.name ?? mark ?? node,
    options: mark && optionsOf(mark),
    execute: methodOfClass(node, 'execute', interpreter),
    revert: methodOfClass(node, 'revert', interpreter),
  };
}

function definedTask(node: ts.CallExpression, interpreter: InterpreterState): TaskReading {
  const options = optionsOf(node);
  const name = options && writtenIn(options, 'name');
  return {
    name: name !== undefined && ts.isStringLiteralLike(name) ? name.text : 'a task',
    node,
    at: name ?? node.expression,
    options,
    execute: options && functionIn(options, 'execute', interpreter),
    revert: options && functionIn(options, 'revert', interpreter),
  };
}

function optionsOf(call: ts.CallExpression): ts.ObjectLiteralExpression | undefined {
  const [argument] = call.arguments;
  const options = argument && unwrapped(argument);
  return options !== undefined && ts.isObjectLiteralExpression(options) ? options : undefined;
}

/** What an object literal says under a name; nothing for methods and spreads. */
export function writtenIn(object: ts.ObjectLiteralExpression, name: string): ts.Expression | undefined {
  const property = object.properties.find((one) => one.name?.getText().replace(/^['"]|['"]$/g, '') === name);
  if (property === undefined) return undefined;
  if (ts.isPropertyAssignment(property)) return unwrapped(property.initializer);
  return ts.isShorthandPropertyAssignment(property) ? property.name : undefined;
}

function functionIn(object: ts.ObjectLiteralExpression, name: string, interpreter: InterpreterState): ts.SignatureDeclaration | undefined {
  const method = object.properties.find((one): one is ts.MethodDeclaration => ts.isMethodDeclaration(one) && nameIn(one.name) === name);
  if (method !== undefined) return method;
  const value = writtenIn(object, name);
  return value && functionBehind(value, interpreter);
}

/** The task behind a definition of a flow. */
export function sourceOf(definition: TaskDefinition, interpreter: InterpreterState): ts.Node | undefined {
  return interpreter.origins.of(definition.code.target);
}
