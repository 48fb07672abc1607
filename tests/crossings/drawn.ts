import fc from 'fast-check';

/** A flow as data, so that it can be drawn by lot, and made smaller. */
export type Drawn = DrawnTask | DrawnWait | DrawnFlow | DrawnChoice;
export interface DrawnTask {
  readonly kind: 'task';
  readonly heeds: boolean;
  readonly reverts: boolean;
  readonly fails: number;
  readonly isBroken: boolean;
  readonly onInterrupted: 'rerun' | 'revert' | 'suspend';
  readonly maxLosses: number;
  /** How often it is called for one piece of work, if it fails, and what is waited for in between. */
  readonly attempts: number;
  readonly pauseMs: number;
  /** It may fail without failing its flow. */
  readonly isOptional: boolean;
}
/** It waits for a time, or for a signal that nobody sends: with something in its place, or not. */
export interface DrawnWait {
  readonly kind: 'wait';
  readonly how: 'sleep' | 'fallback' | 'fails';
  readonly ms: number;
  readonly isOptional: boolean;
}
export interface DrawnFlow {
  readonly kind: 'flow';
  readonly pattern: 'linear' | 'unordered' | 'graph';
  readonly retry: Retry;
  readonly nodes: readonly Drawn[];
  readonly links: readonly DrawnLink[];
  readonly isOptional: boolean;
}
/** Of a graph: from an earlier node to a later one. */
export interface DrawnLink {
  readonly from: number;
  readonly to: number;
  /** What its decider says; `turns`: something else at each attempt of its source. */
  readonly says: 'nothing' | 'yes' | 'no' | 'turns' | 'throws first';
  readonly depth: 'all' | 'flow' | 'neighbors' | 'atom';
}
/** In a linear flow. */
export interface DrawnChoice {
  readonly kind: 'choice';
  readonly how: 'switch' | 'when';
  /** Which branch; another one at each attempt of the task whose value it reads. */
  readonly chosen: number;
  /** The value that it reads, counted from the last that is there; 0: none. */
  readonly reads: number;
  /** It throws at the first attempt of the task whose value it reads. */
  readonly throws: boolean;
  readonly branches: readonly Drawn[];
}
export type Retry = 'none' | 'times' | 'times, paused' | 'local' | 'own' | 'own, then local' | 'own, then all';

export interface DrawnScenario {
  readonly root: DrawnFlow;
  readonly executor: 'serial' | 'concurrent';
  readonly onFailure: 'revert' | 'abortSiblings' | 'stop';
  readonly mends: 'retryRevert' | 'skipRevert' | 'retryFailed';
  readonly recovers: boolean;
  readonly snapshotAfter: number;
}

/** A run of which nothing happens for so long is let go of, and woken when it is due. */
const LONG_MS = 15_000;

const isOptional = fc.constantFrom(false, false, false, true);
const task: fc.Arbitrary<DrawnTask> = fc.record({
  kind: fc.constant('task' as const),
  heeds: fc.boolean(),
  reverts: fc.constantFrom(true, true, true, false),
  fails: fc.constantFrom(0, 0, 0, 1, 1, 2, 99),
  isBroken: fc.constantFrom(false, false, false, true),
  onInterrupted: fc.constantFrom('rerun' as const, 'rerun' as const, 'rerun' as const, 'revert' as const, 'suspend' as const),
  maxLosses: fc.constantFrom(5, 5, 5, 1),
  attempts: fc.constantFrom(1, 1, 1, 2, 3),
  pauseMs: fc.constantFrom(0, 0, 2_000, LONG_MS),
  isOptional,
});
const wait: fc.Arbitrary<DrawnWait> = fc.record({
  kind: fc.constant('wait' as const),
  how: fc.constantFrom('sleep' as const, 'sleep' as const, 'fallback' as const, 'fails' as const),
  ms: fc.constantFrom(0, 2_000, LONG_MS),
  isOptional,
});
const link: fc.Arbitrary<DrawnLink> = fc.record({
  from: fc.nat({ max: 2 }),
  to: fc.nat({ max: 2 }),
  says: fc.constantFrom('nothing' as const, 'yes' as const, 'no' as const, 'turns' as const, 'turns' as const, 'throws first' as const),
  depth: fc.constantFrom('all' as const, 'flow' as const, 'neighbors' as const, 'atom' as const),
});

const { node } = fc.letrec<{ node: Drawn }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 2, withCrossShrink: true },
    { weight: 4, arbitrary: task },
    { weight: 1, arbitrary: wait },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant('flow' as const),
        pattern: fc.constantFrom('linear' as const, 'linear' as const, 'unordered' as const, 'graph' as const),
        retry: fc.constantFrom<Retry>('none', 'times', 'times, paused', 'local', 'own', 'own, then local', 'own, then all'),
        nodes: fc.array(tie('node'), { minLength: 1, maxLength: 3 }),
        links: fc.array(link, { maxLength: 3 }),
        isOptional,
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant('choice' as const),
        how: fc.constantFrom('switch' as const, 'switch' as const, 'when' as const),
        chosen: fc.nat({ max: 2 }),
        reads: fc.constantFrom(0, 1, 1, 2),
        throws: fc.constantFrom(false, false, false, true),
        branches: fc.array(tie('node'), { minLength: 1, maxLength: 2 }),
      }),
    },
  ),
}));

export const drawnScenarios: fc.Arbitrary<DrawnScenario> = fc.record({
  root: fc.record({
    kind: fc.constant('flow' as const),
    pattern: fc.constantFrom('linear' as const, 'linear' as const, 'unordered' as const, 'graph' as const),
    retry: fc.constantFrom<Retry>('none', 'none', 'times', 'own'),
    nodes: fc.array(node, { minLength: 1, maxLength: 3 }),
    links: fc.array(link, { maxLength: 3 }),
    isOptional: fc.constant(false),
  }),
  executor: fc.constantFrom('serial' as const, 'concurrent' as const),
  onFailure: fc.constantFrom('revert' as const, 'revert' as const, 'abortSiblings' as const, 'stop' as const),
  mends: fc.constantFrom('retryRevert' as const, 'skipRevert' as const, 'retryFailed' as const),
  recovers: fc.boolean(),
  snapshotAfter: fc.constantFrom(1_000, 1),
});

/** Whether a death may be the end of a run that would have gone on. */
export function isFragile(node: Drawn): boolean {
  switch (node.kind) {
    case 'task':
      return node.onInterrupted !== 'rerun' || node.maxLosses < 5;
    case 'wait':
      return false;
    case 'flow':
      return node.nodes.some(isFragile);
    case 'choice':
      return node.branches.some(isFragile);
  }
}
