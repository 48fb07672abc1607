import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { compare, manifestFile, parseManifestFile } from '../../compiler/manifest/index.js';
import { readProject } from '../../compiler/reading/index.js';
import { openProject } from '../../compiler/source/index.js';
import { comparedWith, isStore } from '../../compiler/upgrade/index.js';
import { postgres } from '../../src/adapters/postgres/index.js';
import { defineTask, file, flowproof, linear } from '../../src/index.js';
import { describePostgres } from '../support/postgres.js';
import { presentOf } from './present.js';

describe('the upgrade check', () => {
  const task = (name: string, more: object = {}) =>
    defineTask({ name, provides: [], execute: async () => ({}), revert: async () => {}, ...more } as never) as never;
  const flow = (...names: readonly string[]) => names.reduce((all, name) => all.add(task(name)), linear.dynamic('f')).build();

  test('says nothing of a flow that did not change', () => {
    expect(compare([presentOf(flow('a', 'b'))], [presentOf(flow('a', 'b'))])).toEqual([]);
  });

  test('tells safe, migration and stranding apart', () => {
    const versioned = linear
      .dynamic('f')
      .add(task('a', { version: 2 }))
      .build();
    expect(compare([presentOf(flow('a', 'b'))], [presentOf(versioned)]).map(({ verdict, path }) => `${verdict} ${path}`)).toEqual([
      'strands f/a',
      'strands f/b',
    ]);
    expect(compare([presentOf(flow('a'))], [presentOf(flow('a', 'z'))])).toEqual([
      { verdict: 'safe', flow: 'f', path: 'f/z', message: "'f/z' is new: runs of before come to it in its turn" },
    ]);
    const second = linear.dynamic('f', { version: 2 }).add(task('a')).build();
    expect(compare([presentOf(flow('a'))], [presentOf(second)]).map(({ verdict }) => verdict)).toEqual(['migration']);
    expect(compare([presentOf(flow('a'))], []).map(({ message }) => message)).toEqual([
      "flow 'f' is gone: nobody could go on with its runs",
    ]);
  });

  test('reads back the manifest file that it writes', () => {
    const flows = [presentOf(flow('a', 'b'))];
    expect(compare(parseManifestFile(manifestFile(flows)), flows)).toEqual([]);
    expect(() => parseManifestFile('{"format":2,"flows":[]}')).toThrow('no manifest file of this version');
  });
});

const ROOT = join(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'flowproof-upgrade-'));
afterAll(() => rmSync(folder, { recursive: true }));
const FLOWS = (tasks: string, version = 1) => `import { defineTask, linear } from 'flowproof';
const a = defineTask({ name: 'a', version: ${version}, execute: async () => {}, revert: async () => {} });
const b = defineTask({ name: 'b', execute: async () => {} });
export const f = linear('f')${tasks}.build();
`;

function writeProject(text: string): string {
  const compilerOptions = {
    ...{ target: 'es2022', lib: ['es2022', 'esnext.disposable'], module: 'nodenext', strict: true, skipLibCheck: true },
    ...{ types: ['node'], typeRoots: [join(ROOT, 'node_modules/@types')], paths: { flowproof: [join(ROOT, 'src/index.ts')] } },
  };
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.ts'] }));
  writeFileSync(join(folder, 'flows.ts'), text);
  return join(folder, 'tsconfig.json');
}

test('compares with a revision of git, and leaves the repository alone', async () => {
  const git = (...args: readonly string[]) =>
    execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@t', ...args], { cwd: folder }).toString();
  writeProject(FLOWS('.add(a).add(b)'));
  git('init', '-q');
  git('add', '-A');
  git('commit', '-qm', 'before');
  const tsconfig = writeProject(FLOWS('.add(a)', 2));
  const before = git('status', '--porcelain');
  const reading = readProject(openProject([tsconfig]));
  const found = await comparedWith('git:HEAD', reading, { folder, tsconfigs: [tsconfig] });
  expect(found.map(({ code, place, message }) => `${place.line} ${code} ${message}`)).toEqual([
    "4 WOULD_STRAND 'f/a' is version 2 now: runs in which version 1 has begun would be refused",
    "4 NEEDS_MIGRATION 'f/b' is gone: let runs that are in the middle of it end first",
  ]);
  expect(git('status', '--porcelain')).toBe(before);
  await expect(comparedWith('git:nowhere', reading, { folder, tsconfigs: [tsconfig] })).rejects.toThrow('nowhere');
}, 30_000);

describe('against the runs of a folder', () => {
  const named = (name: string) => defineTask({ name, execute: async () => ({}), revert: async () => {} } as never) as never;
  const old = linear.dynamic('f').add(named('a')).add(named('b')).build();

  test('names the runs that would be stranded, while the process that has them goes on, and changes nothing there', async () => {
    const runs = join(folder, 'runs');
    let handle: { suspend(): Promise<void> } | undefined;
    await using app = flowproof({
      persistence: file(runs),
      flows: [old],
      onEvent: (event) => {
        if (event.type === 'task' && event.path === 'f/a' && event.state === 'SUCCESS') void handle?.suspend();
      },
    });
    const begun = await app.start(old, { id: 'begun', inputs: {} });
    handle = begun;
    await begun.result();
    handle = undefined;
    await app.run(old, { id: 'ended', inputs: {} });
    const contents = () => readdirSync(runs).map((name) => [name, readFileSync(join(runs, name), 'utf8')]);
    const before = contents();

    const strands = async (text: string) => {
      const tsconfig = writeProject(text);
      const found = await comparedWith('runs', readProject(openProject([tsconfig])), { folder, tsconfigs: [tsconfig] });
      return found.map(({ code, message, related }) => [code, message, ...related.map((one) => one.message)]);
    };
    expect(await strands(FLOWS('.add(a).add(b)'))).toEqual([]);
    expect(await strands(FLOWS('.add(a).add(b)', 2))).toEqual([
      ['WOULD_STRAND', "flow 'f' would strand 1 unfinished run: 'begun'", "begun: 'f/a' began in version 1, and is version 2 now"],
    ]);
    expect(contents()).toEqual(before);
    expect((await app.resume(old, 'begun')).state).toBe('SUCCESS');
    expect(await strands(FLOWS('.add(a).add(b)', 2))).toEqual([]);
    rmSync(runs, { recursive: true, force: true });
  }, 60_000);

  test('takes no other folder for one, and says what it can not read', async () => {
    const tsconfig = writeProject(FLOWS('.add(a)'));
    const reading = readProject(openProject([tsconfig]));
    const other = join(folder, 'other');
    mkdirSync(other);
    expect(isStore(other, folder)).toBe(false);
    await expect(comparedWith(other, reading, { folder, tsconfigs: [tsconfig] })).rejects.toThrow('EISDIR');
    writeFileSync(join(other, 'journal-00000001.log'), 'something else\n');
    expect(isStore(other, folder)).toBe(true);
    await expect(comparedWith(other, reading, { folder, tsconfigs: [tsconfig] })).rejects.toThrow('does not begin as a journal');
    rmSync(other, { recursive: true });
  }, 30_000);
});

describePostgres('against the runs of a database', (database) => {
  test('names the runs that would be stranded, and no other', async () => {
    const { url } = database();
    const named = (name: string, version = 1) =>
      defineTask({ name, version, execute: async () => ({}), revert: async () => {} } as never) as never;
    const old = linear.dynamic('f').add(named('a')).add(named('b')).build();
    let handle: { suspend(): Promise<void> } | undefined;
    const app = flowproof({
      persistence: postgres(url),
      flows: [old],
      onEvent: (event) => {
        if (event.type === 'task' && event.path === 'f/a' && event.state === 'SUCCESS') void handle?.suspend();
      },
    });
    const begun = await app.start(old, { id: 'begun', inputs: {} });
    handle = begun;
    await begun.result();
    handle = undefined;
    await app.run(old, { id: 'ended', inputs: {} });
    await app.stop();

    const strands = async (text: string) => {
      const tsconfig = writeProject(text);
      const found = await comparedWith(url, readProject(openProject([tsconfig])), { folder, tsconfigs: [tsconfig] });
      return found.map(({ code, message, related }) => [code, message, ...related.map((one) => one.message)]);
    };
    expect(await strands(FLOWS('.add(a).add(b)'))).toEqual([]);
    expect(await strands(FLOWS('.add(a).add(b)', 2))).toEqual([
      ['WOULD_STRAND', "flow 'f' would strand 1 unfinished run: 'begun'", "begun: 'f/a' began in version 1, and is version 2 now"],
    ]);
  }, 60_000);
});
