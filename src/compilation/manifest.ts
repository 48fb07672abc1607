import type { Json } from '../model/json.js';
import type { FlowShape, NodeShape } from './flow-shape.js';
import type { LinkedFlow } from './link.js';

/**
 * The canonical description of a flow: what two versions of it are compared by. Everything that decides whether a
 * stored run can go on, nothing that is only code.
 */
export function manifestOf(shape: FlowShape, linked: LinkedFlow): Json {
  const root = shape.nodes[0];
  return {
    flow: root?.name ?? '',
    version: root?.kind === 'flow' ? root.version : 1,
    atoms: linked.atoms.map((atom) => ({
      path: atom.path,
      ...details(shape.nodes[atom.node] as NodeShape),
      inputs: Object.fromEntries(Object.entries(atom.revertInputs).map(([input, source]) => [input, sourceText(source, linked)])),
    })),
    results: Object.fromEntries([...linked.results].map(([name, source]) => [name, sourceText(source, linked)])),
  };
}

function details(node: NodeShape): { [key: string]: Json } {
  switch (node.kind) {
    case 'retry':
      return { kind: 'retry', policy: { ...node.policy } };
    case 'task':
      return { kind: 'task', provides: node.provides, keeps: node.keeps, reverts: node.hasRevert };
    default:
      return { kind: node.kind };
  }
}

function sourceText(source: LinkedFlow['atoms'][number]['inputs'][string], linked: LinkedFlow): string {
  switch (source.from) {
    case 'input':
      return `input ${source.name}`;
    case 'constant':
      return 'constant';
    case 'atom':
      return `${linked.atoms[source.atom]?.path ?? '?'} ${source.output}`;
  }
}
