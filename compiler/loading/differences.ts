import { type FlowNodeShape, type FlowShape, type NodeShape, pathsOf, type RetryNodeShape, type TaskNodeShape } from '#compilation';

/** One thing in which two shapes of a flow differ. */
export interface Difference {
  /** Path of the node that it is about. */
  readonly path: string;
  /** A sentence about that node, after "but". */
  readonly says: string;
}

type Texts = Readonly<Record<string, string>>;

/**
 * In what a flow that was loaded is not what its source says, at most one thing a node. What only a run decides is left
 * out: how many values a retry tries, how long it waits, names of inputs that one of them does not know.
 */
export function differences(source: FlowShape, loaded: FlowShape): readonly Difference[] {
  const [written, built] = [byPath(source), byPath(loaded)];
  const found: Difference[] = [];
  for (const [path, node] of written) {
    const other = built.get(path);
    const says = other === undefined ? 'it is not there when it is loaded' : differenceOf(node, other);
    if (says !== undefined) found.push({ path, says });
  }
  for (const path of built.keys())
    if (!written.has(path)) found.push({ path, says: 'it is there when it is loaded, and not in the source' });
  if (found.length > 0) return found;
  const paths = [...built.keys()];
  const moved = [...written.keys()].find((path, index) => path !== paths[index]);
  return moved === undefined ? [] : [{ path: moved, says: 'it stands in another place among its siblings when it is loaded' }];
}

function byPath(shape: FlowShape): ReadonlyMap<string, NodeShape> {
  const paths = pathsOf(shape);
  return new Map(shape.nodes.map((node, index) => [paths[index] ?? '', node]));
}

function differenceOf(source: NodeShape, loaded: NodeShape): string | undefined {
  const [written, built] = [textsOf(source), textsOf(loaded)];
  for (const what of new Set([...Object.keys(written), ...Object.keys(built)])) {
    const [there, here] = [written[what] ?? 'nothing', built[what] ?? 'nothing'];
    if (there === UNKNOWN || here === UNKNOWN || there === here) continue;
    return `its ${what} is ${there} in the source, and ${here} when it is loaded`;
  }
  return undefined;
}

const UNKNOWN = 'unknown';

function textsOf(node: NodeShape): Texts {
  const placed = {
    kind: node.kind,
    rebind: pairs(node.rebind),
    inject: list(node.inject),
    'renaming of outputs': pairs(node.rename),
    override: String(node.override),
    optional: String(node.optional === true),
    'unknown options': list(node.unknownOptions),
  };
  switch (node.kind) {
    case 'task':
      return { ...placed, ...taskTexts(node) };
    case 'flow':
      return { ...placed, ...flowTexts(node) };
    case 'retry':
      return { ...placed, ...retryTexts(node) };
    default:
      return placed;
  }
}

function taskTexts({
  requires,
  provides,
  keeps,
  revertRequires,
  secret,
  hasRevert,
  priority,
  version,
  revertRetry,
  wait,
}: TaskNodeShape): Texts {
  return {
    requires: ports(requires),
    provides: list(provides),
    keeps: list(keeps),
    revertRequires: ports(revertRequires),
    secret: list(secret ?? []),
    revert: hasRevert ? 'there' : 'missing',
    priority: String(priority),
    version: String(version),
    revertRetry: String(revertRetry?.attempts ?? 1),
    'wait is for': wait === undefined ? 'nothing' : wait.kind === 'time' ? 'a time' : `the signal '${wait.signal}'`,
  };
}

function flowTexts({ version, continues, pattern, mode, input, secret, returns, links, target, choice }: FlowNodeShape): Texts {
  return {
    pattern,
    mode,
    version: String(version),
    continues: list(continues ?? []),
    'kind of inputs': input.kind,
    // What names a schema has is said by its types in the source, and by itself in a run.
    input: input.kind === 'typed' && input.names !== undefined ? list([...input.names].sort()) : UNKNOWN,
    secret: list(secret ?? []),
    returns: returns === undefined ? 'everything' : list(returns),
    links: list(
      links.map(({ from, to, decider, depth = 'all' }) => `${from} → ${to}${decider === 'none' ? '' : ` (${decider}, ${depth})`}`),
    ),
    target: target ?? 'none',
    choice: choice === undefined ? 'none' : `${choice.kind} by ${list(choice.reads)}`,
  };
}

function retryTexts({ policy, requires, provides, secret }: RetryNodeShape): Texts {
  return {
    policy: policy.kind === 'times' ? `times(${policy.attempts})` : policy.kind,
    requires: ports(requires),
    provides: list(provides),
    secret: list(secret ?? []),
    otherwise: ('otherwise' in policy ? policy.otherwise : undefined) ?? 'REVERT',
  };
}

function list(items: readonly unknown[]): string {
  return items.length === 0 ? 'nothing' : items.map((item) => `'${String(item)}'`).join(', ');
}

function ports(items: TaskNodeShape['requires']): string {
  return list(items.map(({ name, optional }) => (optional ? `${name}?` : name)));
}

function pairs(map: Readonly<Record<string, string>>): string {
  return list(
    Object.entries(map)
      .map(([key, value]) => `${key}: ${value}`)
      .sort(),
  );
}
