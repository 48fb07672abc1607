import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { check } from '../../compiler/checking/index.js';
import { readProject } from '../../compiler/reading/index.js';
import { openProject } from '../../compiler/source/index.js';
import { writeMonorepo } from '../../scripts/monorepo.js';
import { Expectations } from './expectations.js';

const ROOT = join(import.meta.dirname, '../..');
const SAMPLES = join(ROOT, 'tests/fixtures/compiler/samples');

describe.each(['express', 'nest'])('of the sample project %s the checker', (name) => {
  test('finds every seeded mistake, and nothing else', () => {
    const sample = new Expectations(join(SAMPLES, name));
    const findings = check(readProject(openProject([join(SAMPLES, name, 'tsconfig.json')])));
    for (const file of sample.files) expect(sample.found(file, findings), file).toEqual(sample.expected(file));
    expect(findings).toHaveLength(sample.files.flatMap((file) => sample.expected(file)).length);
  }, 30_000);
});

test('of a monorepo of 30 flows the checker finds every seeded mistake, and nothing else', () => {
  const folder = mkdtempSync(join(tmpdir(), 'flowproof-monorepo-'));
  try {
    writeMonorepo(folder, { flows: 30, mistakes: true, root: ROOT, library: 'src/index.ts' });
    const monorepo = new Expectations(folder);
    const reading = readProject(openProject([join(folder, 'tsconfig.json')]));
    const findings = check(reading);
    for (const file of monorepo.files) expect(monorepo.found(file, findings), file).toEqual(monorepo.expected(file));
    expect(reading.flows.filter(({ definition }) => definition.mode === 'closed')).toHaveLength(30);
    // The library is read from its sources here, which no project does: what is said of those is not the project's.
    expect(findings.filter(({ place }) => place.file.startsWith(folder))).toHaveLength(6);
  } finally {
    rmSync(folder, { recursive: true });
  }
}, 30_000);
