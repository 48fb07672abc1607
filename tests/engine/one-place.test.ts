import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { beforeAll, expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Something is added to each of these files, and to none of those that have to know of it. */
const ADDITIONS: Readonly<Record<string, readonly [before: string, after: string]>> = {
  'src/persistence/transitions/table.ts': [
    '\n  SNAPSHOT: word(',
    "\n  NUDGED: word({ ...bare, says: 'Nothing.', format: 2, written: 'later' }),\n  SNAPSHOT: word(",
  ],
  'src/model/states.ts': ['export type AtomKind =', "export type AtomKind = 'pebble' |"],
  'src/engine/state/atom-behavior.ts': ["readonly begins: 'call' |", "readonly begins: 'humming' | 'call' |"],
  'src/authoring/definition/definition.ts': [
    "  | { readonly kind: 'alwaysRevert' }",
    "  | { readonly kind: 'alwaysRevert' }\n  | { readonly kind: 'coaxed' }",
  ],
};

/** What the compiler says of all sources then: a line each, which begins with the file. */
let errors: readonly string[] = [];

beforeAll(() => {
  const { config } = ts.readConfigFile(join(ROOT, 'tsconfig.build.json'), ts.sys.readFile) as { config: object };
  const { options, fileNames } = ts.parseJsonConfigFileContent(config, ts.sys, ROOT);
  const host = ts.createCompilerHost({ ...options, noEmit: true });
  const read = host.readFile.bind(host);
  const added: string[] = [];
  host.readFile = (path) => {
    const [before, after] = ADDITIONS[path.slice(ROOT.length)] ?? [];
    const text = read(path);
    if (before === undefined || after === undefined || text?.includes(before) !== true) return text;
    added.push(path.slice(ROOT.length));
    return text.replace(before, after);
  };
  const sources = fileNames.filter((path) => path.includes('/src/'));
  const program = ts.createProgram(sources, { ...options, noEmit: true, composite: false, incremental: false }, host);
  errors = ts
    .getPreEmitDiagnostics(program)
    .map(({ file, messageText }) => `${file?.fileName.slice(ROOT.length) ?? ''}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`);
  expect(added.sort()).toEqual(Object.keys(ADDITIONS).sort());
}, 300_000);

function errorsIn(file: string): readonly string[] {
  return errors.filter((error) => error.startsWith(`${file}: `));
}

test('a word that is added to the journal fails to compile in one place: where it is to be said what it makes of a run', () => {
  expect(errorsIn('src/engine/state/effects.ts')).toEqual([expect.stringContaining('NUDGED')]);
});

test('a kind of atom that is added fails to compile in one place: where it is to be said how the engine treats it', () => {
  expect(errorsIn('src/engine/state/atom-behavior.ts')).toEqual([expect.stringContaining("Property 'pebble' is missing")]);
});

test('a way to begin that is added fails to compile in one place: where what is ready begins', () => {
  expect(errorsIn('src/engine/decide/advance.ts')).toEqual([expect.stringContaining('lacks ending return statement')]);
});

test('a stock retry that is added fails to compile where it is to be said what it decides, and how a flow that has it is described', () => {
  expect(errorsIn('src/engine/decide/retries.ts')).toEqual([expect.stringContaining("Property 'coaxed' is missing")]);
  expect(errorsIn('src/compilation/shape/describe.ts')).not.toEqual([]);
});

test('nothing else has to know of any of them', () => {
  expect(new Set(errors.map((error) => error.split(': ')[0]))).toEqual(
    new Set([
      'src/engine/state/effects.ts',
      'src/engine/state/atom-behavior.ts',
      'src/engine/decide/advance.ts',
      'src/engine/decide/retries.ts',
      'src/compilation/shape/describe.ts',
    ]),
  );
});
