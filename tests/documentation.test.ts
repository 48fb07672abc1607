import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

/** What is compiled of this repository is compiled by `npm test`, once; here is the proof that the script looks. */
function documentation(fixture: string) {
  const script = join(import.meta.dirname, '../scripts/documentation.mjs');
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, join(import.meta.dirname, 'fixtures/documentation', fixture)], {
    encoding: 'utf8',
  });
  return { status, stdout: stdout.trim(), problems: stderr.trim().split('\n') };
}

test('right blocks compile, each for itself, in Markdown and in doc comments', () => {
  expect(documentation('right')).toEqual({
    status: 0,
    stdout: 'documentation: 4 blocks compiled, 2 not checked, 0 problems',
    problems: [''],
  });
});

test('wrong blocks are reported with file and line, and so is a missing reason', () => {
  const { status, stdout, problems } = documentation('wrong');
  expect(status).toBe(1);
  expect(stdout).toBe('documentation: 3 blocks compiled, 1 not checked, 5 problems');
  expect(problems.filter((line) => !line.startsWith(' '))).toEqual([
    expect.stringMatching(/^README\.md:5: TS2322: .*"wrong"/),
    "docs/deep.md:2: TS2304: Cannot find name 'OnlyHere'.",
    'src/thing.ts:8: TS1109: Expression expected.',
    expect.stringMatching(/^src\/thing\.ts:4: TS2305: .*no exported member 'nothing'/),
    'README.md:8: a block that is not checked must say why, in a comment',
  ]);
});

test('a folder without blocks is a failure: then nothing would be checked', () => {
  expect(documentation('empty')).toMatchObject({ status: 1, problems: ['there is no block to compile'] });
});

test("the README's first program is the example that is run", () => {
  const root = join(import.meta.dirname, '..');
  const [, first] = /```ts\n([\s\S]*?)```/.exec(readFileSync(join(root, 'README.md'), 'utf8')) ?? [];
  expect(first).toBe(readFileSync(join(root, 'examples/quickstart/main.ts'), 'utf8'));
});
