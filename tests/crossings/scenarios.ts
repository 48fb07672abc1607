import { type AnyFlow, alwaysRevert, concurrent, defineRetry, defineTask, type ExecutorChoice, serial, times } from '../../src/index.js';
import { graph, linear } from '../compilation/graph-tasks.js';
import { type OpenCall, type Plan, planOf } from './plan.js';

/** What the code of a flow reaches: the world that it acts on, as one process sees it. */
export interface Services {
  readonly world: ProcessWorld;
}

/** One process in the world: what its tasks do there, and when something may happen to it. */
export interface ProcessWorld {
  /** @returns a call that was noted as begun */
  begins(call: Omit<OpenCall, 'process'>): OpenCall;
  done(call: OpenCall): void;
  undone(call: OpenCall, told: string): void;
  ends(call: OpenCall): void;
  /** Something may happen here: resolves when it has; never, when the process has died of it. */
  moment(where: string): Promise<void>;
  /** Whether this attempt of a piece of work is to fail. */
  fails(path: string, key: string, turn: number): boolean;
  /** Which piece of work of a task this is, from 0. */
  roundOf(path: string, key: string): number;
  isBroken(path: string): boolean;
}

/** Whoever is told that a decider is asked, and with which values; something may happen then, too. */
export type OnAsked = (decider: string, told: Readonly<Record<string, unknown>>) => Promise<void>;

/** What an operator does about a run that has failed. */
export type Mending = { readonly how: 'retryRevert' | 'skipRevert'; readonly path: string } | { readonly how: 'retryFailed' };

export interface Scenario {
  readonly name: string;
  /** The flow as one process builds it. */
  readonly flow: (asked: OnAsked) => AnyFlow;
  readonly plan: Plan;
  /** So many attempts of these tasks fail: of one that has one attempt at each piece of work, so many pieces. */
  readonly fails: Readonly<Record<string, number>>;
  /** Tasks whose reverts fail until somebody has mended that. */
  readonly broken: readonly string[];
  readonly mending?: Mending;
  readonly executor?: ExecutorChoice;
  readonly onFailure?: 'stop' | 'abortSiblings';
  /** Processes take up by themselves what others have left. */
  readonly recovers?: boolean;
  readonly snapshotAfter?: number;
  /** How it ends when nothing happens to it: before an operator comes, if one has to, and after. */
  readonly ends: readonly string[];
}

interface Context {
  readonly services: Services;
  readonly path: string;
  readonly idempotencyKey: string;
  readonly fence: number;
  readonly turn: number;
  readonly signal: AbortSignal;
}

interface TaskOptions {
  /** It stops when it is told to. */
  readonly heeds?: boolean;
  readonly provides?: readonly string[];
  /** What it gives. Default: which piece of its work this was, from 0. */
  readonly gives?: string;
  readonly reverts?: boolean;
  readonly onInterrupted?: 'rerun' | 'revert' | 'suspend';
  readonly maxLosses?: number;
  /** It is tried again so, without anything being undone. */
  readonly retry?: ReturnType<typeof times>;
}

export function task(name: string, { heeds = false, provides = [], gives, reverts = true, ...options }: TaskOptions = {}) {
  const revert = async (
    _: {},
    { kind }: { readonly kind: string },
    { services: { world }, path, idempotencyKey: key, fence, turn }: Context,
  ) => {
    const call = world.begins({ path, key, fence, turn, phase: 'revert' });
    try {
      await world.moment(`in -${name}`);
      if (world.isBroken(path)) throw new Error(`-${name} is broken`);
      world.undone(call, kind);
      await world.moment(`after -${name}`);
    } finally {
      world.ends(call);
    }
  };
  return defineTask({
    name,
    provides,
    ...options,
    execute: async (_: {}, { services: { world }, path, idempotencyKey: key, fence, turn, signal }: Context) => {
      const call = world.begins({ path, key, fence, turn, phase: 'execute' });
      try {
        await world.moment(`in ${name}`);
        if (heeds && signal.aborted) throw signal.reason;
        if (world.fails(path, key, turn)) throw new Error(`${name} fails`);
        world.done(call);
        await world.moment(`after ${name}`);
        return Object.fromEntries(provides.map((one) => [one, gives ?? world.roundOf(path, key)]));
      } finally {
        world.ends(call);
      }
    },
    ...(reverts ? { revert } : {}),
  } as never);
}

/** Tries again once, then says this. */
export const own = (last: string) =>
  defineRetry({ name: 'own', onFailure: (history: { readonly length: number }) => (history.length < 2 ? 'RETRY' : last) } as never);

const line = linear
  .dynamic('f')
  .add(task('a'))
  .add(task('b', { heeds: true }))
  .add(task('c'))
  .build();
const LINE = { 'f/a': [], 'f/b': ['f/a'], 'f/c': ['f/b'] };
const partOf = (retry: unknown) =>
  linear
    .open('in')
    .retry(retry)
    .add(task('b', { heeds: true }))
    .add(task('c'))
    .build();
const guarded = (retry: unknown): AnyFlow => linear.dynamic('f').add(task('a')).add(partOf(retry)).add(task('d')).build();
const GUARDED = { 'f/a': [], 'f/in/b': ['f/a'], 'f/in/c': ['f/in/b'], 'f/d': ['f/in/c'] };
const lenient = (retry: unknown): AnyFlow =>
  linear.dynamic('f').add(task('a')).add(partOf(retry), { optional: true }).add(task('d')).build();
const choosing = linear
  .dynamic('f')
  .add(task('a', { provides: ['side'], gives: 'left' }))
  .switch('way', ['side'], ({ side }: { readonly side: string }) => side, {
    left: linear.open('left').add(task('p')).add(task('q')).build(),
    right: task('r'),
  })
  .add(task('z'))
  .build();
const CHOOSING = {
  'f/a': [],
  'f/way/left/p': ['f/a'],
  'f/way/left/q': ['f/way/left/p'],
  'f/way/right': ['f/a'],
  'f/z': ['f/way/left/q', 'f/way/right'],
};
const diamond = graph
  .dynamic('f')
  .add({ a: task('a'), b: task('b', { heeds: true }), c: task('c'), d: task('d') })
  .link('a', 'b')
  .link('a', 'c')
  .link('b', 'd')
  .link('c', 'd')
  .build();
const DIAMOND = { 'f/a': [], 'f/b': ['f/a'], 'f/c': ['f/a'], 'f/d': ['f/b', 'f/c'] };

type Rest = Partial<Omit<Scenario, 'name' | 'flow' | 'plan' | 'ends'>>;

function scenario(name: string, flow: AnyFlow, after: Plan['after'], ends: readonly string[], rest: Rest = {}): Scenario {
  return { name, flow: () => flow, plan: { ...planOf(flow), after }, ends, fails: {}, broken: [], ...rest };
}

const ALWAYS = 99;

export const SCENARIOS: readonly Scenario[] = [
  scenario('a line, forward', line, LINE, ['SUCCESS']),
  scenario('a line, all the way back', line, LINE, ['REVERTED'], { fails: { 'f/c': ALWAYS } }),
  scenario('a revert fails, and is tried again', line, LINE, ['FAILURE', 'REVERTED'], {
    fails: { 'f/c': ALWAYS },
    broken: ['f/b'],
    mending: { how: 'retryRevert', path: 'f/b' },
  }),
  scenario('a revert fails, and is taken as done', line, LINE, ['FAILURE', 'REVERTED'], {
    fails: { 'f/c': ALWAYS },
    broken: ['f/b'],
    mending: { how: 'skipRevert', path: 'f/b' },
  }),
  scenario('a retry that helps', guarded(times(2)), GUARDED, ['SUCCESS'], { fails: { 'f/in/c': 1 } }),
  scenario('a retry that gives up', guarded(times(2)), GUARDED, ['REVERTED'], { fails: { 'f/in/c': ALWAYS } }),
  scenario('a retry of the own kind that is stuck in its undoing', guarded(own('REVERT')), GUARDED, ['FAILURE', 'SUCCESS'], {
    fails: { 'f/in/c': 1 },
    broken: ['f/in/b'],
    mending: { how: 'skipRevert', path: 'f/in/b' },
  }),
  scenario('a retry that undoes its own flow only', guarded(own('REVERT_LOCAL')), GUARDED, ['FAILURE', 'SUCCESS'], {
    fails: { 'f/in/c': 2 },
    mending: { how: 'retryFailed' },
  }),
  scenario('an optional part that is tried again, and left out', lenient(times(2)), GUARDED, ['SUCCESS'], { fails: { 'f/in/c': ALWAYS } }),
  scenario('an optional part that was left out of what goes back', lenient(alwaysRevert()), GUARDED, ['REVERTED'], {
    fails: { 'f/in/c': ALWAYS, 'f/d': ALWAYS },
  }),
  scenario('an optional part that is stuck in its undoing', lenient(alwaysRevert()), GUARDED, ['FAILURE', 'SUCCESS'], {
    fails: { 'f/in/c': ALWAYS },
    broken: ['f/in/b'],
    mending: { how: 'retryRevert', path: 'f/in/b' },
  }),
  scenario('a choice, and back', choosing, CHOOSING, ['REVERTED'], { fails: { 'f/z': ALWAYS } }),
  scenario('a choice, forward', choosing, CHOOSING, ['SUCCESS']),
  scenario('three at once, and back', diamond, DIAMOND, ['REVERTED'], { fails: { 'f/d': ALWAYS }, executor: concurrent({ perRun: 3 }) }),
  scenario('three at once, one fails', diamond, DIAMOND, ['REVERTED'], {
    fails: { 'f/b': ALWAYS },
    executor: concurrent({ perRun: 3 }),
    onFailure: 'abortSiblings',
  }),
  scenario('three at once, a revert fails beside another', diamond, DIAMOND, ['FAILURE', 'REVERTED'], {
    fails: { 'f/d': ALWAYS },
    broken: ['f/c'],
    executor: concurrent({ perRun: 3 }),
    mending: { how: 'retryFailed' },
  }),
  scenario('stopped where it fails', line, LINE, ['FAILURE', 'SUCCESS'], {
    fails: { 'f/b': 1 },
    executor: serial(),
    onFailure: 'stop',
    mending: { how: 'retryFailed' },
  }),
];
