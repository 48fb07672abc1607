import type { Json } from '../../model/json.js';
import { MANIFEST_VERSION } from '../../model/manifest.js';
import type { Secrets } from '../../model/secrets.js';
import type { BoundAtom, BoundFlow } from '../bind/bound-flow.js';
import type { FlowShape, NodeShape, RetryNodeShape } from '../shape/flow-shape.js';
import { pathsOf } from '../shape/node-places.js';
import { sourceData } from './stored-source.js';

/**
 * The canonical description of a flow: what two versions of it are compared by. Everything that decides whether a
 * stored run can go on, nothing that is only code.
 */
export function manifestOf(shape: FlowShape, bound: BoundFlow): Json {
  const root = shape.nodes[0];
  const flows = flowsIn(shape, bound);
  const paths = pathsOf(shape);
  const optional = paths.filter((_, node) => shape.nodes[node]?.optional === true);
  return {
    manifest: MANIFEST_VERSION,
    flow: root?.name ?? '',
    version: root?.kind === 'flow' ? root.version : 1,
    atoms: bound.atoms.map((atom) => describeAtom(atom, shape.nodes[atom.node] as NodeShape, bound)),
    ...(flows.length === 0 ? {} : { flows }),
    ...(optional.length === 0 ? {} : { optional }),
    ...(bound.secrets === undefined ? {} : { secrets: secretsText(bound.secrets, bound) }),
    results: Object.fromEntries([...bound.results].map(([name, source]) => [name, sourceData(source, bound)])),
  };
}

function describeAtom({ path, revertInputs }: BoundAtom, node: NodeShape, bound: BoundFlow): Json {
  const inputs = Object.fromEntries(Object.entries(revertInputs).map(([input, source]) => [input, sourceData(source, bound)]));
  switch (node.kind) {
    case 'retry':
      return { path, kind: 'retry', policy: policyText(node), inputs };
    case 'task': {
      const { provides, keeps, hasRevert: reverts, version, wait } = node;
      // How long it waits may change at any time, also while a run waits.
      if (wait !== undefined) return { path, kind: 'wait', ...(wait.kind === 'signal' ? { signal: wait.signal } : {}), provides, inputs };
      // Left out where it says nothing: runs that were stored before tasks had versions keep their fingerprint.
      if (version !== 1) return { path, kind: 'task', provides, keeps, reverts, version, inputs };
      return { path, kind: 'task', provides, keeps, reverts, inputs };
    }
    default:
      return { path, kind: node.kind, inputs };
  }
}

/** How often, or with how many values, it tries is left out of the kinds that try values: a list may grow while a run tries it. */
function policyText({ policy, requires, provides }: RetryNodeShape): Json {
  const { kind } = policy;
  if (kind === 'times') return { kind, attempts: policy.attempts };
  return {
    // Stored as 'own': what is persisted is never renamed.
    ...(kind === 'custom' ? { kind: 'own', name: policy.name } : { kind }),
    ...(requires.length === 0 ? {} : { requires: requires.map(({ name, optional }) => (optional ? `${name}?` : name)) }),
    ...(provides.length === 0 ? {} : { provides }),
  };
}

/** Flows whose order is not simply that of their nodes. */
function flowsIn(shape: FlowShape, bound: BoundFlow): Json[] {
  const paths = pathsOf(shape);
  const flows: Json[] = [];
  for (const [index, node] of shape.nodes.entries()) {
    const path = paths[index] ?? '';
    if (node.kind !== 'flow' || node.pattern === 'linear') continue;
    const links = node.links.map(({ from, to, decider, depth = 'all' }) => [from, to, ...(decider === 'none' ? [] : [depth])]);
    const reads = Object.entries(bound.reads.get(index) ?? {}).map(([name, source]) => [name, sourceData(source, bound)] as const);
    flows.push({
      path,
      pattern: node.pattern,
      ...(links.length === 0 ? {} : { links }),
      ...(reads.length === 0 ? {} : { reads: Object.fromEntries(reads) }),
    });
  }
  return flows;
}

/** By names and paths, so that whoever reads a stored run knows what to show, without its code. */
function secretsText({ inputs, outputs, secretReaders }: Secrets, { atoms }: BoundFlow): Json {
  const pathOf = (atom: number): string => atoms[atom]?.path ?? '?';
  return {
    inputs: [...inputs].sort(),
    outputs: Object.fromEntries([...outputs].map(([atom, names]) => [pathOf(atom), [...names].sort()])),
    confidants: [...secretReaders.keys()].map(pathOf).sort(),
  };
}
