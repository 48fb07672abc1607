import { existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { terminal } from '../../examples/publish/cli/screen.js';
import { describePostgres } from '../support/postgres.js';
import { type Demo, demoForEachTest } from './publish.js';

const demoOf = demoForEachTest();
let demo: Demo;
beforeEach(() => {
  demo = demoOf();
});

describe('publishing', () => {
  test('the sample site, without arguments and with stdin closed', async () => {
    const ended = await demo.runWithoutStdin();
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expect(ended.stdout).toMatch(/^publishing release-\S+ from .*examples\/publish\/site\nscan: begins\nscan: done\n/);
    expect(ended.stdout).toMatch(/smoke-test {2}SUCCESS {2}1 /);
    expect(demo.live.map(([name]) => name)).toContain('css/site.css');
  });

  test('any names and sizes', async () => {
    demo.write({
      empty: '',
      'a block': 'x'.repeat(512),
      'big one': 'y'.repeat(1_000_000),
      '100 %, ?, # and "quotes"': 'odd',
      'zwei\nZeilen ☃ \u2028': 'unicode',
      [`long/${'name/'.repeat(60)}file`]: 'far away',
      '.hidden': 'too',
    });
    const { code, result } = await demo.publish();
    expect(code).toBe(0);
    expect(result.results).toMatchObject({ visited: 9, manifest: { files: 9, skipped: 0 } });
    expect(demo.live).toEqual(demo.source);
  });

  test('an archive that tar can read', async () => {
    const { runId } = await demo.publish();
    const listed = await demo.spawn('tar', ['tzf', `.flowproof-demo/archives/${runId}.tar.gz`]);
    expect(listed).toMatchObject({ code: 0, stdout: 'deep/er/style.css\nindex.html\n' });
  });

  test('no links, and says so', async () => {
    symlinkSync('index.html', join(demo.folder, 'link'));
    const { stdout } = await demo.run(demo.folder);
    expect(stdout).toContain('Published 2 files');
    expect(stdout).toContain('1 links and special files are not published');
  });

  test('the working directory, without what the demo keeps there', async () => {
    await demo.publish();
    const { code } = await demo.run('.');
    expect(code).toBe(0);
    expect(demo.live.map(([name]) => name)).toEqual(['site', 'site/deep', 'site/deep/er', 'site/deep/er/style.css', 'site/index.html']);
  });

  test('again: the older release stays', async () => {
    const first = await demo.publish();
    demo.write({ 'index.html': '<h1>two</h1>' });
    const second = await demo.publish();
    expect(second.runId).not.toBe(first.runId);
    expect(demo.published()).toMatchObject({ current: `releases/${second.runId}`, [`releases/${first.runId}`]: 'directory' });
    expect(demo.live).toEqual(demo.source);
  });
});

describe('what can not be published is one sentence, and nothing is written', () => {
  const refuse = async (args: readonly string[], sentence: RegExp): Promise<void> => {
    const ended = await demo.run(...args);
    expect(ended).toMatchObject({ code: 2, stdout: '' });
    expect(ended.stderr).toMatch(sentence);
    expect(ended.stderr.trimEnd()).not.toContain('\n');
    expect(existsSync(join(demo.cwd, '.flowproof-demo'))).toBe(false);
  };

  test('a missing folder', () => refuse(['nowhere'], /can't publish .*nowhere: there is no such folder/));
  test('a file', () => refuse(['site/index.html'], /it is a file, not a folder/));
  test('an empty folder', async () => {
    mkdirSync(join(demo.cwd, 'empty/er'), { recursive: true });
    await refuse(['empty'], /there is no file in it/);
  });
  test('a folder that can not be read', async () => {
    // Root may read everything, but nobody can follow a link to itself.
    if (process.getuid?.() === 0) symlinkSync('secret', join(demo.cwd, 'secret'));
    else mkdirSync(join(demo.cwd, 'secret'), { mode: 0o000 });
    await refuse(['secret'], /can't publish .*secret: (you may not read it|it can't be read \(ELOOP\))/);
  });
  test('an unknown flag', () => refuse(['--fast'], /Unknown option '--fast'/));
  test('a flag without its value', () => refuse(['--crash-at'], /crash-at/));
  test('an unknown task', () => refuse(['--crash-at', 'lunch'], /there is no task 'lunch': the tasks are scan, compress/));
  test('an unknown place in a task', () => refuse(['--crash-at', 'scan:soon'], /'scan:soon' is no place to crash at/));
  test('two folders', () => refuse(['a', 'b'], /one folder at a time/));
  test('two stores', () => refuse(['--postgres', '--database', 'postgres://x/y'], /choose one of/));
  test('no URL', () => refuse(['--database', 'x'], /this is no URL of a database/));

  test('--help is no error', async () => {
    expect(await demo.run('--help')).toMatchObject({ code: 0, stdout: expect.stringContaining('--crash-at <task>') });
  });
  test("the demo's own files", async () => {
    await demo.publish();
    expect(await demo.run('.flowproof-demo/current')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('keeps its own files there'),
    });
  });
});

describe('a folder that changes on the way', () => {
  test('is noticed, and everything is undone', async () => {
    await demo.publish('--crash-at', 'scan:end');
    await demo.publish('--crash-at', 'compress');
    demo.write({ 'index.html': '<h1>TWO</h1>' });
    const { code, result } = await demo.publish();
    expect(code).toBe(1);
    expect(result.failures).toMatchObject([{ path: 'publish/verify', failure: { message: expect.stringContaining('index.html') } }]);
    expect(Object.keys(demo.published())).toEqual(['archives', 'journal', 'releases', 'unfinished']);
  });

  test('does not matter once it is packed', async () => {
    await demo.publish('--crash-at', 'write');
    const { source } = demo;
    rmSync(demo.folder, { recursive: true });
    expect(await demo.publish()).toMatchObject({ code: 0 });
    expect(demo.live).toEqual(source);
  });
});

describePostgres('publishing with PostgreSQL', (database) => {
  test('goes on when the process was killed, with the same release', async () => {
    const { runId, signal } = await demo.publish('--database', database().url, '--crash-at', 'switch');
    expect(signal).toBe('SIGKILL');
    const ended = await demo.publish('--database', database().url);
    expect(ended).toMatchObject({ code: 0, runId });
    expect(demo.live).toEqual(demo.source);
  });
});

test('a terminal has one line that is drawn again', () => {
  let shown = '';
  const screen = terminal((text) => {
    shown += text;
  });
  const common = {
    runId: 'r',
    flow: 'publish',
    atMs: 0,
    epoch: 0,
    path: 'publish/scan',
    phase: 'execute',
    round: 1,
    turn: 1,
    attempt: 1,
  } as const;
  const task = { ...common, type: 'task', seq: 1, resumed: false } as const;
  screen.event({ ...task, state: 'RUNNING', oldState: 'PENDING' } as const);
  screen.event({ ...common, type: 'progress', fraction: 0.5 });
  screen.event({ ...task, state: 'SUCCESS', oldState: 'RUNNING' } as const);
  const lines = shown.split('\n').map((line) => line.split('\r\x1b[K').at(-1));
  expect(shown).toContain('████████████░░░░░░░░░░░░  50 %');
  expect(lines).toEqual(['  scan       done', '']);
});

test('a large folder passes through little memory', { timeout: 300_000 }, async () => {
  const megabytes = Number(process.env.FLOWPROOF_DEMO_MB ?? 150);
  const block = Buffer.alloc(1_000_000);
  for (let each = 0; each < megabytes / 10; each++) {
    const file = join(demo.folder, `large-${each}`);
    for (let part = 0; part < 10; part++) writeFileSync(file, block.fill(`${each}/${part}/${Math.random()}`), { flag: 'a' });
  }
  const { code, peakBytes } = await demo.runMeasured();
  expect(code).toBe(0);
  console.log(`published ${megabytes} MB with a peak of ${Math.round(peakBytes / 1e6)} MB`);
  expect(peakBytes).toBeLessThan(200e6);
});
