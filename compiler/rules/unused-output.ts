import { type BoundFlow, pathsOf } from '#compilation';
import type { FlowReading } from '../reading/index.js';
import type { Rule } from './rule.js';
import { childIn } from './shape-paths.js';

type Source = BoundFlow['atoms'][number]['inputs'][string];

/** Only flows that choose what they return can have outputs that are not used. */
export const unusedOutput: Rule = {
  code: 'UNUSED_OUTPUT',
  severity: 'warning',
  title: 'an output is read by nobody and not returned',
  *find({ flows }) {
    for (const flow of flows) {
      const [root] = flow.shape.nodes;
      if (root?.kind !== 'flow' || root.mode !== 'closed' || root.returns === undefined) continue;
      if (flow.bound.diagnostics.some(({ severity }) => severity === 'error')) continue;
      if (flow.gaps.some(({ hidesNames }) => hidesNames)) continue;
      const paths = pathsOf(flow.shape);
      const used = usedIn(flow);
      for (const [index, { node }] of flow.bound.atoms.entries()) {
        const shape = flow.shape.nodes[node];
        if (shape?.kind !== 'task' || decided(flow, node)) continue;
        for (const output of shape.provides) {
          if (used.has(`${index} ${output}`)) continue;
          const name = shape.rename[output] ?? output;
          yield {
            at: flow.placeOf(node),
            message: `'${name}' of '${(paths[node] ?? '').slice(flow.name.length + 1)}' is read by nobody, and flow '${flow.name}' does not return it`,
          };
        }
      }
    }
  },
};

function usedIn({ bound }: FlowReading): ReadonlySet<string> {
  const used = new Set<string>();
  const add = (source: Source): void => {
    if (source.from === 'atom') used.add(`${source.atom} ${source.output}`);
    else if (source.from === 'branch') for (const one of source.of) add(one);
  };
  for (const { inputs, revertInputs } of bound.atoms)
    for (const source of [...Object.values(inputs), ...Object.values(revertInputs)]) add(source);
  for (const reads of bound.reads.values()) for (const source of Object.values(reads)) add(source);
  for (const source of bound.results.values()) add(source);
  return used;
}

/** A decider gets everything that its source gave. */
function decided({ shape }: FlowReading, node: number): boolean {
  return shape.nodes.some((flow, index) => {
    if (flow.kind !== 'flow') return false;
    const child = childIn(shape, index, node);
    const name = child < 0 ? undefined : shape.nodes[child]?.name;
    return flow.links.some(({ from, decider }) => decider === 'function' && from === name);
  });
}
