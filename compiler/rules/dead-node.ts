import type { FlowReading, Origins, Trace } from '../reading/index.js';
import { ts } from '../source/index.js';
import type { Found, Rule } from './rule.js';

/** A decider that says no to everything makes its target, and all behind it, code that never runs. */
export const deadNode: Rule = {
  code: 'DEAD_NODE',
  severity: 'warning',
  title: 'a node never runs: its decider always says no',
  *find({ flows, interpreter }) {
    for (const flow of flows) {
      for (const node of flow.shape.nodes.keys()) for (const call of flow.callsOf(node)) yield* deadBehind(flow, call, interpreter.origins);
    }
  },
};

function* deadBehind(flow: FlowReading, { method, args, at }: Trace, origins: Origins): Iterable<Found> {
  const options: unknown = args[2];
  const decider: unknown =
    method === 'link' && typeof options === 'object' && options !== null
      ? Reflect.get(options, 'decider')
      : method === 'when'
        ? options
        : undefined;
  const code = origins.of(decider);
  if (code === undefined || !alwaysFalse(code)) return;
  const target = String(args[method === 'link' ? 1 : 0]);
  yield {
    at: code,
    message: `'${target}' of flow '${flow.name}' never runs: this always says no`,
    related: [{ at: at.arguments[method === 'link' ? 1 : 0] ?? at, message: `'${target}' waits for it` }],
  };
}

function alwaysFalse(code: ts.Node): boolean {
  if (!ts.isArrowFunction(code) && !ts.isFunctionExpression(code) && !ts.isMethodDeclaration(code)) return false;
  const { body } = code;
  if (body === undefined) return false;
  if (!ts.isBlock(body)) return body.kind === ts.SyntaxKind.FalseKeyword;
  const [only, ...more] = body.statements;
  return more.length === 0 && only !== undefined && ts.isReturnStatement(only) && only.expression?.kind === ts.SyntaxKind.FalseKeyword;
}
