import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { main } from '../../compiler/cli/index.js';
import { systemClock } from '../../src/model/clock.js';
import './parse-once.js';

const ROOT = join(import.meta.dirname, '../..');
const compilerOptions = {
  ...{ target: 'es2022', lib: ['es2022', 'esnext.disposable'], module: 'nodenext', strict: true, skipLibCheck: true, allowJs: true },
  ...{ types: [], paths: { flowproof: [join(ROOT, 'dist/index.d.ts')] } },
};
const flow = (name: string) => `import { graph } from 'flowproof';\nimport { task } from './task.js';
export const ${name} = graph('${name}').add({ a: task, b: task }).link('a', 'b').link('b', 'a').build();\n`;
const TASK = "import { defineTask } from 'flowproof';\nexport const task = defineTask({ name: 'task', execute: () => {} });\n";

let folder: string;
let stopping: AbortController;
let ended: Promise<unknown>;
/** All that was printed since it was asked last. */
let printed = '';
let wake = (): void => {};

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'flowproof-watch-'));
  write('package.json', '{ "type": "module" }');
  write('tsconfig.json', JSON.stringify({ compilerOptions, include: ['src'] }));
  write('src/task.ts', TASK);
  write('src/first.ts', flow('first'));
  stopping = new AbortController();
  printed = '';
  const print = (text: string): void => {
    printed += text;
    wake();
  };
  ended = main(['check', '--watch'], { out: print, err: print, folder, color: false, clock: systemClock, signal: stopping.signal });
  expect(await round(/1 flow/)).toEqual(['first']);
});
afterEach(async () => {
  stopping.abort();
  expect(await ended).toBe(0);
  rmSync(folder, { recursive: true });
});

function write(path: string, text: string): string {
  const file = join(folder, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
}

/** As most editors save: another file takes its name. */
function replace(path: string, text: string): void {
  renameSync(write(`${path}~`, text), join(folder, path));
}

/** The flows with a cycle, when a round that says this has ended. A change may be heard in two parts. */
async function round(says: RegExp): Promise<readonly string[]> {
  for (;;) {
    const rounds = printed.split(/Waiting for changes …\n\n/);
    const index = rounds.findIndex((one) => says.test(one));
    if (index >= 0 && index < rounds.length - 1) {
      printed = rounds.slice(index + 1).join('Waiting for changes …\n\n');
      return [...(rounds[index] ?? '').matchAll(/CYCLE: flow '(\w+)'/g)].map(([, name]) => name ?? '');
    }
    await new Promise<void>((resolve) => {
      wake = resolve;
    });
  }
}

describe('flowproof check --watch', () => {
  test('hears of a file that is replaced, again and again', async () => {
    for (const name of ['second', 'third', 'fourth']) {
      replace('src/first.ts', flow(name));
      expect(await round(new RegExp(`'${name}'`))).toEqual([name]);
    }
    rmSync(join(folder, 'src/first.ts'));
    write('src/first.ts', flow('fifth'));
    expect(await round(/'fifth'/)).toEqual(['fifth']);
    write('src/first.ts', flow('sixth'));
    expect(await round(/'sixth'/)).toEqual(['sixth']);
  });

  test('hears of files in folders that come, go, and come again', async () => {
    for (const name of ['deep', 'deeper']) {
      write('src/some/where/new.ts', flow(name).replace('./task', '../../task'));
      expect(await round(new RegExp(`'${name}'`))).toEqual(['first', name]);
      rmSync(join(folder, 'src/some'), { recursive: true });
      expect(await round(/1 flow/)).toEqual(['first']);
    }
  });

  test('hears of JavaScript, and of what an import has been waiting for', async () => {
    write('src/second.js', flow('second'));
    expect(await round(/'second'/)).toEqual(['first', 'second']);
    write('src/second.js', flow('third'));
    expect(await round(/'third'/)).toEqual(['first', 'third']);
    write('src/second.js', flow('third').replace('./task.js', '../later.js'));
    await round(/2 errors, 2 notes\./);
    write('later.js', TASK);
    expect(await round(/2 errors\./)).toEqual(['first', 'third']);
  });

  test('opens the project anew when its tsconfig changes, also when that is broken for a while', async () => {
    write('more/second.ts', flow('second').replace('./task', '../src/task'));
    write('tsconfig.json', JSON.stringify({ compilerOptions, include: ['src', 'more'] }));
    expect(await round(/'second'/)).toEqual(['second', 'first']);
    write('tsconfig.json', '{ "include": [');
    await round(/flowproof: .*tsconfig\.json:1:\d+: /);
    write('base.json', JSON.stringify({ compilerOptions }));
    replace('tsconfig.json', JSON.stringify({ extends: './base.json', include: ['more'] }));
    expect(await round(/1 flow/)).toEqual(['second']);
    write('base.json', JSON.stringify({ compilerOptions: { ...compilerOptions, paths: {} } }));
    expect(await round(/0 flows/)).toEqual([]);
  });

  test('counts as its configuration says by then', async () => {
    write('flowproof.config.ts', "export default { rules: { CYCLE: 'off' } };");
    expect(await round(/nothing to say/)).toEqual([]);
    write('flowproof.config.ts', "export default { rules: { CYCLE: 'warning' } };");
    expect(await round(/1 warning/)).toEqual(['first']);
  });

  test('does not begin a round for what is none of its files', async () => {
    write('src/notes.json', '{}');
    write('notes.ts', 'export {};');
    write('src/first.ts', flow('second'));
    expect(await round(/1 flow/)).toEqual(['second']);
  });
});
