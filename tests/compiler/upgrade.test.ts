import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { compare, manifestFile, manifestsOf, parseManifestFile } from '../../compiler/manifest/index.js';
import { readProject } from '../../compiler/reading/index.js';
import { openProject } from '../../compiler/source/index.js';
import { comparedWith, isStore } from '../../compiler/upgrade/index.js';
import { postgres } from '../../src/adapters/postgres/index.js';
import { type AnyFlow, defineTask, encrypted, factory, file, flowproof, forEach, linear, type TaskContext } from '../../src/index.js';
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
  }, 60_000);
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
}, 60_000);

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

  test('judges runs whose values are encrypted without their keys, unless their state is in a snapshot', async () => {
    const { url } = database();
    const keys = [{ id: 'k1', key: randomBytes(32) }];
    const a = defineTask({
      name: 'a',
      provides: ['token'],
      secret: ['token'],
      execute: async () => ({ token: 't' }),
      revert: async () => {},
    });
    const b = defineTask({
      name: 'b',
      requires: ['token'],
      execute: async (_: { token: string }, ctx: TaskContext<{ rest(): void }>) => ctx.services.rest(),
    });
    const c = defineTask({ name: 'c', requires: ['token'], execute: async (_: { token: string }) => {} });
    const flow = linear('f')
      .retry(forEach('try', [1, 2, 3, 4, 5]))
      .add(a)
      .add(b)
      .add(c)
      .build();
    const begin = async (schema: string, values: 'all' | 'secrets', failing = 0) => {
      let left = failing;
      const rest = (): void => {
        if (left-- > 0) throw new Error('once more');
        void app.suspend('r');
      };
      const persistence = encrypted(postgres(url, { schema }), { keys, values });
      const app = flowproof({ persistence, flows: [flow], services: { rest }, snapshotAfter: 3 });
      expect((await app.run(flow, { id: 'r' })).state).toBe('SUSPENDED');
      await app.stop();
    };
    await begin('some', 'secrets');
    await begin('every', 'all');
    await begin('snapshot', 'secrets', 4);
    const judged = async (schema: string, version: number) => {
      const tsconfig = writeProject(`import { defineTask, forEach, linear } from 'flowproof';
const a = defineTask({ name: 'a', version: ${version}, provides: ['token'], secret: ['token'], execute: async () => ({ token: 't' }), revert: async () => {} });
const b = defineTask({ name: 'b', requires: ['token'], execute: async (_: { token: string }) => {} });
const c = defineTask({ name: 'c', requires: ['token'], execute: async (_: { token: string }) => {} });
const d = defineTask({ name: 'd', requires: ['token'], execute: async (_: { token: string }) => {} });
export const f = linear('f').retry(forEach('try', [1, 2, 3, 4, 5])).add(a).add(b).add(c).add(d).build();
`);
      const found = await comparedWith(`${url}?schema=${schema}`, readProject(openProject([tsconfig])), { folder, tsconfigs: [tsconfig] });
      return found.map(({ code, message }) => [code, message]);
    };
    for (const schema of ['some', 'every']) {
      expect(await judged(schema, 1)).toEqual([]);
      expect(await judged(schema, 2)).toEqual([['WOULD_STRAND', "flow 'f' would strand 1 unfinished run: 'r'"]]);
    }
    expect(await judged('snapshot', 2)).toEqual([
      ['NEEDS_MIGRATION', "flow 'f' has runs that can't be judged without their keys, 'r': their state is encrypted"],
    ]);
  }, 60_000);
});
