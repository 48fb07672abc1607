import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { postgres } from '../../src/adapters/postgres/index.js';
import { foldRun } from '../../src/engine/index.js';
import type { Entry } from '../../src/persistence/index.js';
import { describePostgres } from '../support/postgres.js';
import type { Orders } from './engine-process.js';
import { EngineProcess, effectsIn, engineProgram, worksOf } from './processes.js';

const directory = mkdtempSync(join(tmpdir(), 'flowproof-ownership-'));
let program = '';
beforeAll(async () => {
  program = await engineProgram('ownership');
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const FORWARD = ['do a', 'do b', 'do c', 'do d', 'do e', 'do f'];

describePostgres('who may move a run', (database) => {
  const engine = (id: string, more: Partial<Orders> = {}): EngineProcess =>
    new EngineProcess(program, { store: { postgres: database().url }, effects: join(directory, id), action: 'run', id, ...more });
  const effects = (id: string) => effectsIn(join(directory, id));

  /** The journal of a run, and whether any atom is in flight. */
  async function journalOf(id: string): Promise<{ entries: Entry[]; states: string[] }> {
    const journal = postgres(database().url).connect();
    try {
      await journal.open();
      const found = await journal.find({ key: id });
      const loaded = found && (await journal.load(found.runId));
      if (loaded === undefined) throw new Error(`no run ${id}`);
      const entries: Entry[] = [];
      for await (const page of loaded.entries) entries.push(...page);
      const again = await journal.load(loaded.summary.runId);
      const status = again && (await foldRun(again));
      return { entries, states: status?.atoms.map(({ state }) => state) ?? [] };
    } finally {
      await journal.close();
    }
  }

  test('frozen between two tasks, taken over, thawed: it calls nothing and writes nothing', async () => {
    const frozen = engine('between', { at: { write: 3, when: 'after', signal: 'SIGSTOP' } });
    await frozen.next();
    await frozen.frozen();
    const other = engine('between');
    expect((await other.last())?.end?.state).toBe('SUCCESS');
    const before = await journalOf('between');
    frozen.thaw();
    expect(await frozen.last()).toEqual({ error: 'STALE_RUN' });
    expect(await journalOf('between')).toEqual(before);
    expect(effects('between').map(({ phase, name }) => `${phase} ${name}`)).toEqual(FORWARD);
  });

  test('frozen inside a task: only that effect is repeated, with its key', async () => {
    const frozen = engine('inside', { inTask: { name: 'c', does: 'SIGSTOP' } });
    await frozen.next();
    await frozen.frozen();
    expect((await engine('inside').last())?.end?.state).toBe('SUCCESS');
    const before = await journalOf('inside');
    frozen.thaw();
    expect(await frozen.last()).toEqual({ error: 'STALE_RUN' });
    expect(await journalOf('inside')).toEqual(before);
    const done = effects('inside');
    expect(worksOf(done)).toEqual(FORWARD);
    expect(done.filter(({ name }) => name === 'c').map(({ attempt }) => attempt)).toEqual([1, 2]);
    expect(done).toHaveLength(7);
  });

  test('two takeovers at once: one history', async () => {
    const killed = engine('two', { inTask: { name: 'b', does: 'SIGKILL' } });
    await killed.last();
    const ends = await Promise.all([engine('two').last(), engine('two').last()]);
    expect(ends[0]?.end).toEqual(ends[1]?.end);
    expect(ends[0]?.end?.state).toBe('SUCCESS');
    const { entries } = await journalOf('two');
    expect(entries.map(({ seq }) => seq)).toEqual(entries.map((_, index) => index));
    const writers = new Map<number, Set<string>>();
    for (const { epoch, writer } of entries) writers.set(epoch, (writers.get(epoch) ?? new Set()).add(writer));
    expect([...writers.values()].map(({ size }) => size)).toEqual([1, 1]);
    expect(worksOf(effects('two'))).toEqual(FORWARD);
  });

  test('two forced takeovers at once: each effect has one key, one history', async () => {
    await engine('forced', { inTask: { name: 'b', does: 'SIGKILL' } }).last();
    const ends = await Promise.all([engine('forced', { action: 'force' }).last(), engine('forced', { action: 'force' }).last()]);
    const states = ends.map((said) => said?.end?.state ?? said?.error);
    expect(states).toContain('SUCCESS');
    const { entries } = await journalOf('forced');
    expect(entries.map(({ seq }) => seq)).toEqual(entries.map((_, index) => index));
    expect(worksOf(effects('forced'))).toEqual(FORWARD);
  });

  test('a third process suspends it through the inbox, between two tasks; nothing is in flight then', async () => {
    const until = join(directory, 'suspend.go');
    const owner = engine('suspended', { inTask: { name: 'c', does: 'wait', until } });
    await owner.next();
    expect(await engine('suspended', { action: 'suspend' }).last()).toEqual({ end: 'sent' });
    // Two renewals of the lease later the owner has read its inbox.
    const lease = async (): Promise<string> =>
      (await database().admin.query('select max(expires_at)::text as at from flowproof.leases')).rows[0].at;
    for (let seen = await lease(), changes = 0; changes < 2; ) {
      const now = await lease();
      if (now !== seen) changes++;
      seen = now;
    }
    writeFileSync(until, '');
    expect((await owner.last())?.end).toEqual({ state: 'SUSPENDED', flow: 'six', runId: 'suspended' });
    const { states } = await journalOf('suspended');
    expect(states).toEqual(['SUCCESS', 'SUCCESS', 'SUCCESS', 'SUCCESS', 'PENDING', 'PENDING', 'PENDING']);
    expect((await database().admin.query('select count(*)::int as n from flowproof.inbox')).rows[0].n).toBe(0);
    expect((await engine('suspended', { action: 'resume' }).last())?.end?.state).toBe('SUCCESS');
    expect(worksOf(effects('suspended'))).toEqual(FORWARD);
  });

  test('killed after ctx.save and given up: its revert gets what it saved', async () => {
    await engine('saved', { inTask: { name: 'c', does: 'save-and-SIGKILL' } }).last();
    const end = await engine('saved', { maxLosses: 1, failing: ['c'] }).last();
    expect(end?.end?.state).toBe('REVERTED');
    const [first, ...rest] = effects('saved').filter(({ name }) => name === 'c');
    expect(first).toMatchObject({ phase: 'do', saved: null });
    expect(rest[0]).toMatchObject({ phase: 'undo', key: first?.key, told: { kind: 'interrupted', saved: { half: 'c' } } });
  });

  test('killed after ctx.save: the next call of the same work sees what it saved', async () => {
    await engine('again', { inTask: { name: 'c', does: 'save-and-SIGKILL' } }).last();
    expect((await engine('again').last())?.end?.state).toBe('SUCCESS');
    expect(effects('again').filter(({ name }) => name === 'c')).toMatchObject([
      { attempt: 1, saved: null },
      { attempt: 2, saved: { half: 'c' } },
    ]);
  });

  test('a task that kills its process is given up after maxLosses, and undone', async () => {
    const orders: Partial<Orders> = { maxLosses: 3, inTask: { name: 'e', does: 'SIGKILL' } };
    let deaths = 0;
    let end = await engine('poison', orders).last();
    for (; end?.end === undefined && deaths < 10; end = await engine('poison', orders).last()) deaths++;
    expect(deaths).toBe(3);
    expect(end?.end).toMatchObject({ state: 'REVERTED', failures: [{ path: 'six/e', failure: { code: 'INTERRUPTED' } }] });
    expect(worksOf(effects('poison'))).toEqual([...FORWARD.slice(0, 5), 'undo e', 'undo d', 'undo c', 'undo b', 'undo a']);
  });

  test('resume of a live engine’s run is refused; other inputs under its id conflict', async () => {
    const until = join(directory, 'owned.go');
    const owner = engine('owned', { inTask: { name: 'c', does: 'wait', until }, leaseMs: 60_000 });
    await owner.next();
    expect(await engine('owned', { action: 'resume' }).last()).toEqual({ error: 'RUN_OWNED' });
    expect(await engine('owned', { n: 1 }).last()).toEqual({ error: 'RUN_CONFLICT' });
    writeFileSync(until, '');
    expect((await owner.last())?.end?.state).toBe('SUCCESS');
    await vi.waitFor(() => expect(worksOf(effects('owned'))).toEqual(FORWARD));
  });
});
