import fc from 'fast-check';
import { edited, type FlowPlan, flows, mildEdits, type NodePlan, type Plan } from './plans.js';

/** How one process works on a run: until it dies or stands still at a write, until it is asked to rest, or as far as the run goes. */
export interface Shift {
  readonly until: 'end' | 'die-before' | 'die-after' | 'freeze' | 'rest';
  /** The write, or the event, from 0. */
  readonly at: number;
  /** The write whose answer is lost, from 0; none is -1. */
  readonly loses: number;
  readonly executor: 'serial' | 'concurrent';
  /** `stop`: nothing is undone when something fails, and the run ends as it is. */
  readonly onFailure: 'revert' | 'stop';
  /** It is asked to undo the run. */
  readonly cancels: boolean;
  /** Before it an operator lets a run that rests begin anew, with the code of before or of now. */
  readonly resets: 'no' | 'then' | 'now';
  /** What an operator does about a run that has failed. */
  readonly helps: 'retryRevert' | 'skipRevert' | 'retryFailed';
}

/** A flow in its versions, each deployed while a run is in the middle, and a process for each. */
export interface History {
  readonly plans: readonly Plan[];
  readonly shifts: readonly Shift[];
}

const shift: fc.Arbitrary<Shift> = fc.record({
  until: fc.constantFrom('end', 'die-before', 'die-after', 'freeze', 'freeze', 'rest'),
  at: fc.nat({ max: 12 }),
  loses: fc.oneof(fc.constant(-1), fc.nat({ max: 8 })),
  executor: fc.constantFrom('serial', 'concurrent'),
  onFailure: fc.constantFrom('revert', 'revert', 'revert', 'stop'),
  cancels: fc.constantFrom(false, false, false, false, false, true),
  resets: fc.constantFrom('no', 'no', 'no', 'no', 'then', 'now'),
  helps: fc.constantFrom('retryRevert', 'skipRevert', 'skipRevert', 'retryFailed'),
});

/** Nothing happens to it. */
export const TO_THE_END: Shift = {
  until: 'end',
  at: 0,
  loses: -1,
  executor: 'serial',
  onFailure: 'revert',
  cancels: false,
  resets: 'no',
  helps: 'retryRevert',
};

/** Versions of the flow after the first. */
const CHANGES = { minLength: 1, maxLength: 3 } as const;

export const histories: fc.Arbitrary<History> = fc
  .tuple(flows, fc.array(mildEdits, CHANGES), fc.array(shift, { minLength: 4, maxLength: 4 }), fc.constantFrom(false, false, true))
  .map(([root, changes, shifts, isHard]) => {
    const versions = [steady({ ...root, name: 'f' }, isHard)];
    for (const change of changes) versions.push(steady(edited(versions.at(-1) as FlowPlan, change), isHard));
    return { plans: versions.map((one) => ({ version: 1, continues: [], root: one })), shifts };
  });

/** So many failures end every retry. */
const MANY = 3;

/** Whether a task can be undone goes by its name, in all versions: else nobody could tell what has to be undone. */
function steady<Node extends NodePlan>(node: Node, isHard: boolean): Node {
  switch (node.kind) {
    case 'task': {
      // Nothing gets over these but an operator.
      const fails = isHard && node.name === 'e' ? MANY : node.fails;
      const stubborn = isHard && 'ac'.includes(node.name) ? 1 : 0;
      return { ...node, version: 1, reverts: 'acd'.includes(node.name), stubborn, fails };
    }
    case 'flow':
      return { ...node, nodes: node.nodes.map((one) => steady(one, isHard)) };
    case 'choice':
      return { ...node, branches: node.branches.map((one) => steady(one, isHard)) };
  }
}
