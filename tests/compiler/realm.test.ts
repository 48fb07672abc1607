import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import * as library from '#authoring';
import { Frame } from '../../compiler/reading/ground/frame.js';
import { Library } from '../../compiler/reading/ground/library.js';
import { Realm } from '../../compiler/reading/ground/realm.js';
import { Types } from '../../compiler/reading/ground/types.js';
import { Unknown } from '../../compiler/reading/ground/unknown.js';
import { Interpreter } from '../../compiler/reading/interpret/interpreter.js';
import { openProject, ts } from '../../compiler/source/index.js';
import { DEEDS, PRELUDE, paths, program } from './realm-programs.js';
import './parse-once.js';

const ROOT = join(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'flowproof-realm-'));
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => vi.restoreAllMocks());

const compilerOptions = {
  ...{ target: 'es2022', lib: ['es2023', 'esnext.disposable', 'dom'], module: 'nodenext', strict: true, skipLibCheck: true },
  ...{ experimentalDecorators: true, types: ['node'], typeRoots: [join(ROOT, 'node_modules/@types')] },
  paths: { flowproof: [join(ROOT, 'dist/index.d.ts')] },
};

beforeAll(() => {
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.ts'] }));
});

type Properties = readonly (readonly [string | symbol, PropertyDescriptor])[];

/** All objects that can be reached from some, with what they have. */
function reachable(from: readonly unknown[]): ReadonlyMap<object, Properties> {
  const found = new Map<object, Properties>();
  const waiting = [...from];
  while (waiting.length > 0) {
    const at = waiting.pop();
    if (at === null || (typeof at !== 'object' && typeof at !== 'function') || found.has(at)) continue;
    const properties = Reflect.ownKeys(at).flatMap((key) => {
      const property = Reflect.getOwnPropertyDescriptor(at, key);
      return property === undefined ? [] : [[key, property] as const];
    });
    found.set(at, properties);
    for (const [, { value, get, set }] of properties) waiting.push(value, get, set);
    waiting.push(Object.getPrototypeOf(at));
  }
  return found;
}

/** What JavaScript and the library bring: nothing but a source that is read would change it meanwhile. */
const BROUGHT: readonly unknown[] = [
  Object,
  Function,
  Array,
  String,
  Number,
  Boolean,
  Symbol,
  Map,
  Set,
  Promise,
  RegExp,
  Date,
  Error,
  JSON,
  Math,
  Reflect,
  ...Object.values(library),
];
/** What it lends to a source that describes flows. */
const { alwaysRevert, alwaysRevertAll, defineRetry, defineTask, forEach, forEachOf, mapTask, reduceTask, Retry, Task, times, use } =
  library;
const { sleep, sleepUntil, waitFor } = library;
const LENT = new Set<unknown>([
  ...[alwaysRevert, alwaysRevertAll, defineRetry, defineTask, forEach, forEachOf, mapTask, reduceTask, Retry, Task, times, use],
  ...[sleep, sleepUntil, waitFor],
]);
const LOADED = [globalThis, createRequire(import.meta.url), Interpreter, Library, Types, ts.SyntaxKind];

/** Programs that got hold of something that is not theirs, and what they changed. */
function reachedBy(programs: readonly string[]): { readonly held: readonly string[]; readonly changed: readonly string[] } {
  const bodies = programs.map((text, index) => `export function p${index}(): any { ${text} }`);
  writeFileSync(join(folder, 'programs.ts'), `${PRELUDE}${bodies.join('\n')}\n`);
  const project = openProject([join(folder, 'tsconfig.json')]);
  const interpreter = new Interpreter(new Types(project.checker), new Library(project.checker, project.files));
  const before = reachable(BROUGHT);
  const process = reachable([...BROUGHT, ...LOADED]);
  const held = new Set<string>();
  let current = '';
  const evaluate = interpreter.evaluate.bind(interpreter);
  vi.spyOn(interpreter, 'evaluate').mockImplementation((node, frame) => {
    const value = evaluate(node, frame);
    if ((process.has(value as object) && !LENT.has(value)) || isPartOf(value, interpreter)) held.add(current);
    return value;
  });
  for (const statement of project.files.flatMap((file) => [...file.statements])) {
    if (!ts.isFunctionDeclaration(statement)) continue;
    const index = Number(statement.name?.text.slice(1));
    current = programs[index] ?? '';
    interpreter.allPaths(statement, () => interpreter.functionOf(statement, new Frame())());
  }
  const changed = [...before].flatMap(([object, properties]) => {
    const now = Reflect.ownKeys(object);
    const known = properties.map(([key]) => key);
    const other = properties.filter(([key, property]) => !same(property, Reflect.getOwnPropertyDescriptor(object, key)));
    return [...other.map(([key]) => key), ...now.filter((key) => !known.includes(key)), ...known.filter((key) => !now.includes(key))];
  });
  return { held: [...held], changed: changed.map(String) };
}

/** Whether it is a part of what the library made, or of what reads: the source may hold these whole. What it froze, it has written, or is of a class of its own. */
function isPartOf(value: unknown, { realm, origins }: Interpreter): boolean {
  if (typeof value !== 'object' || value === null || value instanceof Unknown) return false;
  const isInstance = realm.isOwn(value) && realm.isOwn(Object.getPrototypeOf(value));
  const isItsOwn = realm.isHanded(value) || origins.of(value) !== undefined || isInstance;
  return (Object.isFrozen(value) && !isItsOwn) || 'pos' in value;
}

function same(a: PropertyDescriptor, b: PropertyDescriptor | undefined): boolean {
  return (
    b !== undefined &&
    (['value', 'get', 'set', 'writable', 'enumerable', 'configurable'] as const).every((key) => Object.is(a[key], b[key]))
  );
}

const PROGRAMS = 2_000;
const NOTHING = { held: [], changed: [] };

describe('a source that is read', () => {
  test('holds no object of the process that reads it, and changes none, whatever it names', () => {
    const programs = paths().flatMap((path) => [`return ${path};`, `${path}.x = 1;`, `return ${path}(code);`]);
    expect(programs.length).toBeGreaterThan(5_000);
    expect(reachedBy(programs)).toEqual(NOTHING);
    expect(globalThis).not.toHaveProperty('reached');
  }, 300_000);

  test('does so whatever it does with two things', () => {
    const all = paths();
    const one = fc.tuple(fc.constantFrom(...DEEDS), fc.constantFrom(...all), fc.constantFrom(...all));
    const each = DEEDS.flatMap((deed) =>
      [
        'library',
        'list',
        'record',
        'Object',
        'Array.prototype',
        'Marked',
        'built',
        'task',
        '(new Plain() as any)',
        '(new Derived() as any)',
        'marks[0]',
        "linear('f')",
        'JSON.parse',
      ].map((p) => program(deed, p, 'sum')),
    );
    fc.assert(
      fc.property(fc.array(one, { minLength: PROGRAMS, maxLength: PROGRAMS }), (programs) => {
        expect(reachedBy([...each, ...programs.map(([deed, p, q]) => program(deed, p, q))])).toEqual(NOTHING);
        expect(globalThis).not.toHaveProperty('reached');
      }),
      { numRuns: 1, endOnFailure: true },
    );
  }, 300_000);
});

describe('this proof', () => {
  test('would notice a realm that admits everything', () => {
    vi.spyOn(Realm.prototype, 'admits').mockReturnValue(true);
    vi.spyOn(Realm.prototype, 'find').mockImplementation((owner, key) => ({ value: Reflect.get(owner, key) as unknown }));
    expect(reachedBy(["return ({} as any).constructor.constructor('x');", 'return [].map;']).held).toHaveLength(2);
  });

  test('would notice a realm that lets change what is not its own', () => {
    vi.spyOn(Realm.prototype, 'admits').mockReturnValue(true);
    vi.spyOn(Realm.prototype, 'isOwn').mockReturnValue(true);
    vi.spyOn(Realm.prototype, 'put').mockImplementation((owner, key, value) => Reflect.set(owner, key, value));
    vi.spyOn(Realm.prototype, 'find').mockImplementation((owner, key) => ({ value: Reflect.get(owner, key) as unknown }));
    expect(reachedBy(['(linear as any).__proto__.marked = 1;']).changed).toEqual(['marked']);
    expect(Reflect.deleteProperty(Function.prototype, 'marked')).toBe(true);
  });
});
