import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CHECK_CODES, check } from '../../compiler/checking/index.js';
import type { Finding } from '../../compiler/findings/finding.js';
import { LOAD_CODES } from '../../compiler/loading/index.js';
import { text } from '../../compiler/output/index.js';
import { readProject } from '../../compiler/reading/index.js';
import { RULES } from '../../compiler/rules/index.js';
import { openProject } from '../../compiler/source/index.js';
import { UPGRADE_CODES } from '../../compiler/upgrade/index.js';
import { writeMonorepo } from '../../scripts/monorepo.js';
import { Expectations } from './expectations.js';
import './parse-once.js';

const ROOT = join(import.meta.dirname, '../..');
const SAMPLES = join(ROOT, 'tests/fixtures/compiler/samples');

describe.each(['express', 'nest'])('of the sample project %s the checker', (name) => {
  test('finds every seeded mistake, and nothing else', () => {
    const sample = new Expectations(join(SAMPLES, name));
    const findings = check(readProject(openProject([join(SAMPLES, name, 'tsconfig.json')])));
    for (const file of sample.files) expect(sample.found(file, findings), file).toEqual(sample.expected(file));
    expect(findings).toHaveLength(sample.files.flatMap((file) => sample.expected(file)).length);
    if (name === 'nest') documented(findings);
  });
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
});

/** The transcript in docs/checker.md is what it says. */
function documented(findings: readonly Finding[]): void {
  const cycle = findings.filter(({ code }) => code === 'CYCLE');
  const surroundings = { folder: join(SAMPLES, 'nest'), color: false, read: (file: string) => readFileSync(file, 'utf8') };
  const said = text({ findings: cycle, flows: 0, tasks: 0, files: 0 }, surroundings).split('\n').slice(0, 10).join('\n');
  expect(readFileSync(join(ROOT, 'docs/checker.md'), 'utf8')).toContain(said);
}

test('docs/checker.md tells of every rule, and docs/upgrade.md of every verdict', () => {
  const [checker, upgrade] = ['checker', 'upgrade'].map((name) => readFileSync(join(ROOT, `docs/${name}.md`), 'utf8'));
  const codes = [...RULES.filter(({ code }) => code !== 'FLOW_DEFINITION'), ...LOAD_CODES, ...CHECK_CODES];
  for (const { code, severity } of codes) expect(checker).toContain(`| \`${code}\` | ${severity} |`);
  for (const { code, severity } of Object.values(UPGRADE_CODES)) expect(upgrade).toContain(`| \`${code}\` | ${severity} |`);
});
