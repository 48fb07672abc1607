import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { RetryDefinition, WaitDefinition } from '../../src/authoring/index.js';
import type { CompiledFlow } from '../../src/compilation/index.js';
import { decide } from '../../src/engine/decide/decide.js';
import type { Run } from '../../src/engine/decide/step.js';
import { Frontier } from '../../src/engine/frontier/frontier.js';
import { beginEntry, foldTransition } from '../../src/engine/state/fold.js';
import type { CallOutcome, Question } from '../../src/engine/state/protocol.js';
import { type AtomStatus, newRun } from '../../src/engine/state/run-status.js';
import { restore, snapshotOf } from '../../src/engine/state/snapshot.js';
import { Bench, compiled, type Node, type Part } from './runs.js';

type Tree =
  | {
      readonly kind: 'task';
      readonly priority: number;
      readonly revert: boolean;
      readonly luck: number;
      readonly reach: 'none' | 'atom' | 'all';
      readonly optional: boolean;
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
      nodes[name] = { after: before, priority: item.priority, revert: item.revert, ...decider };
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
        retries: { until: Object.keys(nodes).at(-1) as string, policy: policyOf(item.guard, item.attempts) },
      };
    }
    return ends;
  };
  lay(root, []);
  return { nodes, luck, parts };
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
      return { kind: 'own', name: 'own', requires: [], provides: [], declared: true, hasExecute: hasCode, hasRevert: hasCode, code };
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

/** The fate of a piece of work depends on its name and round only, not on when or how often it is called. */
function fate(luck: number, round: number, phase: string): '' | '!' | '?' {
  const dice = (luck * 31 + round * 17 + (phase === 'revert' ? 7 : 0)) % 40;
  if (phase === 'revert') return dice === 0 ? '!' : '';
  return dice < 6 ? '!' : dice < 8 ? '?' : '';
}

const plan = fc.record({
  tree,
  capacity: fc.integer({ min: 1, max: 4 }),
  order: fc.array(fc.nat({ max: 1_000 }), { minLength: 1, maxLength: 50 }),
  crashes: fc.array(fc.nat({ max: 30 }), { maxLength: 4 }),
});

function play(
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
    if (crashes.includes(step)) bench = bench.takeOver().bench;
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
      ...flying.slice(first, first + many).map(([name, { round, phase }]) => `${name}${fate(luck.get(name) ?? 0, round, phase)}`),
    );
  }
  look(bench);
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

test('the state is the fold of the journal, at every step', () => {
  fc.assert(
    fc.property(plan, (planned) => {
      play(planned, ({ run, history, times, flow }) => {
        const folded = newRun('r', flow.atoms.length);
        for (const [index, step] of history.entries()) {
          beginEntry(folded, times[index] as number);
          for (const transition of step) {
            if (transition[0] === 'TAKEOVER') folded.epoch++;
            foldTransition(folded, transition);
          }
        }
        expect(folded).toEqual(run.status);
      });
    }),
  );
});

test('a snapshot is worth the journal before it', () => {
  fc.assert(
    fc.property(plan, (planned) => {
      play(planned, ({ run, flow }) => {
        const restored = newRun('r', flow.atoms.length);
        const { seq, epoch, atMs, format } = run.status;
        Object.assign(restored, { seq, epoch, atMs, format });
        restore(restored, JSON.parse(JSON.stringify(snapshotOf(run.status))));
        expect(restored).toEqual(run.status);
      });
    }),
  );
});

test('the frontier that is kept by counting is the one that is built anew', () => {
  const seen = ({ frontier }: Run): unknown => [
    frontier.called,
    frontier.bringsBack,
    frontier.nextForward(),
    frontier.nextBack(),
    frontier.nextLeftOut(),
    frontier.nextWithdrawn(),
    frontier.waits,
    frontier.nextLost(),
    frontier.nextUnsettled(),
    frontier.nextWakeUp({ nowMs: 0, monotonicMs: 0 })?.atMs,
  ];
  fc.assert(
    fc.property(plan, (planned) => {
      play(planned, ({ run }) => expect(seen({ ...run, frontier: new Frontier(run.flow, run.status) })).toEqual(seen(run)));
    }),
  );
});

test('a call that is over may answer again, and again: nothing is said of it', () => {
  const failure = { name: 'Error', message: 'late' };
  fc.assert(
    fc.property(plan, fc.constantFrom('result' as const, 'failure' as const, 'interrupted' as const), (planned, kind) => {
      play(planned, (bench) => {
        const before = structuredClone(bench.run.status);
        const outcomes = bench.over.map((call): CallOutcome => ({ ...call, end: kind === 'result' ? { kind } : { kind, failure } }));
        const { transitions, commands, late } = decide(bench.run, [{ kind: 'finished', outcomes }], bench.limits);
        expect(transitions).toEqual([]);
        expect(commands.filter(({ do: what }) => what === 'call' || what === 'ask')).toEqual([]);
        expect(late).toHaveLength(outcomes.length);
        expect(bench.run.status).toEqual(before);
      });
    }),
    { numRuns: 1_000 },
  );
});

test('nothing runs before what it waits for, nothing is undone before what came after it', () => {
  fc.assert(
    fc.property(plan, (planned) => {
      play(planned, ({ run: { flow, status } }) => {
        status.atoms.forEach(({ state }, index) => {
          if (state === 'PENDING' || state === 'REVERTED' || state === 'IGNORE') return;
          for (const before of flow.graph.predecessors[index] ?? []) {
            const { state, tried } = status.atoms[before] as AtomStatus;
            // A retry whose decision failed had let its flow begin before.
            const letBegin = state === 'FAILURE' && tried.length > 0;
            if (!letBegin) expect(['SUCCESS', 'IGNORE']).toContain(state);
          }
        });
      });
    }),
  );
});

test('every run ends, and its state says what is left', () => {
  fc.assert(
    fc.property(plan, (planned) => {
      const { run } = play(planned, () => undefined);
      const tasks = run.status.atoms.filter((_, index) => run.flow.atoms[index]?.kind !== 'retry').map(({ state }) => state);
      if (run.status.state === 'SUCCESS') expect(tasks.filter((state) => state !== 'SUCCESS' && state !== 'IGNORE')).toEqual([]);
      else if (run.status.state === 'REVERTED')
        expect(tasks.filter((state) => state !== 'REVERTED' && state !== 'PENDING' && state !== 'IGNORE')).toEqual([]);
      else expect(tasks.some((state) => state === 'REVERT_FAILURE' || state === 'SUCCESS')).toBe(true);
    }),
  );
});

test('a run of optional nodes fails only where it can not undo them', () => {
  const tolerant = ({ ...item }: Tree): Tree =>
    item.kind === 'task' || item.kind === 'wait'
      ? { ...item, optional: true }
      : { ...item, guard: 'local', children: item.children.map(tolerant) };
  fc.assert(
    fc.property(plan, (planned) => {
      const { run } = play({ ...planned, tree: tolerant(planned.tree) }, () => undefined);
      const stuck = run.status.atoms.some(({ state }) => state === 'REVERT_FAILURE');
      expect(run.status.state).toBe(stuck ? 'FAILURE' : 'SUCCESS');
    }),
  );
});

test('one at a time, crashes change neither the end nor the order of what ended', () => {
  fc.assert(
    fc.property(plan, (planned) => {
      const ends = (bench: Bench): string[] =>
        bench.history
          .flat()
          .flatMap(([word, atom]) =>
            word === 'SUCCESS' || word === 'HEARD' || word === 'REVERTED' || word === 'REVERT_FAILURE' ? [`${atom} ${word}`] : [],
          );
      const calm = play({ ...planned, capacity: 1, crashes: [] }, () => undefined);
      const rough = play({ ...planned, capacity: 1 }, () => undefined);
      expect(rough.run.status.state).toBe(calm.run.status.state);
      expect(ends(rough)).toEqual(ends(calm));
    }),
  );
});

test('a journal that is cut at any entry goes on from there, to the same end', () => {
  fc.assert(
    fc.property(plan, (planned) => {
      const calm = { ...planned, capacity: 1, crashes: [] };
      const whole = play(calm, () => undefined);
      for (let length = 1; length < whole.history.length; length++) {
        const cut = play(
          calm,
          () => undefined,
          (flow) => {
            const bench = new Bench(flow, 1);
            bench.history.push(...whole.history.slice(0, length));
            return bench.takeOver().bench;
          },
        );
        expect(cut.run.status.state, `cut after ${length}`).toBe(whole.run.status.state);
      }
    }),
    { numRuns: 30 },
  );
});
