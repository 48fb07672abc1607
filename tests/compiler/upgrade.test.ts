import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { compare, manifestFile, manifestsOf, parseManifestFile } from '../../compiler/manifest/index.js';
import { readProject } from '../../compiler/reading/index.js';
import { openProject } from '../../compiler/source/index.js';
import { comparedWith } from '../../compiler/upgrade/index.js';
import { type AnyFlow, defineTask, factory, file, flowproof, linear } from '../../src/index.js';
import { presentOf } from './present.js';
import { FLOWS, folder, writeProject } from './upgrade-project.js';
import './parse-once.js';

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

  test('says what becomes secret, and what is none any more: both are safe, and neither changes what is stored', () => {
    const giving = (...secret: readonly string[]) => task('a', { provides: ['x'], secret, execute: async () => ({ x: 'x' }) });
    const open = linear.dynamic('f').input(['in']).add(giving()).build();
    const hidden = linear.dynamic('f').input(['in']).secret('in').add(giving('x')).build();
    const said = (before: AnyFlow, now: AnyFlow) =>
      compare([presentOf(before)], [presentOf(now)]).map(({ verdict, path, message }) => [verdict, path, message]);
    expect(said(open, hidden)).toEqual([
      ['safe', 'f', "'in' is secret now: what runs of before have stored of it stays readable until they are pruned"],
      ['safe', 'f/a', "'x' is secret now: what runs of before have stored of it stays readable until they are pruned"],
    ]);
    expect(said(hidden, open)).toEqual([
      ['safe', 'f', "'in' is no secret any more: keep the keys of what runs have stored of it until they are pruned"],
      ['safe', 'f/a', "'x' is no secret any more: keep the keys of what runs have stored of it until they are pruned"],
    ]);
    expect(said(hidden, hidden)).toEqual([]);
  });

  test('reads back the manifest file that it writes', () => {
    const flows = [presentOf(flow('a', 'b'))];
    expect(compare(parseManifestFile(manifestFile(flows)), flows)).toEqual([]);
    expect(() => parseManifestFile('{"format":2,"flows":[]}')).toThrow('no manifest file of this version');
  });
});

afterAll(() => rmSync(folder, { recursive: true }));

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
});

describe('a flow that a factory makes', () => {
  /** A factory whose flow has a task for each of its args; and what is built by it in another way. */
  const FACTORY = (build: string) => `import { defineTask, factory, linear } from 'flowproof';
const a = defineTask({ name: 'a', requires: ['x'], execute: async (_: { x: number }) => {}, revert: async () => {} });
const b = defineTask({ name: 'b', execute: async () => {} });
export const f = factory('f', ${build});
`;
  const LOOP = `(names: readonly string[]) => {
  let flow = linear.dynamic('f');
  for (const name of names) flow = flow.add(a, { name, inject: { x: 1 } });
  return flow.build();
}`;
  const CHOICE = `({ more }: { more: boolean }) => (more ? linear('f').add(b).build() : linear('f').add(b).add(b, { name: 'c' }).build()) as never`;
  const ALIKE = (more = '') => `(x: number) => linear('f').add(a, { inject: { x } })${more}.build()`;
  const against = async (against: string, text: string) => {
    const tsconfig = writeProject(text);
    const found = await comparedWith(against, readProject(openProject([tsconfig])), { folder, tsconfigs: [tsconfig] });
    return found.map(({ code, place, message }) => `${place.line} ${code} ${message}`);
  };
  const manifestIn = (text: string): string => {
    writeFileSync(join(folder, 'before.json'), manifestFile(manifestsOf(readProject(openProject([writeProject(text)])))));
    return 'before.json';
  };
  const UNSAID =
    "4 NEEDS_MIGRATION a factory makes flow 'f' from the args of each run, so what has changed in it can't be said here: compare flow.compile().fingerprint for args that you know";

  test.each([
    ['in a loop', FACTORY(LOOP)],
    ['by a choice', FACTORY(CHOICE)],
    ['out of reach', FACTORY("(name: string) => JSON.parse(name) as ReturnType<ReturnType<typeof linear<'f'>>['build']>")],
  ])('is said to be one, where it depends on its args: %s', async (_, text) => {
    expect(await against(manifestIn(FACTORY(ALIKE())), text)).toEqual([UNSAID]);
    expect(await against(manifestIn(text), text)).toEqual([UNSAID]);
  });

  test('has one manifest, and is known in part, where a choice makes several', () => {
    const { flows } = JSON.parse(readFileSync(join(folder, manifestIn(FACTORY(CHOICE))), 'utf8')) as { flows: object[] };
    expect(flows).toMatchObject([{ name: 'f', known: false }]);
  });

  test('is compared like any other, where it does not', async () => {
    const before = manifestIn(FACTORY(ALIKE()));
    expect(await against(before, FACTORY(ALIKE()))).toEqual([]);
    expect(await against(before, FACTORY(ALIKE('.add(b)')))).toEqual(["4 SAFE_CHANGE 'f/b' is new: runs of before come to it in its turn"]);
  });

  test('has runs that are named, and not said to be stranded', async () => {
    const runs = join(folder, 'made');
    const a = defineTask({ name: 'a', requires: ['x'], execute: async (_: { x: number }) => {}, revert: async () => {} });
    const made = factory('f', (names: readonly string[]) => {
      let flow = linear.dynamic('f');
      for (const name of names) flow = flow.add(a, { name, inject: { x: 1 } });
      return flow.build();
    });
    const app = flowproof({ persistence: file(runs), flows: [made], onEvent: () => void app.suspend('r') });
    expect((await app.run(made(['one', 'two', 'three']), { id: 'r' })).state).toBe('SUSPENDED');
    await app.stop();
    expect(await against('made', FACTORY(LOOP))).toEqual([
      "4 NEEDS_MIGRATION a factory makes flow 'f' from the args of each run, so these can't be judged here: 'r'. Whoever goes on with one refuses what does not fit, and changes nothing",
    ]);
    expect(await against('made', FACTORY(LOOP).replaceAll("'f'", "'g'"))).toEqual([
      "1 WOULD_STRAND flow 'f' would strand 1 unfinished run: 'r'",
    ]);
    rmSync(runs, { recursive: true, force: true });
  });
});

test('runs of a flow that is known only in part are named, and not judged', async () => {
  const runs = join(folder, 'partly');
  const named = (name: string) => defineTask({ name, execute: async () => {}, revert: async () => {} });
  const old = linear('f').add(named('a')).add(named('b')).build();
  const app = flowproof({ persistence: file(runs), flows: [old], onEvent: () => void app.suspend('r') });
  expect((await app.run(old, { id: 'r' })).state).toBe('SUSPENDED');
  await app.stop();
  const tsconfig = writeProject(FLOWS('.add(more)').replace('export', 'declare const more: typeof b;\nexport'));
  const found = await comparedWith('partly', readProject(openProject([tsconfig])), { folder, tsconfigs: [tsconfig] });
  expect(found.map(({ code, message }) => `${code} ${message}`)).toEqual([
    "NEEDS_MIGRATION flow 'f' is known only in part here, so its runs can't be judged: 'r'. Notes (NOT_STATIC) say what is unknown",
  ]);
  rmSync(runs, { recursive: true, force: true });
});
