import { leavesOf, type StoredFlow } from '#compilation';

const RETRY = '(retry)';

/** Whether an atom had certainly ended with a result when another one began, in every run of this flow. */
export function wasBefore(flow: StoredFlow, first: string, then: string): boolean {
  const [one, other] = [first.split('/'), then.split('/')];
  const depth = one.findIndex((name, index) => name !== other[index]);
  const [from, to] = [one[depth], other[depth]];
  if (from === undefined || to === undefined) return false;
  if (maySkip(flow, first, depth)) return false;
  if (from === RETRY) return true;
  const around = one.slice(0, depth).join('/');
  const inner = flow.flows.get(around);
  if (inner === undefined) return placeOf(flow, `${around}/${from}`) < placeOf(flow, `${around}/${to}`);
  return inner.pattern === 'graph' && reaches(edgesIn(flow, around), from, to);
}

/** Whether it may have been skipped, by a choice or a decider around it; `depth`: of the outermost flow that counts. */
export function maySkip({ flows }: StoredFlow, path: string, depth = 1): boolean {
  const names = path.split('/');
  for (let length = depth; length < names.length; length++) {
    const flow = flows.get(names.slice(0, length).join('/'));
    if (flow === undefined || names[length] === RETRY) continue;
    if (flow.pattern === 'choice' || flow.links.some(({ decides }) => decides)) return true;
  }
  return false;
}

/** Where a node begins among the atoms. */
function placeOf({ atoms }: StoredFlow, node: string): number {
  return [...atoms.keys()].findIndex((path) => path === node || path.startsWith(`${node}/`));
}

/** Who waits for whom in a graph: by links, and by values. */
function edgesIn({ atoms, flows }: StoredFlow, graph: string): readonly (readonly [from: string, to: string])[] {
  const nodeIn = (path: string): string | undefined =>
    path.startsWith(`${graph}/`) ? path.slice(graph.length + 1).split('/')[0] : undefined;
  const links = flows.get(graph)?.links.map(({ from, to }) => [from, to] as const) ?? [];
  const values = [...atoms.values()].flatMap(({ path, inputs }) => {
    const reader = nodeIn(path);
    const sources = reader === undefined ? [] : [...inputs.values()].flatMap(leavesOf);
    return sources.flatMap((source) => {
      const provider = source.from === 'atom' ? nodeIn(source.path) : undefined;
      return reader === undefined || provider === undefined ? [] : [[provider, reader] as const];
    });
  });
  return [...links, ...values];
}

function reaches(edges: readonly (readonly [from: string, to: string])[], from: string, to: string): boolean {
  const reached = new Set([from]);
  for (const node of reached) for (const [one, other] of edges) if (one === node) reached.add(other);
  return reached.has(to);
}
