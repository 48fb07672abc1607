import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { type FlowManifest, manifestsOf } from '../../compiler/manifest/index.js';
import { readProject } from '../../compiler/reading/index.js';
import { openProject, placeOf } from '../../compiler/source/index.js';
import type { AnyFlow } from '../../src/index.js';
import * as flows from '../fixtures/compiler/reading/flows.js';

const FIXTURES = join(import.meta.dirname, '../fixtures/compiler');
let manifests: readonly FlowManifest[] = [];
let named = new Map<string, readonly string[]>();

beforeAll(() => {
  const reading = readProject(openProject([join(FIXTURES, 'tsconfig.json')]));
  manifests = manifestsOf(reading).filter(({ place }) => place.file.includes('/reading/'));
  named = new Map(
    reading.flows.map((flow) => [
      flow.name,
      flow.shape.nodes.map((_, node) => placeOf(flow.placeOf(node))).map(({ line }) => String(line)),
    ]),
  );
}, 60_000);

describe('a flow that is read from source is the one that compile() makes', () => {
  test.each(Object.entries(flows))('%s', (_, flow: AnyFlow) => {
    const read = manifests.filter(({ name }) => name === flow.name);
    expect(read.map(({ fingerprint, known }) => ({ fingerprint, known }))).toEqual([
      { fingerprint: flow.compile().fingerprint, known: true },
    ]);
  });
});

test('every node has the place where it was added', () => {
  expect(named.get('straight')).toEqual(['6', '6', '6', '6', '6']);
  expect(named.get('web')).toEqual(['9', '12', '13', '14', '8', '15']);
  expect(named.get('chosen')).toEqual(['64', '66', '66', '66', '67', '67']);
});

test('what can be known only in part says so', () => {
  expect(manifests.filter(({ known }) => !known).map(({ name }) => name)).toEqual(['holed', 'uncalled']);
});
