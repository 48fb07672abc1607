import { beforeEach, describe, expect, test } from 'vitest';
import { type AnyFlow, flowproof, memory, type Persistence, type RunResult, serial, times, unordered } from '../../src/index.js';
import { type Fault, withFaults } from '../../src/testing/index.js';
import { calls, failing, line, optional, script, stubborn, task } from './optional-nodes.js';

beforeEach(() => {
  calls.length = 0;
  failing.clear();
  stubborn.clear();
  script.whileUndoing = async () => undefined;
  script.thrown = () => new Error('no');
});

describe('cancel', () => {
  test('while an optional node is being undone takes the whole run back', async () => {
    const store = memory();
    const flow = line('f').add(task('a')).add(task('b'), optional).add(task('c')).build();
    failing.set('b', 1);
    await using app = flowproof({
      ...{ persistence: store, flows: [flow] },
    } as never);
    script.whileUndoing = () => app.cancel('r');
    const result = (await app.run(flow as never, { id: 'r' } as never)) as RunResult<AnyFlow>;
    expect(result.state).toBe('CANCELLED');
    expect(calls.filter((call) => call.startsWith('undo b'))).toHaveLength(1);
    expect(calls).not.toContain('c');
  });
});

describe('crashes', () => {
  const part = unordered.dynamic('p').retry(times(2)).add(task('b')).add(task('c')).build();
  const flow = line('f')
    .add(task('a'))
    .add(part, optional)
    .add(task('d'), optional)
    .add(task('e', ['b', 'd']))
    .build();

  async function once(persistence: Persistence & { died?: Promise<void> }, resume: boolean): Promise<unknown> {
    const app = flowproof({ persistence, flows: [flow], executor: serial() } as never);
    const end = resume ? app.resume(flow as never, 'r', { takeover: 'force' }) : app.run(flow as never, { id: 'r' } as never);
    return Promise.race([end, persistence.died ?? new Promise(() => undefined)]);
  }

  for (const fails of [{ c: 2 }, { c: 2, d: 1 }, { c: 2, d: 1, e: 1 }] as const) {
    test(`at each write come to the same end: ${Object.keys(fails).join(' ')} fails`, async () => {
      const again = (): void => {
        calls.length = 0;
        for (const [name, count] of Object.entries(fails)) failing.set(name, count);
      };
      again();
      let writes = 0;
      const calm = await once(
        withFaults(memory(), () => {
          writes++;
          return 'pass';
        }),
        false,
      );
      const done = [...calls];
      const shape = (end: unknown) =>
        JSON.parse(JSON.stringify(end, (key, value) => (key === 'stack' || key === 'attempt' ? undefined : value)));
      for (let at = 1; at < writes; at++) {
        for (const fault of ['die-before', 'die-after'] as const) {
          again();
          const store = memory();
          const dead = await once(
            withFaults(store, (write): Fault => (write === at ? fault : 'pass')),
            false,
          );
          // What failed and was not written down fails again.
          if (dead !== undefined) expect(shape(dead)).toEqual(shape(calm));
          const sofar = calls.filter((call) => call.endsWith('fails')).length;
          const inFlight = sofar > 0 && calls.at(-1)?.endsWith('fails') === true && fault === 'die-before';
          if (inFlight) failing.set(calls.at(-1)?.split(' ')[0] as string, (failing.get(calls.at(-1)?.split(' ')[0] as string) ?? 0) + 1);
          const end = dead ?? (await once(store, true));
          expect(shape(end), `${fault} ${at}`).toEqual(shape(calm));
          const set = (all: readonly string[]) => [...new Set(all.map((call) => call.replace('interrupted', 'failure')))].sort();
          expect(set(calls), `${fault} ${at}`).toEqual(set(done));
          expect(calls.length - done.length, `${fault} ${at}`).toBeLessThanOrEqual(1);
        }
      }
    });
  }
});

describe('a flow that has changed', () => {
  const one = line('f').add(task('a')).add(task('b'), optional).add(task('c')).build();
  /** A run of `one` that dies behind this atom. */
  async function diedAfter(write: number): Promise<Persistence> {
    const store = memory();
    failing.set('b', 1);
    const dying = withFaults(store, (at): Fault => (at === write ? 'die-after' : 'pass'));
    const app = flowproof({ persistence: dying, flows: [one] } as never);
    await Promise.race([app.run(one as never, { id: 'r' } as never), dying.died]);
    return store;
  }
  const resumed = async (store: Persistence, flow: AnyFlow) => {
    calls.length = 0;
    await using app = flowproof({ persistence: store, flows: [flow] } as never);
    return await app.resume(flow as never, 'r', { takeover: 'force' });
  };
  const obliged = line('f').add(task('a')).add(task('b')).add(task('c')).build();

  test('may not oblige a node that was left out; else it may', async () => {
    // b has failed: it is being undone.
    const store = await diedAfter(2);
    await expect(resumed(store, obliged)).rejects.toMatchObject({
      code: 'INCOMPATIBLE_FLOW',
      message: expect.stringContaining("'f/b' was optional, and is left out since it failed"),
    });
    expect(await resumed(store, one)).toMatchObject({ state: 'SUCCESS', failures: [{ path: 'f/b' }] });
    expect(await resumed(await diedAfter(0), obliged)).toMatchObject({ state: 'REVERTED' });
  });

  test('may make a node optional that is under way', async () => {
    const store = memory();
    const dying = withFaults(store, (at): Fault => (at === 1 ? 'die-after' : 'pass'));
    const app = flowproof({ persistence: dying, flows: [obliged] } as never);
    await Promise.race([app.run(obliged as never, { id: 'r' } as never), dying.died]);
    failing.set('b', 1);
    expect(await resumed(store, one)).toMatchObject({ state: 'SUCCESS', failures: [{ path: 'f/b', optional: true }] });
  });

  test('leaves out with an optional flow what is new in it', async () => {
    const part = (...tasks: readonly string[]) => {
      let flow = line('p');
      for (const name of tasks) flow = flow.add(task(name));
      return line('f').add(flow.build(), optional).add(task('c')).build();
    };
    const store = memory();
    failing.set('b', 1);
    const dying = withFaults(store, (at): Fault => (at === 2 ? 'die-after' : 'pass'));
    const app = flowproof({ persistence: dying, flows: [part('a', 'b')] } as never);
    await Promise.race([app.run(part('a', 'b') as never, { id: 'r' } as never), dying.died]);
    expect(await resumed(store, part('new', 'a', 'newer', 'b', 'newest'))).toMatchObject({ state: 'SUCCESS' });
    expect(calls.filter((call) => call.includes('new'))).toEqual([]);
  });

  test('does what is new beside an optional node that was left out, though nothing else is there', async () => {
    const flow = (...names: readonly string[]) => {
      let outer = line('p').add(task('b'), optional);
      for (const name of names) outer = outer.add(task(name));
      return line('f').add(task('a')).add(outer.build(), optional).add(task('c')).build();
    };
    for (const write of [2, 3]) {
      const store = memory();
      failing.set('b', 1);
      const dying = withFaults(store, (at): Fault => (at === write ? 'die-after' : 'pass'));
      const app = flowproof({ persistence: dying, flows: [flow()] } as never);
      await Promise.race([app.run(flow() as never, { id: 'r' } as never), dying.died]);
      expect(await resumed(store, flow('new'))).toMatchObject({ state: 'SUCCESS', results: { new: 'new' } });
    }
  });

  test('takes the run back when it puts what is being undone before what is done', async () => {
    const before = line('f').add(task('a')).add(task('b'), optional).build();
    const after = line('f').add(task('b'), optional).add(task('a')).build();
    const store = memory();
    failing.set('b', 1);
    const dying = withFaults(store, (at): Fault => (at === 2 ? 'die-after' : 'pass'));
    const app = flowproof({ persistence: dying, flows: [before] } as never);
    await Promise.race([app.run(before as never, { id: 'r' } as never), dying.died]);
    expect(await resumed(store, after)).toMatchObject({ state: 'REVERTED', failures: [{ path: 'f/b' }] });
    expect([...calls].sort()).toEqual(['undo a result', 'undo b failure']);
  });

  test('does not leave out what it has put before what is done: the run goes back', async () => {
    const store = memory();
    const before = line('f').add(task('a')).add(task('c')).add(task('d')).build();
    const dying = withFaults(store, (at): Fault => (at === 2 ? 'die-after' : 'pass'));
    const app = flowproof({ persistence: dying, flows: [before] } as never);
    await Promise.race([app.run(before as never, { id: 'r' } as never), dying.died]);
    failing.set('b', 1);
    const after = line('f').add(task('a')).add(task('b'), optional).add(task('c')).add(task('d')).build();
    expect(await resumed(store, after)).toMatchObject({ state: 'REVERTED' });
  });
});
