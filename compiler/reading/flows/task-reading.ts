import { type TaskDefinition, taskDefinitionOf } from '#authoring';
import { ts } from '../../source/index.js';
import { blaming } from '../ground/blame.js';
import { Frame } from '../ground/frame.js';
import type { Machine } from '../ground/interpreter-state.js';
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
export function tasksIn(files: readonly ts.SourceFile[], machine: Interpreter): readonly TaskReading[] {
  return files.flatMap((file) => blaming(file, () => tasksOf(file, machine)));
}

function tasksOf(file: ts.SourceFile, machine: Interpreter): readonly TaskReading[] {
  const tasks: TaskReading[] = [];
  const called = new Map<ts.Symbol, ts.CallExpression>();
  walk(file, (node) => {
    if (!ts.isCallExpression(node)) return;
    if (machine.library.calledIn(node.expression) === 'defineTask') tasks.push(definedTask(node, machine));
    const target = markedBy(node, machine.library);
    const symbol = target && machine.types.symbolAt(target);
    if (symbol !== undefined) called.set(symbol, node.expression as ts.CallExpression);
  });
  walk(file, (node) => {
    if (!ts.isClassLike(node)) return;
    const symbol = node.name && machine.types.symbolAt(node.name);
    const mark = decoratorOf(node, machine.library) ?? (symbol && called.get(symbol));
    if (mark !== undefined || isMadeTask(node, symbol, machine)) tasks.push(taskClass(node, mark, machine));
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
function isMadeTask(node: ts.ClassLikeDeclaration, symbol: ts.Symbol | undefined, machine: Interpreter): boolean {
  if (symbol === undefined || !ts.canHaveDecorators(node) || ts.getDecorators(node) === undefined) return false;
  let isTask = false;
  machine.everyWay(node, () => {
    isTask ||= taskDefinitionOf(machine.read(symbol, node, new Frame())) !== undefined;
  });
  return isTask;
}

function taskClass(node: ts.ClassLikeDeclaration, mark: ts.CallExpression | undefined, machine: Machine): TaskReading {
  return {
    name: node.name?.text ?? 'a class',
    node,
    at: node.name ?? mark ?? node,
    options: mark && optionsOf(mark),
    execute: methodOfClass(node, 'execute', machine),
    revert: methodOfClass(node, 'revert', machine),
  };
}

function definedTask(node: ts.CallExpression, machine: Machine): TaskReading {
  const options = optionsOf(node);
  const name = options && writtenIn(options, 'name');
  return {
    name: name !== undefined && ts.isStringLiteralLike(name) ? name.text : 'a task',
    node,
    at: name ?? node.expression,
    options,
    execute: options && functionIn(options, 'execute', machine),
    revert: options && functionIn(options, 'revert', machine),
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

function functionIn(object: ts.ObjectLiteralExpression, name: string, machine: Machine): ts.SignatureDeclaration | undefined {
  const method = object.properties.find((one): one is ts.MethodDeclaration => ts.isMethodDeclaration(one) && nameIn(one.name) === name);
  if (method !== undefined) return method;
  const value = writtenIn(object, name);
  return value && functionBehind(value, machine);
}

/** The task behind a definition of a flow. */
export function sourceOf(definition: TaskDefinition, machine: Machine): ts.Node | undefined {
  return machine.origins.of(definition.code.target);
}
