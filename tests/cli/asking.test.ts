import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { appAt, buy } from '../fixtures/cli/app.mjs';
import { describePostgres } from '../support/postgres.js';
import { APP, called, describeOnStores, type Ended, type Program, programOn } from './program.js';

const HERE = ['--here', '--app', APP];
const INPUTS = { paid: '{"mode":"paid","item":"lamp"}', broke: '{"mode":"broke","item":"sofa"}', stuck: '{"mode":"stuck","item":"desk"}' };

const start = (program: Program, id: string, inputs: string) =>
  program.run('runs', 'start', 'order', '--id', id, '--inputs', inputs, '--app', APP);
const stateOf = async (program: Program, id: string) =>
  (JSON.parse((await program.run('runs', 'show', id, '-o', 'json')).out) as { state: string }).state;

describeOnStores('flowproof runs start', (program) => {
  test('drives a run to its end, and says how it got on', async () => {
    const paid = await start(program(), 's-1', INPUTS.paid);
    expect(paid).toMatchObject({ code: 0, out: 's-1  SUCCESS\n' });
    expect(paid.err).toBe(
      's-1 RUNNING\n  order/reserve RUNNING\n  order/reserve SUCCESS\n  order/charge RUNNING\n  order/charge SUCCESS\ns-1 SUCCESS\n',
    );
    // It is known already: this is its outcome, once more.
    expect(await start(program(), 's-1', INPUTS.paid)).toMatchObject({ code: 0, out: 's-1  SUCCESS\n', err: '' });
  });

  test('ends with 1 when it ended otherwise, or belongs to others', async () => {
    expect(await start(program(), 's-2', INPUTS.broke)).toMatchObject({ code: 1, out: 's-2  REVERTED\n' });
    expect(await start(program(), 's-2', INPUTS.paid)).toMatchObject({ code: 1, err: expect.stringContaining('(RUN_CONFLICT)') });
  });

  test('takes inputs from a pipe, and makes a flow of the args of its factory', async () => {
    const fed = await program().fed(
      INPUTS.paid,
      'runs',
      'start',
      'order',
      '--inputs',
      '-',
      '--app',
      APP,
      '-o',
      'json',
      '--logbook',
      'shop',
    );
    expect(JSON.parse(fed.out)).toMatchObject({ state: 'SUCCESS', results: { receipt: 'r-lamp' } });
    const made = await program().run('runs', 'start', 'many', '--args', '{"names":["a","b"]}', '--app', APP, '--id', 'm-1');
    expect(made).toMatchObject({ code: 0, out: 'm-1  SUCCESS\n' });
  });

  test('stopped, it lets go of the run, and ends with 1', async () => {
    let isStopped = false;
    const ended = await program().heard(
      (child, said) => {
        if (!said.includes('slow/wait RUNNING') || isStopped) return;
        isStopped = true;
        child.kill('SIGINT');
      },
      ...['runs', 'start', 'slow', '--id', 's-3', '--app', APP],
    );
    expect(ended).toMatchObject({ code: 1, err: expect.stringContaining('(APP_STOPPED)') });
    expect(await stateOf(program(), 's-3')).toBe('RUNNING');
    expect((await program().run('runs', 'list', '--ownerless', '--state', 'RUNNING', '-o', 'ids')).out).toBe('s-3\n');
  });
});

describeOnStores('what can be asked of runs that rest', (program) => {
  test('they end where they are, and what they did stays done, or are undone after all', async () => {
    await start(program(), 'k-1', INPUTS.stuck);
    await program().run('runs', 'reset', 'k-1', '--yes', '--app', APP);
    const cancel = ['runs', 'cancel', 'k-1', '--reason', 'closed', '--yes', ...HERE];
    expect(await program().run(...cancel, '--no-undo')).toMatchObject({ code: 0, out: 'k-1  CANCELLED\n' });
    expect((await program().run('runs', 'show', 'k-1')).out).toMatch(/^state: +CANCELLED\nreason: +closed$/m);
    expect(await program().run(...cancel)).toMatchObject({ code: 1, err: expect.stringContaining('(RUN_ENDED)') });
    expect(await program().run('runs', 'cancel', 'k-1', '--reason', '')).toMatchObject({ code: 2 });
  });

  test('reverts that have failed are listed, tried again, and taken as done', async () => {
    await start(program(), 'r-1', INPUTS.stuck);
    const listed = await program().run('reverts', 'list');
    expect(listed).toMatchObject({ code: 0, err: '' });
    expect(listed.out).toMatch(/^ID +TASK +STATE +SAYS\nr-1 +order\/reserve +REVERT_FAILURE +the warehouse is closed\n$/);
    expect((await program().run('reverts', 'list', '-o', 'ids')).out).toBe('r-1\n');
    expect(await program().run('reverts', 'retry', 'r-1', 'order/reserve', ...HERE)).toMatchObject({ code: 1, out: 'r-1  FAILURE\n' });
    expect(await program().run('reverts', 'retry', 'r-1', 'order/charge')).toMatchObject({
      code: 1,
      err: expect.stringContaining('(REVERT_NOT_FAILED)'),
    });
    expect(await program().run('reverts', 'skip', 'r-1', 'order/reserve', ...HERE)).toMatchObject({
      code: 2,
      out: '',
      err: expect.stringContaining('--yes'),
    });
    expect(await program().run('reverts', 'skip', 'r-1', 'order/reserve', '--yes', ...HERE)).toMatchObject({
      code: 0,
      out: 'r-1  REVERTED\n',
    });
    expect((await program().run('reverts', 'list')).out).toBe('');
  });

  test('what failed is gone on with: written, and done with the next process that has the run', async () => {
    await start(program(), 'r-2', INPUTS.stuck);
    const asked = await program().fed('r-2\n\n', 'runs', 'retry', '-');
    expect(asked).toMatchObject({ code: 0, out: 'r-2  asked to go on from what failed\n', err: expect.stringContaining('nobody has it') });
    expect(await program().run('runs', 'resume', 'r-2', ...HERE)).toMatchObject({
      code: 1,
      out: 'r-2  FAILURE\n',
      err: expect.stringContaining('order/reserve REVERT_FAILURE'),
    });
    expect(await program().run('runs', 'retry', 'r-2', ...HERE)).toMatchObject({ code: 1, out: 'r-2  FAILURE\n' });
    await start(program(), 'r-3', INPUTS.paid);
    expect(await program().run('runs', 'retry', 'r-3', 'nobody', '-o', 'json')).toMatchObject({
      code: 1,
      out: '',
      err: expect.stringMatching(/\(RUN_NOT_FAILED\)\n.*\(RUN_NOT_FOUND\)\n$/),
    });
  });

  test('reset lets a run begin anew, for whoever goes on with it', async () => {
    await start(program(), 'r-4', INPUTS.broke);
    expect(await program().run('runs', 'reset', 'r-4', '--app', APP)).toMatchObject({ code: 2, err: expect.stringContaining('--yes') });
    expect(await program().run('runs', 'reset', 'r-4', '--yes')).toMatchObject({ code: 2, err: expect.stringContaining('--app FILE') });
    expect(await program().run('runs', 'reset', 'r-4', '--yes', '--app', APP)).toMatchObject({ code: 0, out: 'r-4  PENDING\n' });
    expect(await stateOf(program(), 'r-4')).toBe('PENDING');
    expect(await program().run('runs', 'resume', 'r-4', ...HERE)).toMatchObject({ code: 1, out: 'r-4  REVERTED\n' });
    expect(await program().run('runs', 'resume', 'r-4')).toMatchObject({ code: 2, err: expect.stringContaining('--here') });
  });

  test('what succeeded is run again, and what is cancelled is undone here', async () => {
    await start(program(), 'r-5', INPUTS.paid);
    expect(await program().run('runs', 'rerun', 'r-5', ...HERE)).toMatchObject({ code: 0, out: 'r-5  SUCCESS\n' });
    expect(await program().run('runs', 'cancel', 'r-5', '--yes')).toMatchObject({ code: 1, err: expect.stringContaining('(RUN_ENDED)') });
    await program().run('runs', 'reset', 'r-5', '--yes', '--app', APP);
    expect(await program().run('runs', 'cancel', 'r-5', '--yes', ...HERE)).toMatchObject({ code: 0, out: 'r-5  CANCELLED\n' });
  });

  test('watch says what became of them, and ends with 1 unless all succeeded', async () => {
    await start(program(), 'w-1', INPUTS.paid);
    await start(program(), 'w-2', INPUTS.broke);
    const one = await program().run('runs', 'watch', 'w-1');
    expect(one.code).toBe(0);
    const lines = one.out
      .trimEnd()
      .split('\n')
      .map((line) => line.replace(/^\d\S+ \S+/, 'then').replace(/ +/g, ' '));
    expect(lines).toEqual([
      'AT ID TASK STATE SAYS',
      'then w-1 order/reserve SUCCESS',
      'then w-1 order/charge SUCCESS {"receipt":"r-lamp"}',
      'then w-1 SUCCESS',
    ]);
    const placed = await program().run('runs', 'watch', 'w-1', '--app', APP);
    expect(placed.out).toMatch(/ w-1 +order\/charge +SUCCESS on bank +\{"receipt":"r-lamp"\}\n/);
    expect(placed.out).toMatch(/ w-1 +order\/reserve +SUCCESS *\n/);
    const told = await program().run('runs', 'watch', 'w-1', '--app', APP, '-o', 'json');
    expect(JSON.parse(told.out.split('\n')[1] ?? '')).toMatchObject({ path: 'order/charge', state: 'SUCCESS', runsOn: 'bank' });
    const both = await program().fed('w-1\nw-2\nnobody\n', 'runs', 'watch', '-', '-o', 'json');
    expect(both).toMatchObject({ code: 1, err: expect.stringContaining('(RUN_NOT_FOUND)') });
    const changes = both.out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { id: string; path: string; state: string });
    expect(changes.filter(({ path }) => path === '').map(({ id, state }) => `${id} ${state}`)).toEqual(['w-1 SUCCESS', 'w-2 REVERTED']);
  });

  test('prune removes what ended long ago, when that is meant', async () => {
    expect(await program().run('runs', 'prune', '--older-than', '0s')).toMatchObject({ code: 2, err: expect.stringContaining('--yes') });
    expect(await program().run('runs', 'prune', '--older-than', 'long', '--yes')).toMatchObject({
      code: 2,
      err: expect.stringContaining('is no time'),
    });
    expect(await program().run('runs', 'prune', '--yes')).toMatchObject({ code: 2, err: expect.stringContaining('--older-than') });
    expect(await program().run('runs', 'prune', '--older-than', '30d', '--yes')).toMatchObject({ code: 0, out: '0 removed\n' });
    expect(await program().run('runs', 'prune', '--older-than', '0s', '--state', 'RUNNING', '--yes')).toMatchObject({
      code: 2,
      err: "flowproof: runs that are RUNNING can't be removed: only those that have ended\n",
    });
    const { out } = await program().run('runs', 'prune', '--older-than', '0s', '--flow', 'order', '--yes');
    expect(out).toMatch(/^[1-9]\d* removed\n$/);
    expect((await program().run('runs', 'list', '--state', 'SUCCESS', '-o', 'ids')).out).toBe('');
  });
});

/** Starts a run that waits for ever, and does something when it does. */
async function whileSlow(program: Program, id: string, act: () => Promise<unknown>): Promise<Ended> {
  let begun: Promise<unknown> | undefined;
  const ended = await program.heard(
    (_, said) => {
      if (said.includes('slow/wait RUNNING')) begun ??= act();
    },
    ...['runs', 'start', 'slow', '--id', id, '--app', APP],
  );
  await begun;
  return ended;
}

describePostgres('what can be asked of runs that another process has', (database) => {
  test('it is cancelled there; who asked, and who watches, drives nothing', async () => {
    const program = programOn(database().url);
    const said: Ended[] = [];
    const slow = await whileSlow(program, 'c-1', async () => {
      const watched = program.run('runs', 'watch', 'c-1', '--every', '50ms');
      said.push(
        await program.run('runs', 'list', '--state', 'RUNNING'),
        await program.run('runs', 'cancel', 'c-1', '--yes'),
        await watched,
      );
    });
    expect(slow).toMatchObject({ code: 1, out: 'c-1  CANCELLED\n' });
    const [listed, cancelled, watched] = said;
    expect(listed?.out).toMatch(/\nc-1 +slow +RUNNING .* [0-9a-f]{8} alive\n$/);
    expect(cancelled).toEqual({ code: 0, out: 'c-1  asked to cancel\n', err: '' });
    expect(watched).toMatchObject({ code: 1, out: expect.stringMatching(/ c-1 .* CANCELLED\n$/) });
  });

  test('it is suspended there', async () => {
    const program = programOn(database().url);
    // Between two tasks: the one under way is waited for, and this one waits for ever. So it is cancelled after.
    const said: Ended[] = [];
    await whileSlow(program, 'c-2', async () => {
      said.push(
        await program.run('runs', 'suspend', 'c-2'),
        await program.run('runs', 'resume', 'c-2', ...HERE),
        await program.run('runs', 'cancel', 'c-2', '--yes'),
      );
    });
    expect(said[0]).toEqual({ code: 0, out: 'c-2  asked to suspend\n', err: '' });
    expect(said[1]).toMatchObject({ code: 1, err: expect.stringContaining('(RUN_OWNED)') });
  });
});

describe('a folder that another process has', () => {
  test('may be looked at, and ends with 3 for whoever would write', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'flowproof-cli-'));
    const app = appAt(folder);
    try {
      await app.run(buy, { id: 'f-1', inputs: { mode: 'stuck', item: 'desk' } });
      const program = programOn(folder);
      expect(await program.run('runs', 'list', '-o', 'ids')).toEqual({ code: 0, out: 'f-1\n', err: '' });
      expect(await program.run('runs', 'retry', 'f-1')).toMatchObject({ code: 3, out: '', err: expect.stringContaining('(STORE_LOCKED)') });
    } finally {
      await app.stop();
      rmSync(folder, { recursive: true });
    }
  });
});

describe('flowproof runs start', () => {
  test.each([
    [['order', '--inputs', '{'], 2, '{ is no JSON'],
    [['order', '--inputs', '@nowhere.json'], 2, 'nowhere.json'],
    [['order', '--inputs', '{"mode":"paid"}'], 2, '(INVALID_INPUT)'],
    [['ordr'], 2, "the app has no flow 'ordr': it has 'order', 'slow', 'many', 'refund'"],
  ])('%j ends with %d', async (args, code, why) => {
    const folder = mkdtempSync(join(tmpdir(), 'flowproof-cli-'));
    const ended = await called(['runs', 'start', ...args, '--app', APP], { env: { TEST_STORE: folder } });
    rmSync(folder, { recursive: true });
    expect(ended).toMatchObject({ code, out: '', err: expect.stringContaining(why) });
  });

  test('needs an app', async () => {
    expect(await called(['runs', 'start', 'order'])).toMatchObject({ code: 2, err: expect.stringContaining('--app FILE') });
  });
});
