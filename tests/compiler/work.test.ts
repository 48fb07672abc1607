import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test, vi } from 'vitest';
import { readProject } from '../../compiler/reading/index.js';
import { Interpreter } from '../../compiler/reading/interpret/interpreter.js';
import { openProject } from '../../compiler/source/index.js';

const ROOT = join(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'flowproof-work-'));
afterAll(() => rmSync(folder, { recursive: true }));

const compilerOptions = {
  ...{ target: 'es2022', lib: ['es2023', 'esnext.disposable'], module: 'nodenext', strict: true, skipLibCheck: true, types: [] },
  ...{ experimentalDecorators: true, paths: { flowproof: [join(ROOT, 'src/index.ts')] } },
};
writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['made.ts'] }));

/** Reads a source, and counts how often each of its functions, and each one elsewhere, is entered. */
function readingOf(source: string) {
  writeFileSync(join(folder, 'made.ts'), source);
  const entered = vi.spyOn(Interpreter.prototype, 'enter');
  const reading = readProject(openProject([join(folder, 'tsconfig.json')]));
  const names = entered.mock.calls.map(([node]) => ({ file: node.getSourceFile().fileName, text: node.getText().slice(0, 40) }));
  entered.mockRestore();
  const own = names.filter(({ file }) => file.startsWith(folder));
  return {
    flows: reading.flows.filter(({ at }) => at.getSourceFile().fileName.startsWith(folder)),
    unread: reading.unread.filter(({ at }) => at.getSourceFile().fileName.startsWith(folder)),
    times: (text: string) => own.filter((one) => one.text.startsWith(text)).length,
    elsewhere: names.filter(({ file }) => !file.startsWith(folder)),
  };
}

test('a function that calls itself on what is only assumed is entered a few times, and costs nobody the flow', () => {
  const { flows, unread, times } = readingOf(`import { defineTask, linear } from 'flowproof';
const task = defineTask({ name: 'task', execute: () => {} });
function inner(given: any): any {
  return given.inner === undefined ? given : inner(given.inner);
}
export const make = (given: any) => {
  inner(given);
  return linear('f').add(task).build();
};
`);
  expect(flows.map(({ name, gaps }) => [name, gaps.length])).toEqual([['f', 0]]);
  expect(unread).toEqual([]);
  expect(times('function inner')).toBeLessThan(20);
});

test('a function that calls itself on what is known is followed as far as it goes', () => {
  const { flows } = readingOf(`import { defineTask, linear } from 'flowproof';
const task = defineTask({ name: 'task', execute: () => {} });
const named = (depth: number): string => (depth === 0 ? 'x' : named(depth - 1) + 'x');
export const f = linear(named(30)).add(task).build();
`);
  expect(flows.map(({ name }) => name)).toEqual(['x'.repeat(31)]);
});

test('nothing of flowproof itself is read where its sources are, for it is called', () => {
  const { flows, elsewhere } = readingOf(`import { linear, run } from 'flowproof';
import { compile } from '${join(ROOT, 'src/compilation/index.js')}';
import { builders } from '${join(ROOT, 'src/authoring/index.js')}';
import './parse-once.js';
export async function whole() {
  const flow = linear('f').build();
  compile(flow as never);
  (builders(compile) as any).linear('g').add(flow).build();
  return run(flow);
}
`);
  expect(flows.map(({ name }) => name)).toEqual(['f']);
  expect(elsewhere).toEqual([]);
});
