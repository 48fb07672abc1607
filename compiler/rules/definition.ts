import { pathsOf } from '#compilation';
import type { Diagnostic } from '#model/diagnostics.js';
import { type FlowReading, hasMadeUp } from '../reading/index.js';
import { assumed } from './assumed.js';
import type { Found, Rule } from './rule.js';

/** These are said by rules of their own, which know more. */
const ELSEWHERE = new Set(['CYCLE', 'CLASS_NAME_USED']);
/** What seems to be missing may be in a part that could not be read. */
const OF_ABSENCE = new Set([
  'MISSING_VALUE',
  'NOT_PROVIDED',
  'UNKNOWN_INPUT',
  'UNKNOWN_OUTPUT',
  'UNKNOWN_RETURN',
  'UNKNOWN_NODE',
  'NOT_A_NODE',
]);
const OF_LINKS = new Set(['UNKNOWN_NODE', 'BAD_DECIDER', 'BAD_DEPTH']);
const OF_READERS = new Set(['MISSING_VALUE', 'NOT_PROVIDED', 'MAYBE_ABSENT', 'SIBLING_VALUE']);

/** Everything that `compile()` reports, before anything runs: the same judge, with places. */
export const definition: Rule = {
  code: 'FLOW_DEFINITION',
  severity: 'error',
  title: 'what flow.compile() reports, before anything runs: missing and ambiguous providers, duplicate names, unknown options',
  *find({ flows }) {
    for (const flow of flows) {
      const paths = pathsOf(flow.shape);
      const hidden = flow.gaps.some(({ hidesNames }) => hidesNames);
      for (const diagnostic of flow.bound.diagnostics) {
        if (ELSEWHERE.has(diagnostic.code) || (hidden && OF_ABSENCE.has(diagnostic.code))) continue;
        // Two names that are known at run time only are made up here, and may well differ.
        if (diagnostic.code === 'DUPLICATE_NODE' && hasMadeUp(diagnostic.message)) continue;
        yield located(diagnostic, flow, paths);
      }
    }
  },
};

function located({ code, path, message }: Diagnostic, flow: FlowReading, paths: readonly string[]): Found {
  const node = Math.max(0, paths.lastIndexOf(path));
  const parts = flow.partsOf(node);
  const link = OF_LINKS.has(code)
    ? parts?.links.find(({ args }) => [args[0], args[1]].some((name) => message.includes(`'${String(name)}'`)))
    : undefined;
  const at = link?.at.arguments[0] ?? (code === 'UNKNOWN_RETURN' ? parts?.returns : undefined) ?? flow.placeOf(node);
  const reader = OF_READERS.has(code) ? flow.sourceOf(node) : undefined;
  const name = flow.shape.nodes[node]?.name ?? '';
  const related = reader === undefined ? [] : [{ at: reader, message: `'${name}' is declared here` }];
  return { code, at, message, related: [...related, ...assumed(flow)] };
}
