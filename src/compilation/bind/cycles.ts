/** A pair of nodes: the second waits for the first. */
export type Order = readonly [from: number, to: number];

/**
 * Nodes that lie on a cycle or between two, in their own order: what is left when free ends are taken away. Where a flow is a graph,
 * its types have said so before (`CycleIn`, authoring/builder/check-graph.ts), and `flowproof check` shows the shortest cycle in the
 * source (compiler/rules/cycle.ts).
 */
export function cycleIn(nodes: readonly number[], orders: readonly Order[]): readonly number[] {
  const remaining = withoutFree(nodes, orders);
  return withoutFree(
    remaining,
    orders.map(([from, to]) => [to, from] as const),
  );
}

/** Takes away what waits for nothing that is left, again and again. */
function withoutFree(nodes: readonly number[], orders: readonly Order[]): readonly number[] {
  const left = new Set(nodes);
  const waiting = new Map<number, number>();
  const followers = new Map<number, number[]>();
  for (const [from, to] of orders) {
    if (!left.has(from) || !left.has(to)) continue;
    waiting.set(to, (waiting.get(to) ?? 0) + 1);
    const known = followers.get(from);
    if (known === undefined) followers.set(from, [to]);
    else known.push(to);
  }
  const free = nodes.filter((node) => !waiting.has(node));
  for (let node = free.pop(); node !== undefined; node = free.pop()) {
    left.delete(node);
    for (const follower of followers.get(node) ?? []) {
      const count = (waiting.get(follower) as number) - 1;
      waiting.set(follower, count);
      if (count === 0) free.push(follower);
    }
  }
  return nodes.filter((node) => left.has(node));
}
