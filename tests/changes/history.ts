import fc from 'fast-check';
import { edited, type FlowPlan, flows, mildEdits, type NodePlan, type Plan } from './plans.js';

/** How one process works on a run: until it dies at a write, until it is asked to rest, or as far as the run goes. */
export interface Shift {
  readonly until: 'end' | 'die-before' | 'die-after' | 'rest';
  /** The write, or the event, from 0. */
  readonly at: number;
  readonly executor: 'serial' | 'concurrent';
  /** It is asked to undo the run. */
  readonly cancels: boolean;
}

/** A flow in its versions, each deployed while a run is in the middle, and a process for each. */
export interface History {
  readonly plans: readonly Plan[];
  readonly shifts: readonly Shift[];
}

const shift: fc.Arbitrary<Shift> = fc.record({
  until: fc.constantFrom('end', 'die-before', 'die-after', 'die-after', 'rest'),
  at: fc.nat({ max: 12 }),
  executor: fc.constantFrom('serial', 'concurrent'),
  cancels: fc.constantFrom(false, false, false, false, false, true),
});

/** Versions of the flow after the first. */
const CHANGES = { minLength: 1, maxLength: 3 } as const;

export const histories: fc.Arbitrary<History> = fc
  .tuple(flows, fc.array(mildEdits, CHANGES), fc.array(shift, { minLength: 4, maxLength: 4 }), fc.constantFrom(0, 0, 0, 1))
  .map(([root, changes, shifts, stubborn]) => {
    const versions = [steady({ ...root, name: 'f' }, stubborn)];
    for (const change of changes) versions.push(steady(edited(versions.at(-1) as FlowPlan, change), stubborn));
    return { plans: versions.map((one) => ({ version: 1, continues: [], root: one })), shifts };
  });

/** Whether a task can be undone goes by its name, in all versions: else nobody could tell what has to be undone. */
function steady<Node extends NodePlan>(node: Node, stubborn: number): Node {
  switch (node.kind) {
    case 'task':
      return { ...node, version: 1, reverts: 'acd'.includes(node.name), stubborn: node.name === 'a' ? stubborn : 0 };
    case 'flow':
      return { ...node, nodes: node.nodes.map((one) => steady(one, stubborn)) };
    case 'choice':
      return { ...node, branches: node.branches.map((one) => steady(one, stubborn)) };
  }
}
