import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { check } from '../../compiler/checking/index.js';
import type { Finding } from '../../compiler/findings/finding.js';
import { type FlowManifest, manifestsOf } from '../../compiler/manifest/index.js';
import { type ProjectReading, readProject } from '../../compiler/reading/index.js';
import { RULES } from '../../compiler/rules/index.js';
import { openProject, placeOf } from '../../compiler/source/index.js';
import type { AnyFlow } from '../../src/index.js';
import * as flows from '../fixtures/compiler/reading/flows.js';

/** Each line of a fixture says at its end what is found there: `//! CODE`. Nothing else may be. */
const FIXTURES = join(import.meta.dirname, '../fixtures/compiler');
const files = readdirSync(FIXTURES, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
const expected = (name: string): readonly string[] =>
  readFileSync(join(FIXTURES, name), 'utf8')
    .split('\n')
    .flatMap((line, index) => [...line.matchAll(/\/\/! ([A-Z_]+)/g)].map(([, code]) => `${index + 1} ${code}`));

let reading: ProjectReading;
let findings: readonly Finding[] = [];
let manifests: readonly FlowManifest[] = [];
const found = (name: string) => findings.filter(({ place }) => relative(FIXTURES, place.file).split(sep).join('/') === name);

beforeAll(() => {
  reading = readProject(openProject([join(FIXTURES, 'tsconfig.json')]));
  findings = check(reading);
  manifests = manifestsOf(reading).filter(({ place }) => place.file.includes('/reading/'));
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

describe('a flow that is read from source is the one that compile() makes', () => {
  test.each(Object.entries(flows))('%s', (_, flow: AnyFlow) => {
    const read = manifests.filter(({ name }) => name === flow.name);
    expect(read.map(({ fingerprint, known }) => ({ fingerprint, known }))).toEqual([
      { fingerprint: flow.compile().fingerprint, known: true },
    ]);
  });
});

test('every node has the place where it was added', () => {
  const linesOf = (name: string) => {
    const flow = reading.flows.find((one) => one.name === name);
    return flow?.shape.nodes.map((_, node) => String(placeOf(flow.placeOf(node)).line));
  };
  expect(linesOf('straight')).toEqual(['6', '6', '6', '6', '6']);
  expect(linesOf('web')).toEqual(['9', '12', '13', '14', '8', '15']);
  expect(linesOf('chosen')).toEqual(['64', '66', '66', '66', '67', '67']);
});

test('what can be known only in part says so', () => {
  expect(manifests.filter(({ known }) => !known).map(({ name }) => name)).toEqual(['holed', 'uncalled']);
});
