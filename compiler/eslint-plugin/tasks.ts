import { libraryOf } from './library.js';
import { type SourceCode, variableOf, walk } from './linter.js';
import { type ClassNode, type FunctionNode, isA, isClass, isFunction, keyOf, type Node, type NodeOf, textOf, unwrapped } from './nodes.js';

/** A task as it stands in one file. */
export interface TaskNode {
  /** Of the class, or the `name` of a defined task. */
  readonly name: string;
  readonly class: ClassNode | undefined;
  /** Where messages about the whole of it point. */
  readonly at: Node;
  /** What `@Task` or `defineTask` was given; `undefined` where that is written elsewhere, or nothing was. */
  readonly options: NodeOf<'ObjectExpression'> | undefined;
  /** It was given nothing at all. */
  readonly bare: boolean;
  readonly methods: readonly MethodNode[];
}

export interface MethodNode {
  readonly name: 'execute' | 'revert';
  readonly function: FunctionNode;
  readonly body: Node;
  /** What names it. */
  readonly at: Node;
}

const METHODS = ['execute', 'revert'] as const;
const known = new WeakMap<Node, readonly TaskNode[]>();

/** All tasks of a file; found once for all rules. */
export function tasksIn(code: SourceCode): readonly TaskNode[] {
  let tasks = known.get(code.ast);
  if (tasks === undefined) {
    tasks = found(code);
    known.set(code.ast, tasks);
  }
  return tasks;
}

function found(code: SourceCode): readonly TaskNode[] {
  const library = libraryOf(code);
  const tasks: TaskNode[] = [];
  /** The call in `@Task({ … })`, or in `Task({ … })(Target)`. */
  const isMark = (node: Node | undefined): node is NodeOf<'CallExpression'> =>
    isA(node, 'CallExpression') && library.nameOf(node.callee) === 'Task';
  walk(code.ast, code, (node) => {
    if (isClass(node)) {
      const mark = node.decorators?.map(({ expression }) => expression).find(isMark);
      if (mark !== undefined) tasks.push(taskClass(node, mark));
    } else if (isA(node, 'CallExpression')) {
      const target = isMark(node.callee) ? node.arguments[0] : undefined;
      const marked = isA(target, 'Identifier') ? variableOf(target, code)?.defs[0]?.node : target;
      if (isMark(node.callee) && isClass(marked)) tasks.push(taskClass(marked, node.callee));
      else if (library.nameOf(node.callee) === 'defineTask') tasks.push(definedTask(node, code));
    }
    return true;
  });
  return tasks;
}

function taskClass(node: ClassNode, mark: NodeOf<'CallExpression'>): TaskNode {
  const methods = METHODS.flatMap((name) => {
    const method = node.body.body.find(
      (member): member is NodeOf<'MethodDefinition'> =>
        isA(member, 'MethodDefinition') && !member.static && keyOf(member) === name && isFunction(member.value),
    );
    return method === undefined ? [] : methodOf(name, method.value, method.key);
  });
  const name = node.id?.name ?? 'a class';
  return { name, class: node, at: node.id ?? mark, options: optionsOf(mark), bare: mark.arguments.length === 0, methods };
}

function definedTask(node: NodeOf<'CallExpression'>, code: SourceCode): TaskNode {
  const options = optionsOf(node);
  const name = options && propertyOf(options, 'name')?.value;
  const methods = METHODS.flatMap((method) => {
    const property = options && propertyOf(options, method);
    return property === undefined ? [] : methodOf(method, functionBehind(property.value, code), property.key);
  });
  return { name: textOf(name) ?? 'a task', class: undefined, at: name ?? node.callee, options, bare: node.arguments.length === 0, methods };
}

function methodOf(name: MethodNode['name'], node: Node | undefined, at: Node): MethodNode[] {
  return isFunction(node) && node.body ? [{ name, function: node, body: node.body, at }] : [];
}

function optionsOf({ arguments: [given] }: NodeOf<'CallExpression'>): NodeOf<'ObjectExpression'> | undefined {
  const options = given && unwrapped(given);
  return isA(options, 'ObjectExpression') ? options : undefined;
}

/** What an object literal says under a name. */
export function propertyOf(object: NodeOf<'ObjectExpression'>, name: string): NodeOf<'Property'> | undefined {
  return object.properties.find((one): one is NodeOf<'Property'> => isA(one, 'Property') && keyOf(one) === name);
}

/** The function that an expression is, or that the constant of this file has which it names. */
export function functionBehind(expression: Node, code: SourceCode): FunctionNode | undefined {
  const node = unwrapped(expression);
  if (isFunction(node)) return node;
  const definition = isA(node, 'Identifier') ? variableOf(node, code)?.defs[0] : undefined;
  const declared = definition?.node;
  // A parameter is defined by its function, too, and is none.
  if (isFunction(declared)) return definition?.type === 'FunctionName' ? declared : undefined;
  const initial = isA(declared, 'VariableDeclarator') && isA(declared.id, 'Identifier') ? declared.init : undefined;
  const value = initial ? unwrapped(initial) : undefined;
  return isFunction(value) ? value : undefined;
}
