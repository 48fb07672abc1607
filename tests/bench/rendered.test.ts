import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { Measured } from '../../bench/harness.js';
import { rendered, withMeasured } from '../../bench/rendered.js';
import { savedLines } from '../../bench/report.js';

const spread = (median: number) => ({ median, min: median / 2, max: median * 2 });
const row = (work: string, system: string, us: number, ratio: number, target?: number): Measured => ({
  ...{ work, system, unit: 'step', comparedWith: undefined, target, usPerUnit: spread(us), ratioToRaw: spread(ratio) },
  ...{
    cpuUsPerUnit: null,
    cpuRatioToRaw: null,
    statementsPerUnit: null,
    commitsPerUnit: null,
    walBytesPerUnit: null,
    p50Us: null,
    p99Us: null,
    remarks: [],
  },
});
const ROWS = [row('pg-a', 'raw', 100, 1, 1.4), row('pg-a', 'flowproof', 130, 1.3, 1.4), row('pg-a', '<peer>', 900, 9, 1.4)];

test('what is saved becomes a table and plots, with the place, the spread and the targets', () => {
  const { markdown, plots } = rendered(savedLines(ROWS, 'machine: 2 × this\nnode v20'));
  expect(markdown).toMatch(/^Measured \d{4}-\d\d-\d\d:\n\n- machine: 2 × this\n- node v20\n/);
  expect(markdown).toContain('130 (65–260)');
  for (const name of plots.keys()) expect(markdown).toContain(`(benchmarks/${name})`);
  const ratio = plots.get('ratio.svg') ?? '';
  expect(ratio).toContain('&lt;peer&gt;');
  expect(ratio).not.toMatch(/NaN|Infinity|undefined/);
  expect(ratio.match(/class="bar"/g)).toHaveLength(2);
  expect(ratio.match(/class="target"/g)).toHaveLength(2);
  expect((plots.get('microseconds.svg') ?? '').match(/class="bar"/g)).toHaveLength(3);
});

test('a longer bar is a larger value', () => {
  const svg = rendered(savedLines(ROWS, 'here')).plots.get('ratio.svg') ?? '';
  const [ours = 0, peer = 0] = [...svg.matchAll(/class="bar"[^>]* width="([\d.]+)"/g)].map(([, width]) => Number(width));
  expect(peer).toBeGreaterThan(ours);
});

test('what was measured side by side has a part for each work, with who was left out and why', () => {
  const latency = (row: Measured): Measured => ({ ...row, p50Us: 90, p99Us: 400 });
  const rows = [...ROWS.map(latency), row('pg-b', 'raw', 5, 1)];
  const absent = (system: string, reason: string) => ({ work: 'pg-b', system, reason });
  const leftOut = [absent('one', 'not installed\nits stack'), absent('other', 'not installed'), absent('third', 'refused')];
  const { section, markdown, plots } = rendered(savedLines(rows, 'here', leftOut));
  expect(section).toBe('side by side');
  expect([...plots.keys()]).toEqual(['side-by-side-pg-a.svg', 'latency-pg-a.svg', 'side-by-side-pg-b.svg']);
  expect(markdown.split('#### pg-b')[1]).toContain('- one, other: left out of pg-b: not installed\n- third: left out of pg-b: refused');
  expect(markdown.split('#### pg-b')[0]).not.toContain('left out');
  expect(plots.get('latency-pg-a.svg')?.match(/class="bar other"/g)).toHaveLength(2);
});

test('it goes between the marks of the page, again and again, and nowhere else', () => {
  const page = readFileSync(new URL('../../docs/benchmarks.md', import.meta.url), 'utf8');
  for (const section of ['alone', 'side by side'] as const) {
    const once = withMeasured(page, { section, markdown: 'FIRST' });
    expect(withMeasured(withMeasured(page, { section, markdown: 'other' }), { section, markdown: 'FIRST' })).toBe(once);
    expect(once).toContain('\n\nFIRST\n\n');
    expect(() => withMeasured('no marks', { section, markdown: 'x' })).toThrow('needs the lines');
  }
  expect(() => rendered('{"work":"a"}\n')).toThrow('was not written by');
});
