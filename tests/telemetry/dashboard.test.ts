import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ATTRIBUTE } from '../../src/adapters/opentelemetry/attributes.js';
import { METRICS } from '../../src/adapters/opentelemetry/metrics.js';

const FOLDER = join(import.meta.dirname, '../../docs/observability');
const read = (name: string): string => readFileSync(join(FOLDER, name), 'utf8');

/** As Prometheus names what OpenTelemetry sends. */
const NAMES = new Set(
  METRICS.flatMap(({ name, kind }) => {
    const base = name.replaceAll('.', '_');
    if (kind === 'histogram') return ['bucket', 'count', 'sum'].map((part) => `${base}_seconds_${part}`);
    return [kind === 'counter' ? `${base}_total` : base];
  }),
);
const LABELS = new Set(['le', ...Object.values(ATTRIBUTE).map((name) => name.replaceAll('.', '_'))]);

/** Words of expressions that begin as names of ours do. */
function namedIn(expressions: readonly string[]): readonly string[] {
  return [...new Set(expressions.flatMap((expression) => expression.match(/\b(?:flowproof|error)_\w+/g) ?? []))];
}

test.each([
  [
    'the dashboard',
    () => [...read('grafana-dashboard.json').matchAll(/"(?:expr|query)": "((?:[^"\\]|\\.)*)"/g)].map(([, text]) => text as string),
  ],
  ['the alerts', () => [read('prometheus-alerts.yaml')]],
] as const)('%s asks for nothing that is not measured', (_, expressions) => {
  const named = namedIn(expressions());
  expect(named.length).toBeGreaterThan(8);
  expect(named.filter((name) => !NAMES.has(name) && !LABELS.has(name))).toEqual([]);
});

test('the dashboard shows all that is measured', () => {
  const text = read('grafana-dashboard.json');
  expect(() => JSON.parse(text)).not.toThrow();
  const bases = METRICS.map(({ name }) => name.replaceAll('.', '_'));
  expect(bases.filter((base) => !text.includes(base))).toEqual([]);
});

test('the documentation lists all that is measured', () => {
  const text = readFileSync(join(FOLDER, '../telemetry.md'), 'utf8');
  expect(METRICS.map(({ name }) => name).filter((name) => !text.includes(`\`${name}\``))).toEqual([]);
});
