import type { Node, NodeOf } from './nodes.js';

/** As much of what ESLint and oxlint hand to rules as these use. */
export interface Context {
  readonly sourceCode: SourceCode;
  report(problem: { readonly node: Node; readonly messageId: string; readonly data: Readonly<Record<string, string>> }): void;
}

export interface SourceCode {
  readonly ast: NodeOf<'Program'>;
  readonly lines: readonly string[];
  readonly visitorKeys: Readonly<Record<string, readonly string[] | undefined>>;
  getText(node: Node): string;
  getCommentsInside(node: Node): readonly unknown[];
  getScope(node: Node): Scope;
  getDeclaredVariables(node: Node): readonly Variable[];
}

export interface Scope {
  readonly set: ReadonlyMap<string, Variable>;
  readonly upper: Scope | null;
}

export interface Variable {
  readonly name: string;
  readonly defs: readonly { readonly type: string; readonly node: Node; readonly name: Node }[];
  readonly references: readonly Reference[];
}

interface Reference {
  readonly identifier: Node;
  /** It is where the variable gets its first value. */
  readonly init?: boolean | null;
  isWrite(): boolean;
}

/** The variable that an identifier means where it stands; `undefined`: it is global, or declared elsewhere. */
export function variableOf(identifier: NodeOf<'Identifier'>, code: SourceCode): Variable | undefined {
  for (let scope: Scope | null = code.getScope(identifier); scope !== null; scope = scope.upper) {
    const variable = scope.set.get(identifier.name);
    if (variable !== undefined) return variable.defs.length === 0 ? undefined : variable;
  }
  return undefined;
}

/** All nodes below one, itself first; what `visit` says no to is left out with all that is in it. */
export function walk(node: Node, { visitorKeys }: Pick<SourceCode, 'visitorKeys'>, visit: (node: Node) => boolean | undefined): void {
  const waiting = [node];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (visit(next) === false) continue;
    const children = (visitorKeys[next.type] ?? []).flatMap((key): unknown => Reflect.get(next as Node, key));
    waiting.push(...children.filter(isNode).reverse());
  }
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value;
}
