import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '..');
const PAGE = 'docs/taskflow-rules.md';

/** A rule of TaskFlow's, a decision of ours, a defect or a limit of TaskFlow's. */
const NUMBER = /\b(?:R-\d+\.\d+|[DBUL]-\d+)\b/g;
const numbersIn = (text: string): readonly string[] => text.match(NUMBER) ?? [];

interface Row {
  readonly number: string;
  readonly cells: readonly string[];
}

function rowsOf(page: string): readonly Row[] {
  return page.split('\n').flatMap((line): readonly Row[] => {
    const [number = '', ...cells] = line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim());
    return /^[A-Z]-\d/.test(number) ? [{ number, cells }] : [];
  });
}

/** Number → the files that name it. */
function usedIn(...folders: readonly string[]): ReadonlyMap<string, ReadonlySet<string>> {
  const used = new Map<string, Set<string>>();
  for (const file of folders.flatMap(sources)) {
    for (const number of numbersIn(readFileSync(file, 'utf8'))) used.set(number, (used.get(number) ?? new Set()).add(relative(ROOT, file)));
  }
  return used;
}

/** Without this file, and what is recorded or installed. */
function sources(folder: string): readonly string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === 'node_modules' ? [] : sources(path);
    return /\.(ts|mjs)$/.test(entry.name) && join(ROOT, path) !== import.meta.filename ? [join(ROOT, path)] : [];
  });
}

const rows = rowsOf(readFileSync(join(ROOT, PAGE), 'utf8'));
const numbers = rows.map(({ number }) => number);

describe(`a number of a rule, such as R-13.8, has a sentence in ${PAGE}`, () => {
  const inCode = usedIn('src', 'compiler', 'tests');

  test('wherever it is named', () => {
    const inAll = [...inCode, ...usedIn('bench', 'examples', 'scripts')];
    const unknown = inAll.filter(([number]) => !numbers.includes(number)).map(([number, files]) => `${number} in ${[...files].join(', ')}`);
    expect(unknown).toEqual([]);
  });

  test('in the documentation, too', () => {
    const pages = readdirSync(join(ROOT, 'docs')).filter((name) => name.endsWith('.md'));
    const unknown = pages.flatMap((name) =>
      numbersIn(readFileSync(join(ROOT, 'docs', name), 'utf8')).filter((number) => !numbers.includes(number)),
    );
    expect(unknown).toEqual([]);
  });

  test('once, and only if the code names it', () => {
    expect(numbers).toEqual([...new Set(numbers)]);
    expect(numbers.filter((number) => !inCode.has(number))).toEqual([]);
  });

  test('with what TaskFlow does, what flowproof does, and the folder that decides it', () => {
    expect(rows.filter(({ cells }) => cells.length !== 3 || cells.some((cell) => cell === ''))).toEqual([]);
    const folders = rows.flatMap(({ number, cells }) =>
      [...(cells[2] ?? '').matchAll(/`([^`]+)`/g)].map(([, path = '']) => ({ number, path })),
    );
    expect(folders.length).toBeGreaterThanOrEqual(rows.length);
    expect(folders.filter(({ path }) => !existsSync(join(ROOT, path)))).toEqual([]);
  });
});

test('numbers are seen in code, and what looks like one is not', () => {
  expect(numbersIn('// TaskFlow R-13.8, with D-1; see (B-31), U-8 and L-6')).toEqual(['R-13.8', 'D-1', 'B-31', 'U-8', 'L-6']);
  expect(numbersIn('R-13 and ADR-1 and D1 and E-5')).toEqual([]);
});
