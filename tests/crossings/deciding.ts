import type { DrawnFlow, DrawnScenario, DrawnTask } from './drawn.js';
import { scenarioOf } from './random-flows.js';
import type { Scenario } from './scenarios.js';

const plain: DrawnTask = {
  kind: 'task',
  heeds: false,
  reverts: true,
  fails: 0,
  isBroken: false,
  onInterrupted: 'rerun',
  maxLosses: 5,
  attempts: 1,
  pauseMs: 0,
  isOptional: false,
};
const failing: DrawnTask = { ...plain, fails: 1 };
const flow = (rest: Partial<DrawnFlow>): DrawnFlow => ({
  kind: 'flow',
  pattern: 'linear',
  retry: 'none',
  nodes: [],
  links: [],
  isOptional: false,
  ...rest,
});
const calm: Omit<DrawnScenario, 'root'> = {
  executor: 'serial',
  onFailure: 'revert',
  mends: 'retryFailed',
  recovers: false,
  snapshotAfter: 1_000,
};

const choosing = { kind: 'choice', how: 'switch', chosen: 0, reads: 1, throws: false } as const;
/** The branch of two tasks at the first attempt, the other one at the second. */
const twoWays = { ...choosing, branches: [flow({ nodes: [plain] }), plain] };

/** Flows in which something is decided, and decided otherwise when it is tried again. */
export const DECIDING: readonly Scenario[] = [
  {
    ...scenarioOf({ ...calm, root: flow({ retry: 'times', nodes: [plain, twoWays, failing] }) }),
    name: 'a choice that is made otherwise when it is tried again',
    ends: ['SUCCESS'],
  },
  {
    ...scenarioOf({ ...calm, root: flow({ retry: 'own', nodes: [plain, { ...twoWays, throws: true }, plain] }) }),
    name: 'a choice that throws, and is asked again',
    ends: ['SUCCESS'],
  },
  {
    ...scenarioOf({
      ...calm,
      root: flow({
        nodes: [
          flow({
            pattern: 'graph',
            retry: 'times',
            nodes: [plain, plain, failing],
            links: [
              { from: 0, to: 1, says: 'turns', depth: 'all' },
              { from: 0, to: 2, says: 'nothing', depth: 'all' },
            ],
          }),
          plain,
        ],
      }),
    }),
    name: 'a decider that skips what is behind its flow, until that is tried again',
    ends: ['SUCCESS'],
  },
];
