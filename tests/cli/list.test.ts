import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { appAt, buy } from '../fixtures/cli/app.mjs';
import { APP, called, describeOnStores } from './program.js';

/** An id that a terminal would obey, and that is two lines. */
const HOSTILE = 'o-\u001b[31m\u009b2J\ntwo';

describeOnStores('flowproof runs list and show', (program) => {
  beforeAll(async () => {
    const app = appAt(program().store);
    await app.run(buy, { id: 'o-1', inputs: { mode: 'paid', item: 'lamp' }, logbook: 'shop', metadata: { customer: 'c-7' } });
    await app.run(buy, { id: 'o-2', inputs: { mode: 'broke', item: 'sofa' } });
    await app.run(buy, { id: 'o-3', inputs: { mode: 'stuck', item: 'desk' } });
    await app.run(buy, { id: HOSTILE, inputs: { mode: 'paid', item: 'a\u001b[2J' } });
    await app.stop();
  });

  test('lists runs in a table, newest first; what a terminal would obey is only shown', async () => {
    const { code, out, err } = await program().run('runs', 'list');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    const [head, ...rows] = out.trimEnd().split('\n');
    expect(head).toMatch(/^ID +FLOW +STATE +CREATED +OWNER +LOGBOOK$/);
    expect(
      rows.map((row) =>
        row
          .replace(/ {2}\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ/, '')
          .replace(/ +/g, ' ')
          .trim(),
      ),
    ).toEqual(['o-\\u001b[31m\\u009b2J\\u000atwo order SUCCESS', 'o-3 order FAILURE', 'o-2 order REVERTED', 'o-1 order SUCCESS shop']);
  });

  test('finds them by flow, state, logbook and metadata, and says when there are more', async () => {
    const ids = async (...args: readonly string[]) => (await program().run('runs', 'list', '-o', 'ids', ...args)).out;
    expect(await ids('--state', 'FAILURE,reverted')).toBe('o-3\no-2\n');
    expect(await ids('--flow', 'nobody')).toBe('');
    expect(await ids('--logbook', 'shop')).toBe('o-1\n');
    expect(await ids('--metadata', 'customer=c-7')).toBe('o-1\n');
    const page = await program().run('runs', 'list', '-o', 'ids', '--limit', '2');
    expect(page).toMatchObject({ code: 0, err: expect.stringMatching(/^flowproof: there are more: --all, or --before \S+\n$/) });
    const [, cursor = ''] = /--before (\S+)/.exec(page.err) ?? [];
    expect(await ids('--before', cursor)).toBe('o-2\no-1\n');
    expect((await ids('--all')).split('\n')).toHaveLength(5);
  });

  test('prints JSON that is that of the runs, and has nothing in it that a terminal obeys', async () => {
    const { out } = await program().run('runs', 'list', '-o', 'json');
    const runs = JSON.parse(out) as { id: string; state: string; metadata?: unknown }[];
    expect(runs.map(({ id, state }) => [id, state])).toEqual([
      [HOSTILE, 'SUCCESS'],
      ['o-3', 'FAILURE'],
      ['o-2', 'REVERTED'],
      ['o-1', 'SUCCESS'],
    ]);
    expect(runs[3]?.metadata).toEqual({ customer: 'c-7' });
    expect(out).not.toMatch(/[^\P{Cc}\n]/u);
    expect(JSON.parse((await program().run('runs', 'list', '--flow', 'nobody', '-o', 'json')).out)).toEqual([]);
  });

  test('an id is one line, whatever is in it, and is read again as it was', async () => {
    const { out } = await program().run('runs', 'list', '-o', 'ids');
    expect(out).toBe('"o-\\u001b[31m\\u009b2J\\ntwo"\no-3\no-2\no-1\n');
    const again = await program().fed(out, 'runs', 'show', '-', '-o', 'ids');
    expect(again).toEqual({ code: 0, out, err: '' });
  });

  test('shows a run: what failed, what is not undone, and each task', async () => {
    const { code, out } = await program().run('runs', 'show', 'o-3');
    expect(code).toBe(0);
    expect(out).toMatch(/^id: +o-3\nflow: +order \(version 1\)\nstate: +FAILURE\n/);
    expect(out).toMatch(/\ninputs: +\{.*"item":"desk".*\}\n/);
    expect(out).toMatch(/\nfailed: +order\/charge: no money for desk\n/);
    expect(out).toMatch(/\nnot undone: order\/reserve\n/);
    expect(out).toMatch(/\norder\/reserve +REVERT_FAILURE +1\+1 .*revert: the warehouse is closed\n/);
    const json = JSON.parse((await program().run('runs', 'show', 'o-1', '-o', 'json')).out) as {
      results?: unknown;
      atoms: { path: string; result?: unknown }[];
    };
    expect(json.atoms.map(({ path, result }) => [path, result])).toContainEqual(['order/charge', { receipt: 'r-lamp' }]);
    expect((await program().run('runs', 'show', HOSTILE)).out).toContain('"item":"a\\u001b[2J"');
  });

  test('ends with 1 where there is no such run, and shows the others', async () => {
    const { code, out, err } = await program().run('runs', 'show', 'nobody', 'o-1', '-o', 'ids');
    expect({ code, out }).toEqual({ code: 1, out: 'o-1\n' });
    expect(err).toMatch(/^flowproof: .*'nobody'.* \(RUN_NOT_FOUND\)\n$/);
  });

  test('knows the flows of an app that is named, which may say more than the run', async () => {
    const { code, out } = await called(['runs', 'show', 'o-1', '--app', APP, '-o', 'json'], { env: { TEST_STORE: program().store } });
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ state: 'SUCCESS', results: { receipt: 'r-lamp' } });
  });

  test('says which executor calls a task, where the flow of an app names one', async () => {
    const { out } = await called(['runs', 'show', 'o-1', '--app', APP], { env: { TEST_STORE: program().store } });
    expect(out).toMatch(
      /\nTASK +STATE +RUNS ON +CALLS +STARTED +TOOK +SAYS\norder\/reserve +SUCCESS +1 .*\norder\/charge +SUCCESS +bank +1 /,
    );
    // Without it, nobody knows: it is not kept.
    expect((await program().run('runs', 'show', 'o-1')).out).toMatch(/\nTASK +STATE +CALLS +STARTED/);
  });
});

/** A module whose app is never made. */
const REJECTED = join(import.meta.dirname, '../fixtures/cli/rejected.mjs');

describe('flowproof runs', () => {
  test.each([
    [['runs', 'list'], 2, 'say where the runs are: --database URL, or --app FILE'],
    [['runs', 'list', '--database', 'x', '--app', 'y'], 2, 'give --app or --database, not both'],
    [['runs', 'list', '--database', '/nowhere'], 2, '/nowhere is no store'],
    [['runs', 'list', '--database', 'postgres://u:geheim@h:x/'], 2, 'postgres://u:…@h:x/ is no address'],
    [['runs', 'list', '--database', 'postgres://u:geheim@127.0.0.1:1/x'], 3, 'STORE_UNREACHABLE'],
    [['runs', 'list', '--app', 'nowhere.mjs'], 2, 'there is no nowhere.mjs'],
    [['runs', 'list', '--state', 'BROKEN'], 2, 'Allowed states are PENDING'],
    [['runs', 'list', '--before', 'o-1'], 2, 'Give what the page before said.'],
    [['runs', 'list', '--limit', '0'], 2, 'Give a whole number from 1 to 10000.'],
    [['runs', 'list', '--metadata', 'customer', '--database', 'x'], 2, "'customer' is no name=text"],
    [['runs', 'list', '-o', 'xml'], 2, 'Allowed choices are table, json, ids.'],
    [['runs', 'lst'], 2, 'Did you mean list?'],
    [['runs', 'show'], 2, "missing required argument 'ids'"],
    [['runs', 'list', '--app', REJECTED], 2, "rejected.mjs can't be loaded: Error: no configuration"],
  ])('%j ends with %d', async (args, code, why) => {
    const ended = await called(args);
    expect(ended).toMatchObject({ code, out: '', err: expect.stringContaining(why) });
    expect(ended.err).not.toContain('geheim');
  });
});
