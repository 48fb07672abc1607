import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { beforeAll, describe, expect, test } from 'vitest';
import { SENTENCES } from '../../src/model/diagnostics.js';

/** docs/types.md: each block that can't compile begins with the sentence that it causes. */
const ROOT = join(import.meta.dirname, '../..');
const text = readFileSync(join(ROOT, 'docs/types.md'), 'utf8');
const prelude = /```ts\n([\s\S]*?)```/.exec(text)?.[1] ?? '';
const blocks = [...text.matchAll(/```ts no-check\n\/\/ (.*)\n([\s\S]*?)```/g)].map(([, sentence = '', code = '']) => ({ sentence, code }));
const said: string[] = [];

beforeAll(() => {
  const files = new Map(blocks.map(({ code }, index) => [join(ROOT, 'docs', `block-${index}.ts`), `${prelude}\n${code}`]));
  const config = ts.readConfigFile(join(ROOT, 'tsconfig.json'), ts.sys.readFile).config as { compilerOptions: object };
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, ROOT);
  const host = ts.createCompilerHost({ ...options, noEmit: true });
  const { getSourceFile, fileExists } = host;
  host.fileExists = (name) => files.has(name) || fileExists(name);
  host.getSourceFile = (name, version) => {
    const code = files.get(name);
    return code === undefined ? getSourceFile(name, version) : ts.createSourceFile(name, code, version, true);
  };
  const program = ts.createProgram([...files.keys()], { ...options, noEmit: true }, host);
  for (const name of files.keys()) {
    const found = program.getSemanticDiagnostics(program.getSourceFile(name));
    said.push(found.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n')).join('\n'));
  }
});

describe('docs/types.md', () => {
  test.each(blocks.map(({ sentence }, index) => [sentence, index] as const))('%s', (sentence, index) => {
    expect(said[index]).toContain(sentence);
  });

  test('names every sentence that there is', () => {
    expect(Object.keys(SENTENCES).filter((code) => !text.includes(code))).toEqual([]);
  });
});
