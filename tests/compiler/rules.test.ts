import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { check } from '../../compiler/checking/index.js';
import type { Finding } from '../../compiler/findings/finding.js';
import { readProject } from '../../compiler/reading/index.js';
import { RULES } from '../../compiler/rules/index.js';
import { openProject } from '../../compiler/source/index.js';

/** Each line of a fixture says at its end what is found there: `//! CODE`. Nothing else may be. */
const FIXTURES = join(import.meta.dirname, '../fixtures/compiler');
const files = readdirSync(FIXTURES, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
const expected = (name: string): readonly string[] =>
  readFileSync(join(FIXTURES, name), 'utf8')
    .split('\n')
    .flatMap((line, index) => [...line.matchAll(/\/\/! ([A-Z_]+)/g)].map(([, code]) => `${index + 1} ${code}`));

let findings: readonly Finding[] = [];
const found = (name: string) => findings.filter(({ place }) => relative(FIXTURES, place.file).split(sep).join('/') === name);

beforeAll(() => {
  findings = check(readProject(openProject([join(FIXTURES, 'tsconfig.json')])));
}, 60_000);

describe('the checker finds what the lines say, and nothing else', () => {
  test.each(files.map((name) => name.split(sep).join('/')))('%s', (name) => {
    expect(
      found(name)
        .map(({ place, code }) => `${place.line} ${code}`)
        .sort(),
      found(name)
        .map(({ place, message }) => `${place.line}: ${message}`)
        .join('\n'),
    ).toEqual([...expected(name)].sort());
  });
});

test('every rule has a fixture that breaks it and one that keeps it', () => {
  const folders = readdirSync(join(FIXTURES, 'rules'));
  const broken = new Set(folders.flatMap((folder) => expected(join('rules', folder, 'bad.ts')).map((line) => line.split(' ')[1])));
  const codes = RULES.map(({ code }) => code).filter((code) => code !== 'FLOW_DEFINITION');
  expect(codes.filter((code) => !broken.has(code))).toEqual([]);
  for (const folder of folders) {
    expect(readdirSync(join(FIXTURES, 'rules', folder)), folder).toEqual(expect.arrayContaining(['bad.ts', 'good.ts']));
    expect(expected(join('rules', folder, 'good.ts')), folder).toEqual([]);
  }
});
