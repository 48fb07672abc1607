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
  /** The same, or one of those that a decorator is composed of. */
  const markIn = (expression: Node): NodeOf<'CallExpression'> | undefined => {
    const node = unwrapped(expression);
    if (isMark(node)) return node;
    const parts = argumentsOf(node);
    return parts.map(markIn).find((mark) => mark !== undefined);
  };
  walk(code.ast, code, (node) => {
    if (isClass(node)) {
      const mark = node.decorators?.map(({ expression }) => markIn(expression)).find((one) => one !== undefined);
      if (mark !== undefined) tasks.push(taskClass(node, mark, code));
    } else if (isA(node, 'CallExpression')) {
      const target = isMark(node.callee) ? node.arguments[0] : undefined;
      const marked = isA(target, 'Identifier') ? variableOf(target, code)?.defs[0]?.node : target;
      if (isMark(node.callee) && isClass(marked)) tasks.push(taskClass(marked, node.callee, code));
      else if (library.nameOf(node.callee) === 'defineTask') tasks.push(definedTask(node, code));
    }
    return true;
  });
  return tasks;
}

/** What a call is given; nothing of what is no call. */
function argumentsOf(node: Node): readonly Node[] {
  return isA(node, 'CallExpression') ? node.arguments : [];
}

function taskClass(node: ClassNode, mark: NodeOf<'CallExpression'>, code: SourceCode): TaskNode {
  const methods = METHODS.flatMap((name) => methodOfClass(node, name, code) ?? []);
  const name = node.id?.name ?? 'a class';
  return { name, class: node, at: node.id ?? mark, options: optionsOf(mark), bare: mark.arguments.length === 0, methods };
}

/** Wherever it is written: as a method, a field or in the constructor, in this class or in one of this file that it extends. */
function methodOfClass(node: ClassNode, name: MethodNode['name'], code: SourceCode): MethodNode | undefined {
  const seen = new Set<ClassNode>();
  for (let at: ClassNode | undefined = node; at !== undefined && !seen.has(at); at = baseOf(at, code)) {
    seen.add(at);
    const found = assignedIn(at, name) ?? writtenIn(at, name, code);
    if (found !== undefined) return found;
  }
  return undefined;
}

function writtenIn(node: ClassNode, name: MethodNode['name'], code: SourceCode): MethodNode | undefined {
  for (const member of node.body.body) {
    if (!isA(member, 'MethodDefinition', 'PropertyDefinition') || member.static || keyOf(member) !== name || !member.value) continue;
    const [found] = methodOf(name, functionBehind(member.value, code), member.key);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** `this.revert = …` in the constructor: it comes last. */
function assignedIn(node: ClassNode, name: MethodNode['name']): MethodNode | undefined {
  const made = node.body.body.find((member) => isA(member, 'MethodDefinition') && keyOf(member) === 'constructor');
  const body = isA(made, 'MethodDefinition') && isFunction(made.value) ? made.value.body : undefined;
  for (const statement of isA(body, 'BlockStatement') ? [...body.body].reverse() : []) {
    const assigned = isA(statement, 'ExpressionStatement') ? statement.expression : undefined;
    if (!isA(assigned, 'AssignmentExpression') || !isA(assigned.left, 'MemberExpression')) continue;
    const { left, right } = assigned;
    if (!isA(left.object, 'ThisExpression') || keyOf(left) !== name) continue;
    const [found] = methodOf(name, unwrapped(right), left);
    if (found !== undefined) return found;
  }
  return undefined;
}

function baseOf({ superClass }: ClassNode, code: SourceCode): ClassNode | undefined {
  const base = superClass && unwrapped(superClass);
  const declared = isA(base, 'Identifier') ? variableOf(base, code)?.defs[0]?.node : undefined;
  return isClass(declared) ? declared : undefined;
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
