import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';
import parser from '@typescript-eslint/parser';
import { build } from 'esbuild';
import { ESLint, type Linter, RuleTester } from 'eslint';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import plugin from '../../compiler/eslint-plugin/index.js';
import { Expectations } from './expectations.js';

const ROOT = join(import.meta.dirname, '../..');
const FIXTURES = join(ROOT, 'tests/fixtures/compiler');
const RULES = Object.keys(plugin.rules);
const CODES = new Map(RULES.map((name) => [`flowproof/${name}`, name.toUpperCase().replaceAll('-', '_')]));

/** One file without types can't tell these, which the checker finds. */
const BEYOND = ['rules/floating-promise/bad.ts 24 FLOATING_PROMISE'];
/** Whether a class without a name is stored anywhere can't be told from one file: it is always said. */
const BESIDE = ['rules/class-name/good.ts 4 CLASS_NAME_USED'];

const recommended: Linter.Config = plugin.configs.recommended;
const language: Linter.Config = { files: ['**/*.ts'], languageOptions: { parser, sourceType: 'module' } };

interface Found {
  readonly file: string;
  readonly line: number;
  readonly code: string;
  readonly message: string;
}

async function byEslint(...patterns: readonly string[]): Promise<readonly Found[]> {
  const eslint = new ESLint({ cwd: ROOT, overrideConfigFile: true, overrideConfig: [language, recommended], allowInlineConfig: true });
  const results = await eslint.lintFiles([...patterns]);
  return results.flatMap(({ filePath, messages }) =>
    messages.map(({ line, ruleId, message }) => ({
      file: relative(FIXTURES, filePath),
      line,
      code: CODES.get(ruleId ?? '') ?? message,
      message,
    })),
  );
}

let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'flowproof-oxlint-'));
  await build({
    entryPoints: [join(ROOT, 'compiler/eslint-plugin/index.ts')],
    outfile: join(folder, 'plugin.mjs'),
    bundle: true,
    platform: 'node',
    format: 'esm',
    alias: { '#model/diagnostics.js': join(ROOT, 'src/model/diagnostics.ts') },
    logLevel: 'error',
  });
});
afterAll(() => rmSync(folder, { recursive: true }));

async function byOxlint(...paths: readonly string[]): Promise<readonly Found[]> {
  const config = { jsPlugins: ['./plugin.mjs'], plugins: [], categories: { correctness: 'off' }, rules: recommended.rules };
  writeFileSync(join(folder, '.oxlintrc.json'), JSON.stringify(config));
  const args = [join(ROOT, 'node_modules/oxlint/bin/oxlint'), '-c', join(folder, '.oxlintrc.json'), '--format', 'json', ...paths];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: ROOT, maxBuffer: 1 << 26 }).catch(
    (error: { stdout: string }) => error,
  );
  const { diagnostics } = JSON.parse(stdout) as {
    diagnostics: { filename: string; code: string; message: string; labels: { span: { line: number } }[] }[];
  };
  return diagnostics.map(({ filename, code, message, labels }) => ({
    file: relative(FIXTURES, join(ROOT, filename)),
    line: labels[0]?.span.line ?? 0,
    code: CODES.get(code.replace(/^(\w+)\((.*)\)$/, '$1/$2')) ?? code,
    message,
  }));
}

function expectations(folders: readonly string[]): readonly string[] {
  return folders.flatMap((name) => {
    const expectation = new Expectations(join(FIXTURES, name));
    const codes = new Set(CODES.values());
    return expectation.files.flatMap((file) =>
      expectation.expected(file).flatMap((line) => (codes.has(line.split(' ')[1] ?? '') ? [`${name}/${file} ${line}`] : [])),
    );
  });
}

/** What takes types, or to follow values and calls: the plugin finds some of it, and nothing that the checker does not. */
const FOLLOWED = /^rules\/[\w-]+\/followed\.ts /;

const lines = (found: readonly Found[]) => found.map(({ file, line, code }) => `${file} ${line} ${code}`).sort();

describe('what one file can decide is found in the fixtures of the checker, and in those of the plugin', () => {
  test('by ESLint', async () => {
    const all = expectations(['rules', 'eslint']);
    const expected = [...all.filter((line) => !BEYOND.includes(line) && !FOLLOWED.test(line)), ...BESIDE];
    const found = lines(await byEslint(join(FIXTURES, 'rules'), join(FIXTURES, 'eslint')));
    expect(found.filter((line) => !FOLLOWED.test(line))).toEqual(expected.sort());
    expect(found.filter((line) => FOLLOWED.test(line) && !all.includes(line))).toEqual([]);
  });

  test('by oxlint, in the same words', async () => {
    const [first, second] = [await byEslint(FIXTURES), await byOxlint(FIXTURES)];
    const said = (found: readonly Found[]) => found.map(({ file, line, message }) => `${file}:${line} ${message}`).sort();
    expect(said(second)).toEqual(said(first));
    expect(second.length).toBeGreaterThan(40);
  });
});

test('in the examples and sample projects nothing is found but what the checker finds', async () => {
  expect(lines(await byEslint('examples/**/*.ts'))).toEqual([]);
  const samples = await byEslint(join(FIXTURES, 'samples/**/*.ts'));
  const expected = expectations(['samples/express', 'samples/nest']);
  for (const line of lines(samples)) expect(expected).toContain(line);
  expect(samples.length).toBeGreaterThan(0);
});

describe('the rules stand in ESLint as rules do', () => {
  RuleTester.describe = describe;
  RuleTester.it = test;
  const tester = new RuleTester({ languageOptions: { parser } });
  const rule = (name: string) => plugin.rules[name] as NonNullable<(typeof plugin.rules)[string]>;
  const task = (options: string, body: string) => `import { Task } from 'flowproof'; @Task(${options}) class A { ${body} }`;
  const execute = 'async execute() {}';

  tester.run('empty-revert', rule('empty-revert'), {
    valid: [task("{ name: 'a' }", `${execute} async revert() { /* swept */ }`), 'class A { revert() {} }'],
    invalid: [
      { code: task("{ name: 'a' }", `${execute} async revert() {}`), errors: [{ messageId: 'EMPTY_REVERT', data: { task: 'A' } }] },
    ],
  });
  tester.run('class-name-used', rule('class-name-used'), {
    valid: [task("{ name: 'a' }", execute), task('{ ...more }', execute), task('options', execute)],
    invalid: [
      { code: task('', execute), errors: [{ messageId: 'CLASS_NAME_USED' }] },
      { code: task('{ requires: [] }', execute), errors: [{ messageId: 'CLASS_NAME_USED' }] },
    ],
  });
  tester.run('external-effect', rule('external-effect'), {
    valid: [
      task("{ effects: 'external', irreversible: true }", execute),
      task("{ effects: 'external' }", `${execute} revert = async () => {};`),
      "import { Task } from 'flowproof'; @Task({ effects: 'external' }) class A extends B {}",
    ],
    invalid: [{ code: task("{ effects: 'external' }", execute), errors: [{ messageId: 'EXTERNAL_EFFECT' }] }],
  });
  tester.run('field-written', rule('field-written'), {
    valid: [task('{}', 'async execute() { const x = this.x; } async revert() { this.x = 1; }')],
    invalid: [
      {
        code: task('{}', "async execute() { this['x'].y ??= 1; }"),
        errors: [{ messageId: 'FIELD_WRITTEN', data: { task: 'A', field: "this['x'].y" } }],
      },
    ],
  });
  tester.run('input-mutated', rule('input-mutated'), {
    valid: [task('{}', 'async execute({ a }) { a = 1; const b = [...a]; b.push(1); }')],
    invalid: [
      {
        code: task('{}', 'async execute(inputs) { inputs.a.b = 1; }'),
        errors: [{ messageId: 'INPUT_MUTATED', data: { task: 'A', method: 'execute', input: 'inputs.a.b' } }],
      },
    ],
  });
  tester.run('builder-dropped', rule('builder-dropped'), {
    valid: ["import { linear } from 'flowproof'; export const f = linear('f').add(A).build();", "linear('f').add(A);"],
    invalid: [
      { code: "import { linear } from 'flowproof'; linear('f').add(A);", errors: [{ messageId: 'BUILDER_DROPPED' }] },
      {
        code: "import { linear } from 'flowproof'; const f = linear('f');",
        errors: [{ messageId: 'BUILDER_UNBUILT', data: { builder: 'f' } }],
      },
    ],
  });
  tester.run('floating-promise', rule('floating-promise'), {
    valid: [task('{}', 'async execute() { await later(); void later(); other(); } async later() {}')],
    invalid: [{ code: task('{}', 'async execute() { this.later(); } async later() {}'), errors: [{ messageId: 'FLOATING_PROMISE' }] }],
  });
  tester.run('one-sided-revert', rule('one-sided-revert'), {
    valid: [task('{}', "async revert(_, outcome) { if (outcome.kind === 'result') return a(); b(); }")],
    invalid: [
      { code: task('{}', "async revert(_, outcome) { if (outcome.kind === 'result') a(); }"), errors: [{ messageId: 'ONE_SIDED_REVERT' }] },
    ],
  });

  test('each has its place in docs/checker.md', () => {
    const docs = readFileSync(join(ROOT, 'docs/checker.md'), 'utf8');
    for (const [name, { meta }] of Object.entries(plugin.rules)) {
      expect(meta.docs.url).toMatch(/^https:.*\/docs\/checker\.md#[a-z_]+$/);
      expect(docs, name).toContain(`<a id="${meta.docs.url.split('#')[1]}"></a>`);
      expect(docs, name).toContain(`\`${name}\``);
      expect(recommended.rules, name).toHaveProperty(`flowproof/${name}`);
    }
  });
});
