import fc from 'fast-check';
import type { RetryDefinition, Tuning, WaitDefinition } from '../../src/authoring/index.js';
import type { CompiledFlow } from '../../src/compilation/index.js';
import type { Question } from '../../src/engine/state/protocol.js';
import type { AtomStatus } from '../../src/engine/state/run-status.js';
import { Bench, compiled, type Node, type Part } from './runs.js';

export type Tree =
  | {
      readonly kind: 'task';
      readonly priority: number;
      readonly revert: boolean;
      readonly luck: number;
      readonly reach: 'none' | 'atom' | 'all';
      readonly optional: boolean;
      /** Of its own. */
      readonly attempts: number;
      readonly pauseMs: number;
    }
  | {
      readonly kind: 'wait';
      readonly waits: WaitDefinition & { readonly judged?: true };
      readonly luck: number;
      readonly optional: boolean;
    }
  | {
      readonly kind: 'line' | 'fan';
      readonly children: readonly Tree[];
      readonly attempts: number;
      readonly guard: Guard;
      readonly optional: boolean;
    };

/** How a flow is guarded: by a stock retry, with or without a pause, or by one of the user's own. */
type Guard = 'stock' | 'paused' | 'local' | 'own' | 'own with code';
const GUARDS: readonly Guard[] = ['stock', 'paused', 'local', 'own', 'own with code'];
const optional = fc.constantFrom(true, false, false);

const waits: fc.Arbitrary<Extract<Tree, { kind: 'wait' }>['waits']> = fc.oneof(
  fc.record({ kind: fc.constant('sleep' as const), ms: fc.constantFrom(0, 70, 500) }),
  fc.record(
    {
      kind: fc.constant('signal' as const),
      signal: fc.constantFrom('x', 'y'),
      judged: fc.constant(true as const),
      timeoutMs: fc.constantFrom(0, 70, 500),
      fallback: fc.constant({ value: 1 }),
    },
    { requiredKeys: ['kind', 'signal'] },
  ),
);

const tree: fc.Arbitrary<Tree> = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.record({ kind: fc.constant('wait' as const), waits, luck: fc.nat({ max: 99 }), optional }),
    fc.record({
      kind: fc.constant('task' as const),
      priority: fc.integer({ min: -1, max: 1 }),
      revert: fc.boolean(),
      luck: fc.nat({ max: 99 }),
      reach: fc.constantFrom('none' as const, 'none' as const, 'none' as const, 'atom' as const, 'all' as const),
      optional,
      attempts: fc.constantFrom(1, 1, 2, 3),
      pauseMs: fc.constantFrom(0, 30, 200),
    }),
    fc.record({
      kind: fc.constantFrom('line' as const, 'fan' as const),
      children: fc.array(tie('tree'), { minLength: 1, maxLength: 3 }),
      attempts: fc.integer({ min: 0, max: 2 }),
      guard: fc.constantFrom(...GUARDS),
      optional,
    }),
  ),
})).tree;

/** Lays a tree out as nodes: the retry of a flow comes before its content, which waits for it. */
function layOut(root: Tree): { nodes: Record<string, Node>; luck: Map<string, number>; parts: readonly Part[] } {
  const nodes: Record<string, Node> = {};
  const luck = new Map<string, number>();
  const parts: Part[] = [];
  let count = 0;
  const lay = (item: Tree, before: readonly string[]): readonly string[] => {
    if (!item.optional) return layInside(item, before);
    const first = Object.keys(nodes).length;
    const slot = parts.push(['', '']) - 1;
    const ends = layInside(item, before);
    const names = Object.keys(nodes);
    parts[slot] = [names[first] as string, names.at(-1) as string];
    return ends;
  };
  const layInside = (item: Tree, before: readonly string[]): readonly string[] => {
    if (item.kind === 'task') {
      const name = `t${count++}`;
      const decider = item.reach === 'none' ? {} : { decider: { reach: item.reach } };
      nodes[name] = { after: before, priority: item.priority, revert: item.revert, tuning: tuningOf(item), ...decider };
      luck.set(name, item.luck);
      return [name];
    }
    if (item.kind === 'wait') {
      const name = `w${count++}`;
      nodes[name] = { after: before, waits: item.waits };
      luck.set(name, item.luck);
      return [name];
    }
    const retry = item.attempts > 0 ? `r${count++}` : undefined;
    if (retry !== undefined) nodes[retry] = { after: before };
    const start = retry === undefined ? before : [retry];
    const ends =
      item.kind === 'line'
        ? item.children.reduce((ends, child) => lay(child, ends), start)
        : item.children.flatMap((child) => lay(child, start));
    if (retry !== undefined) {
      nodes[retry] = {
        after: before,
        retries: { last: Object.keys(nodes).at(-1) as string, policy: policyOf(item.guard, item.attempts) },
      };
    }
    return ends;
  };
  lay(root, []);
  return { nodes, luck, parts };
}

function tuningOf({ attempts, pauseMs }: Extract<Tree, { kind: 'task' }>): Tuning {
  const backoff = pauseMs === 0 ? {} : { backoff: { delayMs: pauseMs, factor: 2, maxMs: 1_000, jitter: 0.5 } };
  return attempts === 1 ? {} : { retry: { kind: 'times', attempts, ...backoff } };
}

function policyOf(guard: Guard, attempts: number): RetryDefinition {
  const code = { kind: 'object', target: {} } as const;
  switch (guard) {
    case 'stock':
      return { kind: 'times', attempts };
    case 'local':
      return { kind: 'times', attempts, otherwise: 'REVERT_LOCAL' };
    case 'paused':
      return { kind: 'times', attempts, backoff: { delayMs: 100, factor: 2, maxMs: 1_000, jitter: 0.5 } };
    default: {
      const hasCode = guard === 'own with code';
      return { kind: 'custom', name: 'own', requires: [], provides: [], declared: true, hasExecute: hasCode, hasRevert: hasCode, code };
    }
  }
}

/** What an own retry says follows from who failed and in which attempt, too. */
function wordOf(bench: Bench, { failed, retry }: Extract<Question, { about: 'failure' }>): unknown {
  const attempt = bench.run.status.atoms[retry]?.tried.length ?? 0;
  const words =
    attempt < 3
      ? ['RETRY', { decision: 'RETRY', delayMs: 50 }, 'REVERT', 'REVERT_LOCAL', 'REVERT_ALL', 'nonsense']
      : ['REVERT', 'REVERT_LOCAL'];
  return words[(failed * 7 + attempt * 3) % words.length];
}

/** The fate of a try depends on its name, round and turn only, not on when or how often it is called. */
function fate(luck: number, round: number, turn: number, phase: string): '' | '!' | '!!' | '?' {
  const dice = (luck * 31 + round * 17 + (turn - 1) * 13 + (phase === 'revert' ? 7 : 0)) % 40;
  if (phase === 'revert') return dice === 0 ? '!' : '';
  return dice < 1 ? '!!' : dice < 6 ? '!' : dice < 8 ? '?' : '';
}

export const plan = fc.record({
  tree,
  capacity: fc.integer({ min: 1, max: 4 }),
  order: fc.array(fc.nat({ max: 1_000 }), { minLength: 1, maxLength: 50 }),
  crashes: fc.array(fc.nat({ max: 30 }), { maxLength: 4 }),
});

export function play(
  { tree, capacity, order, crashes }: { tree: Tree; capacity: number; order: readonly number[]; crashes: readonly number[] },
  look: (bench: Bench) => void,
  start?: (flow: CompiledFlow) => Bench,
): Bench {
  const { nodes, luck, parts } = layOut(tree);
  const flow = compiled(nodes, parts);
  let bench = start?.(flow) ?? new Bench(flow, capacity);
  if (bench.run.status.seq < 0) bench.begin();
  for (let step = 0; bench.run.status.state === 'RUNNING'; step++) {
    if (step > 5_000) throw new Error('it never ends');
    look(bench);
    // Who looks may let time pass.
    if (bench.run.status.state !== 'RUNNING') break;
    if (crashes.includes(step)) bench = taken(bench, order[step % order.length] as number, look);
    const question = bench.asked[0]?.question;
    if (question?.about === 'failure') {
      bench.vote(wordOf(bench, question));
      continue;
    }
    if (question?.about === 'node') {
      const target = bench.flow.deciders?.[question.decider]?.target ?? '';
      bench.vote((luck.get(target) ?? 0) % 2 === 0);
      continue;
    }
    if (question?.about === 'signal') {
      const sent = bench.run.status.signals.find(({ name }) => name === question.name)?.payload as number;
      bench.judge(sent % 3 === 2 ? 'refused' : { value: sent });
      continue;
    }
    if (bench.flying.size === 0 && signals(bench, luck)) continue;
    if (bench.flying.size === 0 && bench.run.status.state === 'RUNNING') {
      if (bench.slept === undefined || bench.slept <= bench.limits.monotonicMs) throw new Error('it waits for nothing');
      bench.limits = { ...bench.limits, nowMs: bench.slept, monotonicMs: bench.slept };
      bench.decide([]);
      continue;
    }
    const flying = [...bench.flying.entries()];
    if (bench.run.status.state !== 'RUNNING') break;
    const first = (order[step % order.length] as number) % flying.length;
    const many = 1 + ((order[(step + 1) % order.length] as number) % (flying.length - first));
    bench.answer(
      ...flying
        .slice(first, first + many)
        .map(([name, { round, turn, phase }]) => `${name}${fate(luck.get(name) ?? 0, round, turn, phase)}`),
    );
  }
  look(bench);
  return bench;
}

/** By another engine; of some calls under way, places know where its executor asks for them. */
function taken(before: Bench, dice: number, look: (bench: Bench) => void): Bench {
  if (dice % 2 === 0) return before.takeOver().bench;
  const { bench } = before.takeOver(undefined, { reattaching: [0] });
  for (const [at, name] of [...bench.sought.keys()].entries()) {
    look(bench);
    bench.seekEnds(name, (dice >> 1) % (at + 2) !== 0);
  }
  return bench;
}

/** Where nothing moves by itself, a signal comes, for the first that waits for one, unless its time is to be over first. */
function signals(bench: Bench, luck: ReadonlyMap<string, number>): boolean {
  const { status, frontier } = bench.run;
  for (const atom of frontier.waits) {
    const { awaited, round } = status.atoms[atom] as AtomStatus;
    const dice = (luck.get(bench.flow.atoms[atom]?.path ?? '') ?? 0) + round;
    if (awaited?.signal === undefined || (awaited.untilMs !== undefined && dice % 2 === 0)) continue;
    const sent = bench.history.flat().filter(([word]) => word === 'SIGNAL').length;
    // Some are for nobody, or for a wait that is to come.
    bench.signal(dice % 5 === 0 && sent % 4 === 0 ? 'y' : awaited.signal, sent);
    return true;
  }
  return false;
}
