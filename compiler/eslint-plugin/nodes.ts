/** As much of ESTree, and of what typescript-eslint and oxlint add to it, as the rules look at. */
export interface Node {
  readonly type: string;
  readonly parent?: Node | null;
  readonly loc: { readonly start: { readonly line: number } };
}

type Maybe = Node | null | undefined;

/** Which properties the nodes of a type have. */
interface Kinds {
  ArrowFunctionExpression: Code;
  AssignmentExpression: { readonly left: Node; readonly right: Node; readonly operator: string };
  ArrayPattern: { readonly elements: readonly Maybe[] };
  AwaitExpression: { readonly argument: Node };
  BinaryExpression: { readonly operator: string; readonly left: Node; readonly right: Node };
  BlockStatement: { readonly body: readonly Node[] };
  BreakStatement: { readonly label: Maybe };
  CallExpression: { readonly callee: Node; readonly arguments: readonly Node[] };
  ChainExpression: { readonly expression: Node };
  ClassBody: { readonly body: readonly Node[] };
  ClassDeclaration: Class;
  ClassExpression: Class;
  ConditionalExpression: { readonly test: Node; readonly consequent: Node; readonly alternate: Node };
  EmptyStatement: {};
  ExpressionStatement: { readonly expression: Node };
  ForOfStatement: { readonly left: Node; readonly right: Node };
  FunctionDeclaration: Code;
  FunctionExpression: Code;
  Identifier: { readonly name: string };
  IfStatement: { readonly test: Node; readonly consequent: Node; readonly alternate: Maybe };
  ImportDeclaration: { readonly source: NodeOf<'Literal'> };
  ImportExpression: {};
  ImportNamespaceSpecifier: {};
  ImportSpecifier: { readonly imported: NodeOf<'Identifier' | 'Literal'> };
  Literal: { readonly value: unknown };
  LogicalExpression: { readonly operator: string; readonly left: Node; readonly right: Node };
  MemberExpression: { readonly object: Node; readonly property: Node; readonly computed: boolean };
  MethodDefinition: { readonly key: Node; readonly value: Node; readonly computed: boolean; readonly static: boolean };
  NewExpression: { readonly callee: Node };
  ObjectExpression: { readonly properties: readonly Node[] };
  ObjectPattern: { readonly properties: readonly Node[] };
  PrivateIdentifier: { readonly name: string };
  Program: { readonly body: readonly Node[] };
  Property: { readonly key: Node; readonly value: Node; readonly computed: boolean };
  PropertyDefinition: { readonly key: Node; readonly value: Maybe; readonly computed: boolean; readonly static: boolean };
  ReturnStatement: { readonly argument: Maybe };
  RestElement: { readonly argument: Node };
  SequenceExpression: { readonly expressions: readonly Node[] };
  SpreadElement: {};
  SwitchCase: { readonly test: Maybe; readonly consequent: readonly Node[] };
  SwitchStatement: { readonly discriminant: Node; readonly cases: readonly NodeOf<'SwitchCase'>[] };
  TSAsExpression: { readonly expression: Node };
  TSDeclareFunction: Code;
  TSNonNullExpression: { readonly expression: Node };
  TSSatisfiesExpression: { readonly expression: Node };
  TSTypeAssertion: { readonly expression: Node };
  TSUnionType: { readonly types: readonly Node[] };
  TSTypeReference: { readonly typeName: Node };
  TemplateLiteral: { readonly quasis: readonly { readonly value: { readonly cooked: string } }[]; readonly expressions: readonly Node[] };
  ThisExpression: {};
  UnaryExpression: { readonly operator: string; readonly argument: Node };
  UpdateExpression: { readonly argument: Node };
  VariableDeclaration: { readonly declarations: readonly NodeOf<'VariableDeclarator'>[] };
  VariableDeclarator: { readonly id: Node; readonly init: Maybe };
}

interface Code {
  readonly params: readonly Node[];
  readonly body: Maybe;
  readonly async: boolean;
  readonly generator?: boolean;
  readonly returnType?: { readonly typeAnnotation: Node } | null;
}

interface Class {
  readonly id: NodeOf<'Identifier'> | null;
  readonly superClass: Maybe;
  readonly body: NodeOf<'ClassBody'>;
  /** Only parsers that know decorators have them. */
  readonly decorators?: readonly { readonly expression: Node }[];
}

type Kind = keyof Kinds;

/** A node of one of these types. */
export type NodeOf<Type extends Kind> = { [Each in Type]: Node & { readonly type: Each } & Kinds[Each] }[Type];

export type FunctionNode = NodeOf<'ArrowFunctionExpression' | 'FunctionDeclaration' | 'FunctionExpression' | 'TSDeclareFunction'>;
export type ClassNode = NodeOf<'ClassDeclaration' | 'ClassExpression'>;

export function isA<Type extends Kind>(node: Maybe, ...types: readonly Type[]): node is NodeOf<Type> {
  return node !== null && node !== undefined && types.some((type) => type === node.type);
}

export function isFunction(node: Maybe): node is FunctionNode {
  return isA(node, 'ArrowFunctionExpression', 'FunctionDeclaration', 'FunctionExpression', 'TSDeclareFunction');
}

/** What a function is given: what it says of `this` is for a compiler only. */
export function parametersOf({ params }: FunctionNode): readonly Node[] {
  return params.filter((one) => !(isA(one, 'Identifier') && one.name === 'this'));
}

export function isClass(node: Maybe): node is ClassNode {
  return isA(node, 'ClassDeclaration', 'ClassExpression');
}

const WRAPPERS = ['ChainExpression', 'TSAsExpression', 'TSNonNullExpression', 'TSSatisfiesExpression', 'TSTypeAssertion'] as const;

/** Whether a node only says something of the type of what it holds. */
export function isWrapper(node: Maybe): node is NodeOf<(typeof WRAPPERS)[number]> {
  return isA(node, ...WRAPPERS);
}

export function unwrapped(node: Node): Node {
  let inner = node;
  while (isWrapper(inner)) inner = inner.expression;
  return inner;
}

export function isInside(node: Node, outer: Node): boolean {
  for (let at: Maybe = node; at; at = at.parent) if (at === outer) return true;
  return false;
}

/** The text that a literal is, or a template without holes. */
export function textOf(node: Maybe): string | undefined {
  if (isA(node, 'Literal')) return typeof node.value === 'string' ? node.value : undefined;
  return isA(node, 'TemplateLiteral') && node.expressions.length === 0 ? node.quasis[0]?.value.cooked : undefined;
}

/** The name of a property, method or member that is not computed. */
export function keyOf(node: NodeOf<'MemberExpression' | 'MethodDefinition' | 'Property' | 'PropertyDefinition'>): string | undefined {
  const key = isA(node, 'MemberExpression') ? node.property : node.key;
  if (!node.computed && isA(key, 'Identifier')) return key.name;
  return isA(key, 'PrivateIdentifier') ? `#${key.name}` : textOf(key);
}
