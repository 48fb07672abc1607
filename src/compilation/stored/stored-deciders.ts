import type { StoredFlow } from './stored-flow.js';

/** Says whether a node of a stored flow runs: a link that decides, or a choice that the node is a branch of. */
export interface StoredDecider {
  /** Equal in two versions of a flow when it decides about the same node, by the same link or choice. */
  readonly key: string;
  /** Path of that node. */
  readonly target: string;
  /** Of a branch: the path of its choice. */
  readonly choice?: string;
}

/** In the order in which `compile` numbers them: by the flows, then by their links or branches. Nodes without atoms have none. */
export function decidersIn(flow: StoredFlow): readonly StoredDecider[] {
  const nodes = nodesIn(flow);
  return [...flow.flows].flatMap(([path, { pattern, links }]): StoredDecider[] => {
    const names = nodes.get(path) ?? new Set();
    if (pattern === 'choice') {
      return [...names].map((name) => ({ key: JSON.stringify([path, name]), target: `${path}/${name}`, choice: path }));
    }
    const deciding = links.filter(({ to, decides }) => decides && names.has(to));
    return deciding.map(({ from, to }, index) => {
      const before = deciding.slice(0, index).filter((one) => one.from === from && one.to === to).length;
      return { key: JSON.stringify([path, from, to, before]), target: `${path}/${to}` };
    });
  });
}

/** The nodes of choices and graphs that have atoms, in their order. */
export function nodesIn({ atoms, flows }: StoredFlow): ReadonlyMap<string, ReadonlySet<string>> {
  const nodes = new Map([...flows.keys()].map((path) => [path, new Set<string>()]));
  for (const path of atoms.keys()) {
    for (let end = path.indexOf('/'); end >= 0; end = path.indexOf('/', end + 1)) {
      nodes.get(path.slice(0, end))?.add(path.slice(end + 1).split('/', 1)[0] as string);
    }
  }
  return nodes;
}
