import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { file, flowproof, linear } from '../../src/index.js';
import { APP, called, type Ended } from './program.js';

const BOARD_APP = join(import.meta.dirname, '../fixtures/cli/board-app.mjs');
const board = (...args: readonly string[]): Promise<Ended> => called(['board', ...args, '--app', BOARD_APP]);

describe('flowproof board', () => {
  test('list shows jobs, what became of them, and prints nothing that a terminal obeys', async () => {
    const { code, out, err } = await board('list');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(/^ID +FLOW +STATE +POSTED +CLAIMS +LOSSES +SAYS\n/);
    expect(out).toMatch(/\nfree +order +free +[-\d]+ [:\d]+Z +1 +0\n/);
    expect(out).toMatch(/\nlater +order +delayed .* until [-\d]+ [:\d]+Z\n/);
    expect(out).toMatch(/\nlost +order +trashed .* INVALID_INPUT: no such item/);
    expect(out).not.toContain('\u001b');
  });

  test('list finds by state, and pages', async () => {
    expect(await board('list', '--state', 'trashed,delayed', '-o', 'ids')).toEqual({ code: 0, out: 'later\nlost\n', err: '' });
    expect(await board('list', '--limit', '1', '-o', 'ids')).toEqual({
      code: 0,
      out: 'free\n',
      err: 'flowproof: there are more: --all, or --after free\n',
    });
    const { out } = await board('list', '--flow', 'order', '--after', 'free', '-o', 'json');
    expect(
      out
        .trim()
        .split('\n')
        .map((line) => (JSON.parse(line) as { id: string }).id),
    ).toEqual(['later', 'lost']);
    expect((await board('list', '--state', 'lsot')).code).toBe(2);
  });

  test('counts says how many there are', async () => {
    expect((await board('counts')).out).toBe('STATE    JOBS\nfree     1\ndelayed  1\nclaimed  0\ntrashed  1\n');
    expect(JSON.parse((await board('counts', '-o', 'json')).out)).toEqual({
      ...{ free: 1, delayed: 1, claimed: 0, trashed: 1 },
      paused: { board: false, flows: [] },
    });
  });

  test('requeue lets jobs be claimed again, or says which it would be', async () => {
    const one = await board('requeue', 'lost', '-o', 'json');
    expect(JSON.parse(one.out)).toMatchObject({ id: 'lost', state: 'free', losses: 0 });
    expect(await board('requeue', '--all', '--preview', '-o', 'ids')).toEqual({ code: 0, out: 'lost\n', err: '' });
    expect(await board('requeue', 'free', 'none', '-o', 'ids')).toEqual({
      code: 1,
      out: '',
      err: "flowproof: 'free' is not requeued: it is free\nflowproof: 'none' is not requeued: there is no such job on the board\n",
    });
    expect((await board('requeue')).code).toBe(2);
    expect((await board('requeue', '--all', 'lost')).code).toBe(2);
  });

  test('pause and resume say what is paused', async () => {
    expect(await board('pause')).toEqual({ code: 0, out: 'the board is paused\n', err: '' });
    expect(await board('resume', 'order')).toEqual({ code: 0, out: 'order is not paused\n', err: '' });
  });

  test('needs an app, or the address of a store', async () => {
    expect(await called(['board', 'list'])).toMatchObject({ code: 2, err: expect.stringContaining('--app') });
  });

  test('of an app without a board, and of an address, is the store', async () => {
    const store = await mkdtemp(join(tmpdir(), 'flowproof-board-'));
    const [none, posted] = [linear('none').build(), linear('posted').build()];
    const app = flowproof({ persistence: file(store), flows: [none, posted], recover: false });
    await app.post(posted, { id: 'now' });
    await app.post(posted, { id: 'later', delayMs: 3_600_000, priority: 7 });
    await app.stop();
    const of = (...args: readonly string[]) => called(['board', ...args, '--database', store]);
    expect((await of('counts')).out).toBe('STATE    JOBS\nfree     1\ndelayed  1\nclaimed  0\ntrashed  0\n');
    expect((await of('list', '--state', 'delayed', '-o', 'ids')).out).toBe('later\n');
    expect(await of('requeue', 'later', 'now', '--preview', '-o', 'ids')).toMatchObject({
      code: 1,
      out: 'later\n',
      err: expect.stringContaining("'now'"),
    });
    expect(await of('requeue', 'later', '-o', 'ids')).toEqual({ code: 0, out: 'later\n', err: '' });
    expect(JSON.parse((await of('counts', '-o', 'json')).out)).toMatchObject({ free: 2, delayed: 0 });
    expect(await of('pause')).toMatchObject({ err: expect.stringContaining('BOARD_REFUSED') });
    const ofApp = await called(['board', 'counts', '--app', APP], { env: { TEST_STORE: store } });
    expect(ofApp).toMatchObject({ code: 0, out: expect.stringContaining('free     2') });
  });
});

describe('flowproof conductor', () => {
  /** Stopped as its job is at this. */
  async function stoppedAt(words: string, item: string, ...args: readonly string[]): Promise<Ended> {
    let isStopped = false;
    return called(['conductor', '--app', BOARD_APP, '--verbose', ...args], {
      env: { TEST_JOB: item },
      hear: (child, heard) => {
        if (isStopped || !heard.includes(words)) return;
        isStopped = true;
        child.kill('SIGTERM');
      },
    });
  }

  test('drives jobs until it is stopped, and says what came of them', async () => {
    const { code, out, err } = await stoppedAt('extra consumed', 'lamp');
    expect({ code, out }).toEqual({ code: 0, out: '' });
    expect(err).toMatch(/^ready: board 'orders'\n/);
    expect(err).toMatch(/\nextra claimed \(order\)\n/);
    expect(err).toMatch(/\nstopping: board 'orders'\nstopped: board 'orders'\nstopped: 2 consumed, 0 given back, 0 put into the trash\n$/);
  });

  test('hands its runs over between two tasks when it is stopped', async () => {
    const { code, err } = await stoppedAt('extra claimed', 'slow');
    expect(code).toBe(0);
    expect(err).toMatch(/\nextra abandoned \(order\): the conductor stops\n/);
  });

  test('lets its runs end when it drains', async () => {
    const { code, err } = await stoppedAt('"runId":"extra"', 'slow', '--stop', 'drain', '--grace', '30s', '-o', 'json');
    expect(code).toBe(0);
    expect(err).toMatch(/"runId":"extra"[^\n]*"outcome":"consumed"/);
  });

  test('is refused what makes no sense', async () => {
    expect((await called(['conductor', '--app', BOARD_APP, '--concurrency', '0'])).code).toBe(2);
    expect(await called(['conductor', '--app', BOARD_APP, '--flow', 'ordr'])).toMatchObject({
      code: 2,
      err: expect.stringContaining("'ordr'"),
    });
    expect(await called(['conductor'])).toMatchObject({ code: 2, err: expect.stringContaining('--app') });
  });
});
