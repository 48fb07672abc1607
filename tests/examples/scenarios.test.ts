import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { exampleProgram } from '../../scripts/example-program.mjs';

/** Each example with an `output.txt` is a program, which prints exactly that. */
const EXAMPLES = join(import.meta.dirname, '../../examples');
const BUILD = join(import.meta.dirname, '../../build');
const names = readdirSync(EXAMPLES).filter((name) => existsSync(join(EXAMPLES, name, 'output.txt')));
const outputOf = (name: string): string => readFileSync(join(EXAMPLES, name, 'output.txt'), 'utf8');
let folder = '';

beforeAll(() => {
  mkdirSync(BUILD, { recursive: true });
  folder = mkdtempSync(join(BUILD, 'examples-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

async function printedBy(name: string): Promise<string> {
  const program = join(folder, name, 'main.mjs');
  await exampleProgram(name, program);
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [program], { cwd: join(folder, name) });
  expect(stderr).toBe('');
  return stdout;
}

test.each(names)('%s prints what it promises', async (name) => {
  expect(await printedBy(name)).toBe(outputOf(name));
});

test('there are twenty of them, and each prints something of its own', () => {
  expect(names).toHaveLength(20);
  expect(new Set(names.map(outputOf)).size).toBe(20);
});
