import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const TABLE = join(ROOT, 'src/persistence/transitions/table.ts');
const EFFECTS = join(ROOT, 'src/engine/state/effects.ts');

/** What the compiler says of all sources, where the table of words is another text. */
function errorsWith(change: (table: string) => string): readonly string[] {
  const { config } = ts.readConfigFile(join(ROOT, 'tsconfig.build.json'), ts.sys.readFile) as { config: object };
  const { options, fileNames } = ts.parseJsonConfigFileContent(config, ts.sys, ROOT);
  const host = ts.createCompilerHost({ ...options, noEmit: true });
  const read = host.readFile.bind(host);
  host.readFile = (path) => (path === TABLE ? change(read(path) ?? '') : read(path));
  const sources = fileNames.filter((path) => path.includes('/src/'));
  const program = ts.createProgram(sources, { ...options, noEmit: true, composite: false, incremental: false }, host);
  return ts
    .getPreEmitDiagnostics(program)
    .map(({ file, messageText }) => `${file?.fileName ?? ''}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`);
}

const withWord = (table: string): string =>
  table.replace('\n  SNAPSHOT: word(', "\n  NUDGED: word({ ...bare, says: 'Nothing.', format: 2, written: 'later' }),\n  SNAPSHOT: word(");

it('a word that is added to the journal fails to compile in one place: where it is to be said what it makes of a run', () => {
  const errors = errorsWith(withWord);
  expect(errors).toHaveLength(1);
  expect(errors[0]).toContain(`${EFFECTS}: Property 'NUDGED' is missing`);
}, 60_000);
