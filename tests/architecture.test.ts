import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { checkArchitecture, loadedPackages, roomOf } from './architecture/check.js';
import { readSources } from './architecture/imports.js';
import { ARCHITECTURE, COMPILER, PAGE } from './architecture/rooms.js';

const ROOT = join(import.meta.dirname, '..');
const sources = readSources(join(ROOT, 'src'));
const lines = sources.map((source) => source.lines).sort((a, b) => a - b);
const median = lines[Math.floor(lines.length / 2)];

describe('the sources', () => {
  test(`keep to the table of rooms (${sources.length} files, median of ${median} lines, longest ${lines.at(-1)})`, () => {
    expect(checkArchitecture(sources, ARCHITECTURE)).toEqual([]);
  });

  test('use every exception that the table allows', () => {
    const used = ARCHITECTURE.impure.flatMap(({ file, uses }) =>
      uses.filter((name) => sources.some((source) => source.path === file && source.uses.some((use) => use.name === name))),
    );
    expect(used).toEqual(ARCHITECTURE.impure.flatMap(({ uses }) => uses));
  });

  test('load nothing from npm at the root door but what the build takes in', () => {
    expect([...loadedPackages(sources, 'index.ts')]).toEqual(['reflect-metadata', 'croner']);
  });
});

describe('the checker', () => {
  const compiler = readSources(join(ROOT, 'compiler'));

  test(`keeps to its table of rooms (${compiler.length} files)`, () => {
    expect(checkArchitecture(compiler, COMPILER)).toEqual([]);
  });

  test("has one file that knows where TypeScript's API comes from", () => {
    const importers = compiler.filter(({ imports }) => imports.some(({ specifier }) => /^(ts-morph|typescript)$/.test(specifier)));
    expect(importers.map(({ path }) => path)).toEqual(['source/typescript.ts']);
  });

  test('has one file that knows where Graphviz comes from', () => {
    const importers = [...sources, ...compiler].filter(({ imports }) => imports.some(({ specifier }) => specifier === '@viz-js/viz'));
    expect(importers.map(({ path }) => path)).toEqual(['pictures/layout.ts']);
  });

  test('has one file that knows where the parser of command lines comes from', () => {
    const importers = compiler.filter(({ imports }) =>
      imports.some(({ specifier }) => /commander/.test(specifier) && !specifier.startsWith('.')),
    );
    expect(importers.map(({ path }) => path)).toEqual(['cli/program/commander.ts']);
  });

  test('loads no compiler before a command needs it', () => {
    const commands = new Set(compiler.flatMap(({ path }) => (path.startsWith('cli/') && path.endsWith('-command.ts') ? [path] : [])));
    const lazily = compiler.map((source) => ({ ...source, imports: source.imports.filter(({ target }) => !commands.has(target ?? '')) }));
    expect([...loadedPackages(lazily, 'thread.ts')]).not.toContain('ts-morph');
    expect([...loadedPackages(compiler, 'thread.ts')]).toContain('ts-morph');
    for (const { path } of compiler.filter((one) => /^cli\/(runs|store|database)\//.test(one.path)))
      expect([...loadedPackages(compiler, path)], path).not.toContain('ts-morph');
  });
});

describe('the page', () => {
  const page = readSources(join(ROOT, 'page'));
  const ofServer = page.flatMap(({ path, imports }) =>
    imports.filter(({ target }) => target?.startsWith('../src/')).map((one) => ({ path, ...one })),
  );

  test(`keeps to its table of rooms (${page.length} files)`, () => {
    const own = page.map((source) => ({ ...source, imports: source.imports.filter(({ target }) => !target?.startsWith('../src/')) }));
    expect(checkArchitecture(own, PAGE)).toEqual([]);
  });

  test('imports nothing of the library but types', () => {
    expect(ofServer.length).toBeGreaterThan(10);
    expect(ofServer.filter(({ typeOnly }) => !typeOnly)).toEqual([]);
  });

  test('writes no markup that it was given, and no style or script into markup', () => {
    for (const file of page.map(({ path }) => path))
      expect([
        file,
        /innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b/.test(readFileSync(join(ROOT, 'page', file), 'utf8')),
      ]).toEqual([file, false]);
  });
});

test('the plugin for linters loads nothing from npm, and no compiler', () => {
  const compiler = readSources(join(ROOT, 'compiler'));
  expect([...loadedPackages(compiler, 'eslint-plugin/index.ts')]).toEqual(['#model/diagnostics.js']);
});

test('the doors of the package are those that package.json exports', () => {
  const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    exports: Record<string, unknown>;
  };
  const { './package.json': own, ...doors } = manifest.exports;
  expect(own).toBe('./package.json');
  const leaves = sources.filter(({ path }) => path === `${roomOf(path)}/index.ts` && ARCHITECTURE.rooms[roomOf(path)]?.leaf);
  const expected = ['index.ts', ...leaves.map(({ path }) => path)].map((path) => {
    const built = path.replace(/\.ts$/, '');
    const files = (folder: string) => ({ types: `${folder}/${built}.d.ts`, default: `${folder}/${built}.js` });
    const room = roomOf(path).replace('adapters/', '');
    return [room === '' ? '.' : `./${room}`, { import: files('./dist'), require: files('./dist/cjs') }] as [string, unknown];
  });
  // Of the checker there is one door: what linters load.
  const linters = './dist/compiler/eslint-plugin/index';
  expected.push(['./eslint-plugin', { types: `${linters}.d.ts`, default: `${linters}.js` }]);
  expect(doors).toEqual(Object.fromEntries(expected));
});

test('the checker reports every rule that the fixtures break, and nothing else', () => {
  const fixture = readSources(join(ROOT, 'tests/fixtures/architecture/src'));
  const rooms = { ...ARCHITECTURE.rooms, 'adapters/redis': { imports: [], npm: ['ioredis'], leaf: true } as const };
  const found = checkArchitecture(fixture, { ...ARCHITECTURE, rooms, maxLines: 10, maxFiles: 3 });
  expect(found.map(({ rule, at, message }) => `${at} ${rule}: ${message}`).sort()).toEqual([
    'adapters/postgres/index.ts:2 impure: uses setTimeout: it must be handed in',
    "adapters/postgres/index.ts:5 leaf: imports 'adapters/redis', which nobody may",
    "app/index.ts:1 node: imports 'fs' from Node",
    "app/index.ts:2 outside: imports '../../package.js', which is outside",
    "app/index.ts:4 leaf: imports 'testing', which nobody may",
    "attic/index.ts:1 room: the room 'attic' is not in the table",
    "authoring/task.ts:1 floor: is on no floor of 'authoring'",
    "authoring/task.ts:2 direction: 'authoring' may not import 'persistence'",
    'authoring/task.ts:4 impure: uses console: it must be handed in',
    'authoring/task.ts:4 impure: uses setTimeout: it must be handed in',
    "compilation/index.ts:1 door: imports 'authoring/task.ts' past the door authoring/index.ts",
    "engine/attic/old.ts:1 floor: is on no floor of 'engine'",
    "engine/attic/old.ts:4 name: says 'alarms' in '#alarms': it is called wake-ups",
    "engine/attic/old.ts:5 name: says 'unwind' in 'unwindStep': it is called roll back a step",
    "engine/attic/old.ts:6 name: says 'until' in 'until': it is called end",
    "engine/index.ts:1 direction: 'engine' may not import 'app'",
    "engine/index.ts:2 leaf: imports 'adapters/postgres', which nobody may",
    "engine/state/fold.ts:1 floor: imports 'engine/decide/step.ts', which is on a higher floor",
    "index.ts:2 leaf: imports 'adapters/postgres', which nobody may",
    'model/circle-a.ts:1 cycle: is in a circle of imports: model/circle-a.ts, model/circle-b.ts',
    'model/long.ts:12 lines: has more than 10 lines',
    "model/word.ts:1 node: imports 'node:crypto' from Node",
    'model/word.ts:2 impure: uses Date.now: it must be handed in',
    'model/word.ts:2 impure: uses Date.now: it must be handed in',
    'model/word.ts:2 impure: uses Math.random: it must be handed in',
    'model:1 crowd: has 5 files, where 3 are the most',
    'persistence/file/sync.ts:3 impure: uses process.env: it must be handed in',
    "persistence/index.ts:1 npm: imports 'yaml' from npm",
  ]);
});

test('docs/architecture.md says of every room what it is', () => {
  const text = readFileSync(join(ROOT, 'docs/architecture.md'), 'utf8');
  const rooms = [...new Set(sources.map(({ path }) => roomOf(path).replace(/\/.*/, '')))].filter((room) => room !== '');
  expect(rooms.length).toBeGreaterThan(10);
  expect(rooms.filter((room) => !new RegExp(`^${room} |\`${room}/?\``, 'm').test(text))).toEqual([]);
});

test('the files that the documents name are there', () => {
  const named = ['docs/architecture.md', 'CONTRIBUTING.md'].flatMap((document) =>
    [...readFileSync(join(ROOT, document), 'utf8').matchAll(/`((?:src|compiler|tests|scripts)\/[\w./-]+)`/g)].map(
      (match) => match[1] as string,
    ),
  );
  expect(named.length).toBeGreaterThan(20);
  expect(named.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
});

test('what the documents say that a file has is in it', () => {
  const text = readFileSync(join(ROOT, 'docs/architecture.md'), 'utf8');
  const named = [...text.matchAll(/`(#?\w+)` in `((?:src|compiler|tests)\/[\w./-]+\.ts)`/g)];
  expect(named.length).toBeGreaterThan(4);
  const missing = named.filter(([, name = '', path = '']) => !readFileSync(join(ROOT, path), 'utf8').includes(name));
  expect(missing.map(([whole]) => whole)).toEqual([]);
});

test('every test says `test`', () => {
  const files = readSources(join(ROOT, 'tests')).filter(({ imports }) => imports.some(({ specifier }) => specifier === 'vitest'));
  const others = files.filter(({ path }) =>
    /import \{[^}]*\bit\b[^}]*\} from 'vitest'/.test(readFileSync(join(ROOT, 'tests', path), 'utf8')),
  );
  expect(files.length).toBeGreaterThan(100);
  expect(others.map(({ path }) => path)).toEqual([]);
});

test('no test, script, example or benchmark has more than 300 lines', () => {
  const folders = ['tests', 'type-tests', 'scripts', 'examples', 'bench'];
  const paths = folders.flatMap((folder) => readdirSync(join(ROOT, folder), { recursive: true }).map((path) => join(folder, String(path))));
  const files = paths.filter((path) => /\.[cm]?[jt]sx?$/.test(path));
  const linesOf = (path: string) => readFileSync(join(ROOT, path), 'utf8').split('\n').length - 1;
  expect(files.length).toBeGreaterThan(500);
  expect(files.filter((path) => linesOf(path) > ARCHITECTURE.maxLines)).toEqual([]);
});
