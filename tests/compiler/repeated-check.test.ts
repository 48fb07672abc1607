import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Checked, check, RepeatedCheck } from '../../compiler/checking/index.js';
import { readProject } from '../../compiler/reading/index.js';
import { ImportGraph, openProject, type SourceProject } from '../../compiler/source/index.js';

const ROOT = join(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'flowproof-repeated-'));
afterAll(() => rmSync(folder, { recursive: true }));

const write = (path: string, text: string): string => {
  const file = join(folder, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
};

const TASKS = `import { defineTask, Task } from 'flowproof';
import { Row } from './row.js';
declare const console: { log(text: string): void };
class Card { constructor(readonly id: string) {} }
const forget = async (id: string): Promise<void> => console.log(id);
@Task({ name: 'load', requires: ['id'], provides: ['total'] })
export class Load {
  async execute({ id }: { id: string }) {
    return { total: id.length };
  }
  async revert() {
    await forget('x');
  }
}
export const settle = defineTask({ name: 'settle', requires: ['total'], provides: ['settled'], execute: async ({ total }: { total: number }) => ({ settled: total > 0 }) });
`;
const TASKS_OTHERWISE = [
  TASKS.replace('{ total: id.length }', '{ total: id }'),
  TASKS.replace('{ total: id.length }', '{ total: id.length, row: new Row(id) }').replace("['total'] })", "['total', 'row'] })"),
  TASKS.replace('{ total: id.length }', '{ total: id.length, card: new Card(id) }').replace("['total'] })", "['total', 'card'] })"),
  TASKS.replace("await forget('x')", "forget('x')"),
  TASKS.replace("name: 'settle', requires: ['total']", "name: 'settle', requires: ['total', 'extra']").replace(
    '{ total }: { total: number }',
    '{ total }: { total: number; extra: string }',
  ),
  `// moved down\n\n${TASKS}`,
  TASKS.replace('id.length };\n  }\n  async revert() {', 'JSON.parse(id) as any };\n  }\n  async revert() {'),
];
const HELPERS = `import { graph, linear, times } from 'flowproof';
import { Load, settle } from './tasks.js';
export const closing = linear.open('closing').add(settle).build();
export const make = (name: string, attempts = 2) => linear(name).input<{ id: string }>().retry(times(attempts)).add(Load).add(closing).build();
export function never(name: string) {
  return graph(name).add({ settle }).build();
}
`;
const HELPERS_OTHERWISE = [
  HELPERS.replace('attempts = 2', 'attempts = 1'),
  HELPERS.replace('.add(Load).add(closing)', '.add(closing as never).add(Load)'),
  HELPERS.replace('graph(name).add({ settle })', "graph(name).input<{ total: number }>().add({ settle }).link('settle', 'settle')"),
  HELPERS.replace('.add(settle).build()', ".add(settle).add(settle, { name: 'again', provides: { settled: 'twice' } }).build()"),
  `${HELPERS}linear('dropped').add(settle as never);\n`,
];
const FLOWS = `import { linear } from 'flowproof';
import { make } from '@sample/b';
export const one = make('one');
export const two = make('two', 3);
export const three = linear('three').input<{ total: number }>().build();
`;
const FLOWS_OTHERWISE = [
  FLOWS.replace("make('two', 3)", "make('two', 1)"),
  FLOWS.replace("export const two = make('two', 3);\n", ''),
  FLOWS.replace("import { make } from '@sample/b';", "import { make, never } from '@sample/b';").concat(
    "export const four = never('four');\n",
  ),
  FLOWS.replace("make('one')", "make('one', Number(globalThis.name))"),
  FLOWS.replace('export const three', '// flowproof-ignore CYCLE: there is none\nexport const three'),
  FLOWS.replace('.build();', '.build(').concat('\n'),
];
const APP = `import { flowproof, memory } from 'flowproof';
import { one, two } from './flows.js';
export const app = flowproof({ persistence: memory(), flows: [one, two] });
`;
const APP_OTHERWISE = [
  APP.replace('[one, two]', '[one, one]'),
  APP.replace('one, two }', 'one, three }').replace('[one, two]', '[one, three]'),
];
/** Declares something for all. */
const REGISTER = `import type { Row } from './row.js';
declare module 'flowproof' { interface Register { storable: Row } }
export {};
`;
const REGISTER_OTHERWISE = [REGISTER.replace('storable: Row', 'other: Row')];
const LONELY = `import { defineTask, linear } from 'flowproof';
export const lonely = (name: string) => linear(name).input<{ id: string }>().add(defineTask({ name: 'x', execute: async () => {} })).build();
`;
const LONELY_OTHERWISE = [
  `${LONELY}export const called = lonely('called');\n`,
  LONELY.replace("name: 'x'", "name: 'x', requires: ['gone']"),
];

const MADE = `import { defineTask } from 'flowproof';
export const made = () => defineTask({ name: 'made', execute: async () => {} });
`;
const THREADS = `import { linear, run, threads } from 'flowproof';
import { made } from './made.js';
import './parse-once.js';
const flow = linear('threaded').add(made()).build();
void run(flow, { executor: threads(new URL('./found.js', import.meta.url)) });
`;
const FOUND = ['', "import { made } from './made.js';\n"].map(
  (text, index) => `${text}import { defineTask, taskSet } from 'flowproof';
export default taskSet({ tasks: [${index === 0 ? "defineTask({ name: 'other', execute: async () => {} })" : 'made()'}] });
`,
);
const ROW = 'export class Row { constructor(readonly id: string) {} }\n';

/** File → what may stand in it; the first is how it begins. */
const FILES: Readonly<Record<string, readonly string[]>> = {
  'a/row.ts': [ROW],
  'a/tasks.ts': [TASKS, ...TASKS_OTHERWISE],
  'a/register.ts': [REGISTER, ...REGISTER_OTHERWISE],
  'a/flows.ts': [FLOWS, ...FLOWS_OTHERWISE],
  'a/app.ts': [APP, ...APP_OTHERWISE],
  'a/lonely.ts': [LONELY, ...LONELY_OTHERWISE],
  'a/helpers.ts': [HELPERS, ...HELPERS_OTHERWISE],
  // What its threads may call is said by a module that it does not import.
  'a/made.ts': [MADE],
  'a/threads.ts': [THREADS],
  'a/found.ts': FOUND,
  // Another name for the same, through a path of the tsconfig.
  'b/index.ts': [
    "export * from '../a/helpers.js';\n",
    "export { make, never } from '../a/helpers.js';\n",
    "export { make } from '../a/helpers.js';\n",
  ],
};

const tsconfig = join(folder, 'tsconfig.json');
const open = (): SourceProject => openProject([tsconfig]);

/** The older judge, of everything and for the first time. */
function cold(): Checked {
  const reading = readProject(open());
  return { findings: check(reading), flows: reading.flows.length, tasks: reading.tasks.length };
}

beforeAll(() => {
  const compilerOptions = {
    ...{ target: 'es2022', lib: ['es2022', 'esnext.disposable'], module: 'nodenext', strict: true, skipLibCheck: true },
    ...{ experimentalDecorators: true, types: [] },
    paths: { flowproof: [join(ROOT, 'dist/index.d.ts')], '@sample/b': [join(folder, 'b/index.ts')] },
  };
  write('package.json', '{ "type": "module" }');
  write('tsconfig.json', JSON.stringify({ compilerOptions, include: ['a', 'b'] }));
  for (const [path, [text = '']] of Object.entries(FILES)) write(path, text);
});

const EDITS = Object.entries(FILES).flatMap(([path, texts]) => texts.slice(1).map((text) => ({ path, text })));

interface Agreed {
  readonly codes: ReadonlySet<string>;
  /** After how many edits something else is said than before. */
  readonly changed: number;
}

/** Goes through edits; each is taken back half of the time, two edits later. */
function agreed(edits: typeof EDITS): Agreed {
  for (const [path, [text = '']] of Object.entries(FILES)) write(path, text);
  const repeated = new RepeatedCheck();
  let project = open();
  let before: unknown = repeated.check(project).findings;
  const codes = new Set<string>();
  let changed = 0;
  for (const [index, edit] of edits.entries()) {
    const back = index % 2 === 0 ? edits[index - 2] : undefined;
    const files = [write(edit.path, edit.text)];
    if (back !== undefined && back.path !== edit.path) files.push(write(back.path, FILES[back.path]?.[0] ?? ''));
    project = project.changed(files);
    const now = repeated.check(project);
    expect(now, `${edit.path}: ${edit.text}`).toEqual(cold());
    for (const { code } of now.findings) codes.add(code);
    if (!isDeepStrictEqual(now.findings, before)) changed++;
    before = now.findings;
  }
  return { codes, changed };
}

describe('a repeated check', () => {
  test('says after each edit what a check of all of it says', () => {
    const { codes, changed } = agreed(EDITS);
    // It would be easy to agree on nothing.
    for (const code of [
      'NOT_STORABLE',
      'WRONG_TYPE',
      'DUPLICATE_FLOW',
      'USELESS_RETRY',
      'BUILDER_DROPPED',
      'NOT_STATIC',
      'USELESS_IGNORE',
      'TASK_NOT_EXPORTED',
    ])
      expect(codes).toContain(code);
    expect(changed).toBeGreaterThan(EDITS.length / 2);
  }, 300_000);

  test('does so in any order of edits', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(EDITS, { minLength: 8, maxLength: 8 }), (edits) => agreed(edits).changed > 0),
      { numRuns: 2 },
    );
  }, 300_000);

  test('judges what has changed and what imports it, and everything where something is declared for all', () => {
    for (const [path, [text = '']] of Object.entries(FILES)) write(path, text);
    const graph = new ImportGraph();
    let project = open();
    const concerned = (): string[] => graph.concernedIn(project).files.map(({ fileName }) => fileName.slice(folder.length + 1));
    // The others get nothing of flowproof, and are not judged at all.
    const all = Object.keys(FILES)
      .filter((path) => !['a/register.ts', 'a/row.ts'].includes(path))
      .sort();
    expect(concerned()).toEqual(all);
    expect(concerned()).toEqual([]);
    const edited = (path: string, text: string): string[] => {
      project = project.changed([write(path, text)]);
      return concerned();
    };
    expect(edited('a/app.ts', `${APP}// more\n`)).toEqual(['a/app.ts']);
    expect(edited('a/lonely.ts', `${LONELY}// more\n`)).toEqual(['a/lonely.ts']);
    expect(edited('a/tasks.ts', `${TASKS}// more\n`)).toEqual(['a/app.ts', 'a/flows.ts', 'a/helpers.ts', 'a/tasks.ts', 'b/index.ts']);
    expect(edited('a/register.ts', `${REGISTER}// more\n`)).toEqual(all);
    expect(edited('a/row.ts', `${ROW}// more\n`)).toEqual(all);
    expect(edited('a/new.ts', 'export {};\n')).toEqual(all);
    expect(edited('a/new.ts', "export * from './tasks.js';\n")).toEqual(['a/new.ts']);
    rmSync(join(folder, 'a/new.ts'));
    project = project.changed([join(folder, 'a/new.ts')]);
    expect(concerned()).toEqual(all);
  });

  test('forgets what was in a file that is gone', () => {
    for (const [path, [text = '']] of Object.entries(FILES)) write(path, text);
    const repeated = new RepeatedCheck();
    const file = write('a/gone.ts', LONELY.replaceAll('lonely', 'gone'));
    const before = open();
    expect(repeated.check(before)).toEqual(cold());
    rmSync(file);
    expect(repeated.check(before.changed([file]))).toEqual(cold());
  });
});
