import { existsSync, mkdirSync, readFileSync, watch } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type LoadOptions, loadModules } from '../../compiler/loading/load-modules.js';
import { type Clock, systemClock } from '../../src/model/clock.js';
import { type LoadProject, loadProject } from './load-project.js';

let project: LoadProject;
beforeAll(async () => {
  project = await loadProject();
  mkdirSync(join(project.folder, 'dist'));
});
afterAll(() => project.remove());

const FLOW = "import { linear } from 'flowproof';\nexport const flow = linear('NAME').build();\n";
const flow = (name: string, more = '') => FLOW.replace('NAME', name) + more;

async function load(modules: Readonly<Record<string, string>>, more: Partial<LoadOptions> = {}) {
  const paths = Object.keys(modules).map((name) => join(project.folder, 'dist', name));
  for (const [name, content] of Object.entries(modules)) project.write(join('dist', name), content);
  const { folder, loader: program } = project;
  const options = { program, folder, deadlineMs: 60_000, clock: systemClock, signal: new AbortController().signal, ...more };
  const loaded = await loadModules(paths, options);
  return loaded.map(({ flows, trouble }) => trouble ?? flows.map(({ shape }) => shape.nodes[0]?.name));
}

/** Time is over when a file is there. */
function until(file: string): Clock {
  const after = (_ms: number, callback: () => void) => {
    const look = () => existsSync(file) && callback();
    const watcher = watch(project.folder, look);
    look();
    return () => watcher.close();
  };
  return { ...systemClock, after };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // What has been killed and not been asked for its end is there still, as a zombie.
    return process.platform !== 'linux' || !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

test('modules say what they build, whatever else they do: print, send, leave open, have no flows', async () => {
  const noise = "console.log('x'.repeat(1e6)); console.error('{}'); process.send?.({ flows: [] }); setInterval(() => {}, 1e3);";
  expect(
    await load({ 'a.js': flow('a', noise), 'none.js': 'export const x = 1;', 'b.cjs': 'module.exports = {};', 'c.js': flow('c') }),
  ).toEqual([['a'], [], [], ['c']]);
});

test('a module that can not be loaded says why, and the others are loaded all the same', async () => {
  const loaded = await load({
    'a.js': flow('a'),
    'throws.js': flow('t', "throw new TypeError('no url');\n"),
    'odd.js': "throw { toString() { throw new Error('never asked'); } };\n",
    'exits.js': flow('e', 'process.exit(0);\n'),
    'dies.js': "setTimeout(() => { throw new Error('too late'); }); await new Promise(() => {});\n",
    'rejects.js': "Promise.reject(new RangeError('nobody looks')); await new Promise((done) => setTimeout(done, 1e6));\n",
    'never.js': 'await new Promise(() => {});\n',
    'missing.js': "import './nowhere.js';\n",
    'b.js': flow('b'),
  });
  expect(loaded).toEqual([
    ['a'],
    'TypeError: no url',
    expect.stringContaining('it threw {'),
    'it ended its process with the exit code 0',
    'Error: too late',
    'RangeError: nobody looks',
    'it waits for something that never comes, at its top level',
    expect.stringContaining('Cannot find module'),
    ['b'],
  ]);
});

test('what a module leaves behind and kills the process later is not held against the next one', async () => {
  const leaving = flow('a', 'setTimeout(() => process.exit(3), 50);\n');
  const slow = flow(
    'b',
    "import { existsSync, writeFileSync } from 'node:fs';\nif (!existsSync('seen')) { writeFileSync('seen', ''); await new Promise((done) => setTimeout(done, 1e6)); }\n",
  );
  expect(await load({ 'a.js': leaving, 'b.js': slow })).toEqual([['a'], ['b']]);
});

test('a module that takes too long is killed for certain, with all that it has started', async () => {
  const pids = join(project.folder, 'pids');
  const endless = `import { spawn } from 'node:child_process';
import { renameSync, writeFileSync } from 'node:fs';
const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e3)'], { stdio: 'ignore' });
process.on('SIGTERM', () => {});
writeFileSync('pids.new', process.pid + ' ' + child.pid);
renameSync('pids.new', 'pids');
for (;;);
`;
  const loaded = await load({ 'endless.js': endless, 'b.js': flow('b') }, { clock: until(pids), deadlineMs: 7 });
  expect(loaded[0]).toBe('it was not loaded within 7 ms: say --load-ms if it needs longer');
  const [loader, started] = readFileSync(pids, 'utf8').split(' ').map(Number) as [number, number];
  expect(isAlive(process.pid)).toBe(true);
  // A kill is sent, not carried out: the kernel ends a process when it is that one's turn.
  await expect.poll(() => [isAlive(loader), isAlive(started)], { timeout: 30_000 }).toEqual([false, false]);
});

test('nobody waits for modules when the person has stopped the command', async () => {
  const stopping = new AbortController();
  const started = join(project.folder, 'started');
  const watcher = watch(project.folder, () => existsSync(started) && stopping.abort());
  const loaded = await load(
    { 'waits.js': "import { writeFileSync } from 'node:fs';\nwriteFileSync('started', ''); for (;;);\n" },
    { signal: stopping.signal },
  );
  watcher.close();
  expect(loaded.flat()).not.toContain('waits');
});
