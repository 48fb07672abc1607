import fc from 'fast-check';
import { expect, test } from 'vitest';
import { plan, play, type Tree } from './random-runs.js';
import { Bench } from './runs.js';

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

test('a task is called for a turn of its own as often as it may be, and for no more', () => {
  fc.assert(
    fc.property(plan, (planned) => {
      const { run, history } = play(planned, () => undefined);
      for (const [index, atom] of run.flow.atoms.entries()) {
        if (atom.kind !== 'task') continue;
        let again = 0;
        for (const fact of history.flat()) {
          if (fact[0] === 'RESET' && fact[1] <= index && index < fact[2]) again = 0;
          if (fact[0] === 'TRY_AGAIN' && fact[1] === index) again++;
          expect(again).toBeLessThan(atom.tuning.retry?.attempts ?? 1);
        }
        expect(run.status.atoms[index]?.state).not.toBe('RETRYING');
      }
    }),
  );
});
