import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { check } from '../../compiler/checking/index.js';
import type { Finding } from '../../compiler/findings/finding.js';
import { manifestsOf, type PresentFlow } from '../../compiler/manifest/index.js';
import { type ProjectReading, readProject } from '../../compiler/reading/index.js';
import { RULES } from '../../compiler/rules/index.js';
import { openProject, placeOf } from '../../compiler/source/index.js';
import type { AnyFlow } from '../../src/index.js';
import * as flows from '../fixtures/compiler/reading/flows.js';
import * as followed from '../fixtures/compiler/reading/followed.js';
import * as styles from '../fixtures/compiler/reading/styles.js';
import { Expectations } from './expectations.js';
import './parse-once.js';

const FIXTURES = join(import.meta.dirname, '../fixtures/compiler');
const expectations = ['rules', 'reading'].map((folder) => new Expectations(join(FIXTURES, folder)));
let reading: ProjectReading;
let findings: readonly Finding[] = [];
let manifests: readonly PresentFlow[] = [];

beforeAll(() => {
  reading = readProject(openProject([join(FIXTURES, 'tsconfig.json')]));
  findings = check(reading);
  manifests = manifestsOf(reading).filter(({ placeOf }) => placeOf('').file.includes('/reading/'));
}, 60_000);

describe.each(expectations)('the checker finds what the lines say, and nothing else: $folder', (expectation) => {
  test.each(expectation.files)('%s', (name) => {
    expect(expectation.found(name, findings)).toEqual(expectation.expected(name));
  });
});

test('every rule has a fixture that breaks it and one that keeps it', () => {
  const rules = new Expectations(join(FIXTURES, 'rules'));
  const expected = (folder: string, file: string) => rules.expected(`${folder}/${file}`);
  const folders = readdirSync(rules.folder);
  const broken = new Set(folders.flatMap((folder) => expected(folder, 'bad.ts').map((line) => line.split(' ')[1])));
  const codes = RULES.map(({ code }) => code).filter((code) => code !== 'FLOW_DEFINITION');
  expect(codes.filter((code) => !broken.has(code))).toEqual([]);
  for (const folder of folders) {
    expect(readdirSync(join(FIXTURES, 'rules', folder)), folder).toEqual(expect.arrayContaining(['bad.ts', 'good.ts']));
    expect(expected(folder, 'good.ts'), folder).toEqual([]);
  }
});

describe('a flow that is read from source is the one that compile() makes', () => {
  test.each([...Object.entries(flows), ...Object.entries(followed), ...Object.entries(styles)])('%s', (_, flow: AnyFlow) => {
    const read = manifests.filter(({ name }) => name === flow.name);
    expect(read.map(({ fingerprint, known }) => ({ fingerprint, known }))).toEqual([
      { fingerprint: flow.compile().fingerprint, known: true },
    ]);
  });
});

test('every node has the place where it was added, also of a flow with a target', () => {
  const linesOf = (name: string) => {
    const flow = reading.flows.find((one) => one.name === name);
    return flow?.shape.nodes.map((_, node) => String(placeOf(flow.placeOf(node)).line));
  };
  expect(linesOf('targeted')).toEqual(['77', '79', '79']);
  expect(linesOf('straight')).toEqual(['6', '6', '6', '6', '6']);
  expect(linesOf('web')).toEqual(['9', '12', '13', '14', '8', '15']);
  expect(linesOf('chosen')).toEqual(['64', '66', '66', '66', '67', '67']);
});

test('what can be known only in part says so', () => {
  expect(manifests.filter(({ known }) => !known).map(({ name }) => name)).toEqual([
    'around',
    'assigned',
    'early',
    'from-empty',
    'from-filled',
    'handed',
    'holed',
    'in-map',
    'late',
    'mailed',
    'named',
    'named',
    'own-nodes',
    'registered',
    'uncalled',
    'undecided',
  ]);
});
