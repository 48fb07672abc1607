import type { FlowDefinition } from '#authoring';
import { ts } from '../../source/index.js';
import type { Origins } from '../ground/origins.js';
import { isObject } from '../ground/origins.js';
import type { Built, Trace } from '../ground/traces.js';
import { Unknown } from '../ground/unknown.js';

/** Where the parts of one flow were written. */
export interface FlowPlaces {
  /** By place in `definition.nodes`. */
  readonly nodes: readonly ts.Node[];
  /** Nodes of the choices in it, by the same numbers. */
  readonly branches: ReadonlyMap<number, readonly ts.Node[]>;
  /** Calls of `.link`, by place in `definition.links`. */
  readonly links: readonly Trace[];
  readonly retry: ts.Node | undefined;
  readonly returns: ts.Node | undefined;
  /** Where the flow was begun: its name. */
  readonly start: ts.Node;
}

/** Finds the parts of a flow in the calls that made it. */
export function placesIn({ definition, calls, at }: Built, origins: Origins): FlowPlaces {
  const nodes: ts.Node[] = [];
  const branches = new Map<number, readonly ts.Node[]>();
  for (const call of calls) {
    const { arguments: written } = call.at;
    switch (call.method) {
      case 'add':
        if (definition.pattern === 'graph') nodes.push(...keysOf(call, 0, origins));
        else nodes.push(written[0] ?? call.at);
        break;
      case 'when':
        branches.set(nodes.length, [written[3] ?? call.at]);
        nodes.push(written[0] ?? call.at);
        break;
      case 'switch':
        branches.set(nodes.length, keysOf(call, 3, origins));
        nodes.push(written[0] ?? call.at);
    }
  }
  const last = (method: string): ts.Node | undefined => {
    const call = calls.filter((one) => one.method === method).at(-1);
    return call && (call.at.arguments[0] ?? nameOf(call.at));
  };
  return {
    nodes,
    branches,
    links: calls.filter((call) => call.method === 'link' && call.gaps.length === 0),
    retry: last('retry'),
    returns: last('returns'),
    start: calls[0]?.at.arguments[0] ?? calls[0]?.at ?? at,
  };
}

function keysOf({ args, at }: Trace, index: number, origins: Origins): readonly ts.Node[] {
  const nodes = args[index];
  const argument = at.arguments[index] ?? at;
  if (!isObject(nodes) || nodes instanceof Unknown) return [argument];
  return Object.keys(nodes).map((key) => nameOf(origins.ofKey(nodes, key) ?? argument));
}

/** The name in a property or call, which is what a message is about. */
export function nameOf(node: ts.Node): ts.Node {
  if (ts.isPropertyAssignment(node) || ts.isShorthandPropertyAssignment(node) || ts.isMethodDeclaration(node)) return node.name;
  if (ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression)) return node.expression.name;
  return node;
}

/** What a choice is made of has no calls of its own. */
export function isChoice(definition: FlowDefinition): boolean {
  return definition.pattern === 'choice';
}
