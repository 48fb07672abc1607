import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const [, section = ''] = /^## What is said where\n([\s\S]*?)^## /m.exec(read('docs/semantics.md')) ?? [];

/** The names of the properties that an interface of the sources declares itself. */
function optionsIn(path: string, name: string): readonly string[] {
  const [, body = ''] = new RegExp(`interface ${name}\\b[\\s\\S]*?\\{\\n([\\s\\S]*?)^\\}`, 'm').exec(read(path)) ?? [];
  return [...body.matchAll(/^ {2}readonly (\w+)\?:/gm)].map(([, option]) => String(option));
}

test.each([
  ['src/authoring/task/task-options.ts', 'TaskOptions', 'onInterrupted'],
  ['src/authoring/placement/add-options.ts', 'RenameOptions', 'rebind'],
  ['src/authoring/placement/add-options.ts', 'TolerantOptions', 'optional'],
  ['src/authoring/placement/add-options.ts', 'AddOptions', 'override'],
  ['src/authoring/definition/flow-options.ts', 'FlowOptions', 'continues'],
])('docs/semantics.md says every option of %s, %s', (path, name, known) => {
  const options = optionsIn(path, name);
  expect(options).toContain(known);
  expect(options.filter((option) => !section.includes(`\`${option}\``))).toEqual([]);
});
