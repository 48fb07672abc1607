import { expect, test } from 'vitest';
import { z } from 'zod';
import { postgres } from '../../src/adapters/postgres/index.js';
import { defineTask, flowproof, linear, waitFor } from '../../src/index.js';
import { withFaults } from '../../src/testing/index.js';
import { Gate } from '../app/gate.js';
import { bench, sixSteps } from '../app/workshop.js';
import { appendOne, begun } from '../conformance/journal/samples.js';
import { describePostgres } from '../support/postgres.js';

interface AtomRow {
  readonly path: string;
  readonly kind: string;
  readonly state: string;
  readonly rounds: number;
  readonly executions: number;
  readonly reversions: number;
  readonly failures: number;
  readonly last_failure: string | null;
  readonly started_at: Date | null;
  readonly changed_at: Date | null;
}

describePostgres('the views', (database) => {
  const rows = async <Row extends object>(sql: string, ...values: unknown[]) => (await database().admin.query<Row>(sql, values)).rows;
  const atomsOf = (key: string) => rows<AtomRow>('select * from flowproof.atoms where key = $1 order by atom', key);
  const timelineOf = (key: string) =>
    rows<{ event: string; path: string | null; detail: unknown; since_step_before: unknown }>(
      'select * from flowproof.timeline where key = $1 order by seq, place, atom',
      key,
    );

  const FAILING: readonly (readonly [what: string, failing: Readonly<Record<string, number>>])[] = [
    ['all goes well', {}],
    ['a retry helps', { d: 1 }],
    ['all is undone', { d: 2 }],
    ['the last one fails', { f: 1 }],
  ];
  test.each(FAILING)('say of each atom what the engine says: %s, after a death behind each write', async (what, failing) => {
    const store = postgres(database().url);
    for (let death = 1, died = true; died; death++) {
      died = false;
      const id = `${what} ${death}`;
      const services = { bench: bench(failing) };
      const faulty = withFaults(store, (write) => {
        died ||= write === death;
        return write === death ? 'die-after' : 'pass';
      });
      const first = flowproof({ persistence: faulty, flows: [sixSteps], services, leaseMs: 50 });
      await Promise.race([first.run(sixSteps, { id, inputs: { n: 1 } }), faulty.died]);
      // Half-done runs, too: what was in flight is RUNNING or REVERTING.
      await using app = flowproof({ persistence: store, flows: [sixSteps], services });
      for (const end of [false, true]) {
        if (end && died) await app.resume(id, { takeover: 'force' });
        const { atoms, state } = await app.inspect(id);
        const seen = (await atomsOf(id)).map(({ path, kind, state, executions, reversions }) => ({
          path,
          kind,
          state,
          executions,
          reversions,
        }));
        expect(seen).toEqual(atoms.map(({ path, kind, state, executions, reversions }) => ({ path, kind, state, executions, reversions })));
        if (end) expect((await timelineOf(id)).filter(({ event }) => event === 'RUN').at(-1)?.detail).toBe(state);
      }
      if (!died) await first.stop();
    }
  });

  test('know an atom by its path when the code has changed, and forget what was before a reset', async () => {
    const persistence = postgres(database().url);
    const step = (name: string) => defineTask({ name, execute: async () => undefined, revert: async () => undefined });
    const gated = defineTask({ name: 'gated', execute: async (_: {}, ctx: { services: { gate: Gate } }) => ctx.services.gate.pass() });
    const flowOf = (...names: readonly string[]) =>
      names.reduce((flow, name) => flow.add(name === 'gated' ? gated : step(name)), linear.dynamic<{ gate: Gate }>('changing')).build();
    const agrees = async (app: { inspect(id: string): Promise<{ atoms: readonly object[] }> }) => {
      const facts = ({ path, state, executions, reversions }: AtomRow) => ({ path, state, executions, reversions });
      const seen = (await atomsOf('changed')).map(facts);
      expect(seen).toEqual((await app.inspect('changed')).atoms.map((atom) => facts(atom as AtomRow)));
      return seen.map(({ path, state }) => `${path} ${state}`);
    };
    const gate = new Gate();
    await using first = flowproof({ persistence, flows: [flowOf('a', 'gated', 'z')], services: { gate } });
    const handle = await first.start(flowOf('a', 'gated', 'z'), { id: 'changed' });
    await gate.reached;
    await handle.suspend();
    gate.open();
    await handle.result();
    expect(await agrees(first)).toEqual(['changing/a SUCCESS', 'changing/gated SUCCESS', 'changing/z PENDING']);
    const open = new Gate();
    open.open();
    await using second = flowproof({ persistence, flows: [flowOf('new', 'a', 'gated')], services: { gate: open } });
    await second.resume('changed');
    expect(await agrees(second)).toEqual(['changing/new SUCCESS', 'changing/a SUCCESS', 'changing/gated SUCCESS']);
    const paths = (await timelineOf('changed')).filter(({ event }) => event === 'SUCCESS').map(({ path }) => path);
    expect(paths).toEqual(['changing/a', 'changing/gated', 'changing/new']);
    await second.reset('changed');
    expect(await agrees(second)).toEqual(['changing/new PENDING', 'changing/a PENDING', 'changing/gated PENDING']);
    expect((await atomsOf('changed')).map(({ rounds, failures }) => rounds + failures)).toEqual([0, 0, 0]);
  });

  test('say of waits what the engine says', async () => {
    const flow = linear('waiting').add(waitFor('go', z.number())).add(waitFor('never')).build();
    await using app = flowproof({ persistence: postgres(database().url), flows: [flow] });
    const run = await app.start(flow, { id: 'waiting' });
    await run.signal('go', 1);
    await expect.poll(async () => (await app.inspect('waiting')).waiting?.name).toBe('never');
    const seen = async () => (await atomsOf('waiting')).map(({ kind, state, rounds, executions }) => [kind, state, rounds, executions]);
    expect(await seen()).toEqual([
      ['wait', 'SUCCESS', 1, 0],
      ['wait', 'WAITING', 1, 0],
    ]);
    expect((await timelineOf('waiting')).flatMap(({ event, detail }) => (event === 'SIGNAL' ? [detail] : []))).toEqual(['go']);
    await run.cancel();
    await run.result();
    expect(await seen()).toEqual([
      ['wait', 'REVERTED', 1, 0],
      ['wait', 'REVERTED', 1, 0],
    ]);
  });

  test('leave out a start that was withdrawn, unless it was called before', async () => {
    const journal = postgres(database().url).connect();
    await journal.open();
    const run = await begun(journal, 1, { key: 'withdrawn' });
    await appendOne(journal, run.item(2, { transitions: [['TAKEOVER', [1]], ['RUNNING', 1], ['RUNNING', 2], ['RUNNING', 3]] })); // biome-ignore format: one step
    await appendOne(journal, run.item(3, { transitions: [['WITHDRAWN', 1], ['WITHDRAWN', 2], ['SUCCESS', 3], ['REVERTING', 3]] })); // biome-ignore format: one step
    await appendOne(journal, run.item(4, { transitions: [['WITHDRAWN', 3]] }));
    const seen = (await atomsOf('withdrawn')).map(({ state, rounds, executions, reversions }) => [state, rounds, executions, reversions]);
    expect(seen).toEqual([['PENDING', 0, 0, 0], ['RUNNING', 1, 1, 0], ['PENDING', 0, 0, 0], ['SUCCESS', 1, 1, 0]]); // biome-ignore format: a row each
    await journal.close();
  });

  test('count rounds, times and failures, and show values that text can’t hold as they are', async () => {
    const journal = postgres(database().url).connect();
    await journal.open();
    const run = await begun(journal, 0, { key: 'rounds' });
    const value = `a${String.fromCharCode(0)}b "quoted"`;
    const failure = { name: 'Out', message: value };
    const steps = [
      [['RUNNING', 1]],
      [['FAILURE', 1, failure], ['VOTE', 2, 0, true], ['INTEND', 'REVERT', 0, 4]],
      [['RESET', 0, 4]],
      [['RUNNING', 1]],
      [['SUCCESS', 1, { value }], ['RUN', 'SUCCESS']],
    ] as const; // biome-ignore format: one step a line
    for (const [index, transitions] of steps.entries()) await appendOne(journal, run.item(index + 1, { transitions }));
    const [, atom] = await atomsOf('rounds');
    expect(atom).toMatchObject({ path: 'fetch', state: 'SUCCESS', rounds: 2, executions: 2, failures: 1 });
    expect(atom?.last_failure).toBe('Out: a\ufffdb "quoted"');
    expect(atom?.changed_at?.getTime()).toBeGreaterThan(atom?.started_at?.getTime() ?? Number.NaN);
    const events = (await timelineOf('rounds')).map(({ event, path }) => [event, path]);
    expect(events.slice(0, 5)).toEqual([['CREATED', null], ['RUN', null], ['RUNNING', 'fetch'], ['FAILURE', 'fetch'], ['VOTE', 'store']]); // biome-ignore format: a list
    expect(events.slice(5, 9)).toEqual([['RESET', 'retry'], ['RESET', 'fetch'], ['RESET', 'store'], ['RESET', 'tell/mail']]); // biome-ignore format: a list
    await journal.close();
  });

  test('read one run without walking through the others', async () => {
    const journal = postgres(database().url).connect();
    await journal.open();
    for (let index = 0; index < 20; index++) await begun(journal, 3);
    await begun(journal, 3, { key: 'one of many' });
    await journal.close();
    for (const view of ['atoms', 'timeline']) {
      const [plan] = await rows<{ 'QUERY PLAN': [{ Plan: PlanNode }] }>(
        `explain (analyze, format json) select * from flowproof.${view} where key = 'one of many'`,
      );
      const read = scans(plan?.['QUERY PLAN'][0].Plan).filter((node) => node['Relation Name'] === 'journal');
      expect(read.length).toBeGreaterThan(0);
      for (const node of read) {
        expect(node['Node Type']).toMatch(/Index|Bitmap/);
        expect(node['Actual Rows']).toBeLessThanOrEqual(4);
      }
    }
  });
});

interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Actual Rows': number;
  readonly Plans?: readonly PlanNode[];
}

function scans(node: PlanNode | undefined): readonly PlanNode[] {
  return node === undefined ? [] : [node, ...(node.Plans ?? []).flatMap(scans)];
}
