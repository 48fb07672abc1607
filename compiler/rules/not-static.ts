import { type FlowReading, type Gap, short } from '../reading/index.js';
import { ts } from '../source/index.js';
import type { Found, Rule } from './rule.js';

/** Not everything can be known before a run: where it can't, the checker says so instead of guessing. */
export const notStatic: Rule = {
  code: 'NOT_STATIC',
  severity: 'note',
  title: 'a part of a flow is known only at run time',
  *find({ flows, unread }) {
    for (const flow of flows) for (const gap of flow.gaps) yield foundIn(flow, gap);
    for (const { at, gap } of unread) {
      const { unknown } = gap;
      yield {
        at: unknown.at,
        message: `a flow can't be known from its source: ${unknown.reason}`,
        related: unknown.at === at ? [] : [{ at: buildIn(at), message: 'it is built here' }],
      };
    }
  },
};

function foundIn(flow: FlowReading, { unknown, hidesNames, isName }: Gap): Found {
  const at = whole(unknown.at);
  const what = isName
    ? `a name in flow '${flow.name}' is known only at run time`
    : hidesNames
      ? `a part of flow '${flow.name}' is known only at run time`
      : `only the type of '${short(at)}' is known in flow '${flow.name}'`;
  return { at, message: `${what}: ${unknown.reason}` };
}

/** `process.env.NAME` where `process` is what is unknown. */
function whole(node: ts.Node): ts.Node {
  let at = node;
  while (ts.isPropertyAccessExpression(at.parent) && at.parent.expression === at) at = at.parent;
  return at;
}

function buildIn(at: ts.CallExpression): ts.Node {
  return ts.isPropertyAccessExpression(at.expression) ? at.expression.name : at;
}
