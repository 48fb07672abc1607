import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { partsThere } from '../../src/sql/index.js';
import { allMigrations } from '../../src/sql/schema/migrations/all-migrations.js';
import { partsMade } from '../../src/sql/schema/parts.js';
import { appAt, buy, slow } from '../fixtures/cli/app.mjs';
import { describePostgres } from '../support/postgres.js';
import { called, programOn } from './program.js';

interface Found {
  readonly check: string;
  readonly verdict: string;
  readonly message: string;
}

describePostgres('flowproof plan, migrate and doctor', (database) => {
  const run = (...args: readonly string[]) => programOn(database().url).run(...args);
  const problems = async () => {
    const { code, out } = await run('doctor', '-o', 'json');
    const found = (JSON.parse(out) as Found[]).filter(({ verdict }) => verdict === 'problem');
    expect(code).toBe(found.length > 0 ? 1 : 0);
    return found.map(({ check, message }) => `${check}: ${message}`);
  };
  const names = allMigrations.map(({ version, name }) => `${version} ${name}`);

  test('the schema is planned, made, and then as migrations made it', async () => {
    expect(await run('runs', 'list')).toMatchObject({ code: 3, err: expect.stringContaining('(STORE_SCHEMA)') });
    expect(await problems()).toEqual([`schema: schema 'flowproof' is behind: ${names.join(', ')}. Run flowproof migrate`]);
    const planned = await run('plan');
    expect(planned.code).toBe(1);
    expect(
      planned.out
        .trim()
        .split('\n')
        .slice(1)
        .map((line) => line.replace(/^(\d+) +(\S+).*/, '$1 $2')),
    ).toEqual(names);
    expect((await run('plan', '-o', 'sql')).out).toContain('create table "flowproof".journal (');
    expect(JSON.parse((await run('plan', '-o', 'json')).out)).toHaveLength(names.length);
    expect(await run('migrate')).toEqual({ code: 0, out: names.map((line) => `${line}\n`).join(''), err: '' });
    expect(await run('migrate')).toEqual({ code: 0, out: 'nothing to do\n', err: '' });
    expect(await run('plan')).toEqual({ code: 0, out: 'nothing to do\n', err: '' });
    expect(await problems()).toEqual([]);
    const { out } = await run('doctor');
    for (const check of ['server', 'clock', 'schema', 'indexes', 'owners', 'transactions'])
      expect(out).toMatch(new RegExp(`^ok +${check} `, 'm'));
  });

  test('the doctor knows all that migrations make', async () => {
    const there = await partsThere(async (text, params) => (await database().admin.query(text, [...(params ?? [])])).rows, 'flowproof');
    const made = partsMade(allMigrations);
    const sorted = (names: ReadonlySet<string>) => [...names].sort();
    const isOwn = (name: string) => !name.startsWith('migrations');
    expect(sorted(made.tables)).toEqual(sorted(there.tables).filter(isOwn));
    expect(sorted(made.views)).toEqual(sorted(there.views));
    expect(sorted(made.columns)).toEqual(sorted(there.columns).filter(isOwn));
    expect(sorted(made.indexes)).toEqual(sorted(there.indexes).filter((name) => !/_(pkey|key)$/.test(name)));
  });

  test('the doctor finds what is missing, who died, and what nobody goes on with', async () => {
    const { admin } = database();
    const app = appAt(database().url);
    await app.run(buy, { id: 'd-1', inputs: { mode: 'stuck', item: 'desk' } });
    await app.start(slow, { id: 'd-2' });
    expect(await problems()).toEqual([]);
    expect((await run('doctor', '--quiet-for', '0s')).out).toMatch(/^note +runs +1 have a process, and have had no step for long$/m);
    await app.stop();
    // It left with a task under way, and so did not write that it has let go of the run.
    await admin.query("update flowproof.runs set owner = null where key = 'd-2'");
    expect(await problems()).toEqual(["runs: RUNNING, and no process has them: 1 of 'slow'. Start an app with the flow"]);
    expect((await run('doctor')).out).toMatch(/^note +runs +1 ended in FAILURE: see flowproof runs list --state FAILURE$/m);
    await admin.query("update flowproof.runs set owner = gen_random_uuid() where key = 'd-2'");
    expect(await problems()).toEqual(['owners: runs of processes that died, which no app takes that is alive: 1, of 1']);
    await admin.query("update flowproof.runs set owner = null, takes = 5, wake_at = 'infinity' where key = 'd-2'");
    expect(await problems()).toEqual([expect.stringMatching(/^runs: 1 left alone/)]);
    await admin.query("delete from flowproof.runs where key = 'd-2'");
    await admin.query('drop index flowproof.runs_due');
    expect(await problems()).toEqual(['indexes: missing, or not valid: runs_due']);
    await admin.query('alter table flowproof.runs drop column takes cascade');
    expect(await problems()).toEqual([
      "schema: schema 'flowproof' is not as migrations made it: runs.takes missing",
      'indexes: missing, or not valid: runs_due, runs_poisoned',
    ]);
    await admin.query("insert into flowproof.migrations (version, name, breaking) values (9999, 'of tomorrow', true)");
    expect(await run('doctor')).toMatchObject({ code: 3, out: '', err: expect.stringContaining('(STORE_SCHEMA)') });
  });

  test('a schema of another name is named in the address', async () => {
    const url = `${database().url}?schema=other`;
    const other = (...args: readonly string[]) => called(args, { env: { FLOWPROOF_DATABASE: url } });
    expect(await other('plan')).toMatchObject({ code: 1 });
    expect(await other('migrate')).toMatchObject({ code: 0 });
    expect(await other('runs', 'list')).toEqual({ code: 0, out: '', err: '' });
  });
});

test('the doctor looks at a folder, too, also while a process has it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'flowproof-cli-'));
  const app = appAt(folder);
  try {
    await app.start(slow, { id: 'd-1' });
    const { run } = programOn(folder);
    expect(await run('doctor')).toMatchObject({ code: 0, out: expect.stringMatching(/^note +runs .*not known from here: 1$/m) });
    expect((await run('runs', 'list')).out).not.toMatch(/alive|dead/);
    expect(await run('runs', 'list', '--ownerless')).toMatchObject({ code: 2, err: expect.stringContaining('leave out --ownerless') });
    await app.stop();
    expect(await run('doctor')).toMatchObject({ code: 1, out: expect.stringMatching(/^problem +runs .* has them: 1\./m) });
    expect(await run('migrate')).toMatchObject({ code: 2, err: expect.stringContaining('only a database has a schema') });
    expect(await run('plan')).toMatchObject({ code: 2 });
  } finally {
    await app.stop();
    rmSync(folder, { recursive: true });
  }
});

describe('a database that is away', () => {
  test.each([['doctor'], ['plan'], ['migrate']])('%s ends with 3', async (command) => {
    const ended = await called([command, '--database', 'postgres://u:geheim@127.0.0.1:1/x']);
    expect(ended).toMatchObject({ code: 3, out: '', err: expect.stringContaining('(STORE_UNREACHABLE)') });
    expect(ended.err).not.toContain('geheim');
  });
});
