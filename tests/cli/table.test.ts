import { describe, expect, test } from 'vitest';
import { idLine, idOfLine } from '../../compiler/cli/terminal/id-lines.js';
import { Table } from '../../compiler/cli/terminal/table.js';
import { durationMs } from '../../compiler/cli/terminal/times.js';
import { textWidth } from '../../src/model/text/text-width.js';
import { took } from '../../src/model/text/times.js';

const ROWS = [
  ['0198a0f2-2b1c-7000-8000-000000000001', 'order', 'a reason that goes on and on, as reasons do, to the end of the line'],
  ['r-2', '注文の流れ', 'short'],
];

describe('a table', () => {
  test('is as wide as the terminal at most, whatever the letters are; what is short is kept', () => {
    for (const columns of [40, 60, 80, 200]) {
      const lines = new Table(['ID', 'FLOW', 'SAYS'], columns).rows(ROWS).trimEnd().split('\n');
      for (const line of lines) expect(textWidth(line), line).toBeLessThanOrEqual(columns);
      expect(lines[2]).toContain('r-2');
      expect(lines[2]).toContain(columns > 40 ? '注文の流れ' : '注文');
      expect(lines[1]?.includes('…')).toBe(columns < 200);
    }
  });

  test('is as wide as it must be where there is no terminal, and has its heads once', () => {
    const table = new Table(['ID', 'FLOW', 'SAYS'], undefined);
    expect(table.rows(ROWS)).toBe(
      [
        'ID                                    FLOW        SAYS',
        '0198a0f2-2b1c-7000-8000-000000000001  order       a reason that goes on and on, as reasons do, to the end of the line',
        'r-2                                   注文の流れ  short',
        '',
      ].join('\n'),
    );
    expect(table.rows([['r-3', 'f', '']])).toBe('r-3                                   f\n');
    expect(new Table(['ID'], 40).rows([])).toBe('');
  });
});

test('an id is read from its line as it was', () => {
  for (const id of ['o-1', ' o', 'o ', '-', '"o"', 'a\nb', '\u202eo', '\\n', 'ö', '\u001b[2J']) {
    const line = idLine(id);
    expect(line.slice(0, -1)).not.toMatch(/[\p{Cc}\u202e]/u);
    expect(idOfLine(line)).toBe(id);
  }
  expect(() => idOfLine('"o')).toThrow('is no id');
});

test('times are read as people write them, and written as they read them', () => {
  expect(['30d', '12h', '1.5h', '90m', '45s', '500ms', '0s'].map(durationMs)).toEqual([2_592e6, 432e5, 54e5, 54e5, 45e3, 500, 0]);
  for (const wrong of ['', '30', 'd', '-1d', '1e3s', '1 d', 'Infinityd']) expect(() => durationMs(wrong), wrong).toThrow('is no time');
  expect([0, 999, 1_000, 12_345, 59_999, 60_000, 250_000, 11_100_000, 187_200_000].map(took)).toEqual([
    '0ms',
    '999ms',
    '1.0s',
    '12.3s',
    '59.9s',
    '1m00s',
    '4m10s',
    '3h05m',
    '2d04h',
  ]);
});
