import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** What the compiler says of all sources, where one of them is another text: a line each, which begins with the file. */
function errorsWith(changed: string, change: (text: string) => string): readonly string[] {
  const { config } = ts.readConfigFile(join(ROOT, 'tsconfig.build.json'), ts.sys.readFile) as { config: object };
  const { options, fileNames } = ts.parseJsonConfigFileContent(config, ts.sys, ROOT);
  const host = ts.createCompilerHost({ ...options, noEmit: true });
  const read = host.readFile.bind(host);
  host.readFile = (path) => (path === join(ROOT, changed) ? altered(read(path) ?? '', change) : read(path));
  const sources = fileNames.filter((path) => path.includes('/src/'));
  const program = ts.createProgram(sources, { ...options, noEmit: true, composite: false, incremental: false }, host);
  return ts
    .getPreEmitDiagnostics(program)
    .map(({ file, messageText }) => `${file?.fileName.slice(ROOT.length) ?? ''}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`);
}

function altered(text: string, change: (text: string) => string): string {
  const other = change(text);
  expect(other).not.toBe(text);
  return other;
}

test('a word that is added to the journal fails to compile in one place: where it is to be said what it makes of a run', () => {
  const withWord = (table: string): string =>
    table.replace(
      '\n  SNAPSHOT: word(',
      "\n  NUDGED: word({ ...bare, says: 'Nothing.', format: 2, written: 'later' }),\n  SNAPSHOT: word(",
    );
  const errors = errorsWith('src/persistence/transitions/table.ts', withWord);
  expect(errors).toHaveLength(1);
  expect(errors[0]).toContain("src/engine/state/effects.ts: Property 'NUDGED' is missing");
}, 60_000);

test('a kind of atom that is added fails to compile in one place: where it is to be said how the engine treats it', () => {
  const errors = errorsWith('src/model/states.ts', (states) =>
    states.replace('export type AtomKind =', "export type AtomKind = 'nudge' |"),
  );
  expect(errors).toHaveLength(1);
  expect(errors[0]).toContain("src/engine/state/atom-behavior.ts: Property 'nudge' is missing");
}, 60_000);

test('a way to begin that is added fails to compile in one place: where what is ready begins', () => {
  const withWay = (table: string): string => table.replace("readonly begins: 'call' |", "readonly begins: 'rest' | 'call' |");
  const errors = errorsWith('src/engine/state/atom-behavior.ts', withWay);
  expect(errors).toHaveLength(1);
  expect(errors[0]).toContain('src/engine/decide/advance.ts: Function lacks ending return statement');
}, 60_000);
