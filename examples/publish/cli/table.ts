import type { Row } from './ledger.js';

/** What ran, as aligned text. */
export function table(rows: readonly Row[]): string {
  const lines = [['task', 'state', 'attempts', 'duration', 'resumed'], ...rows.map(cells)];
  const widths = [0, 1, 2, 3, 4].map((column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  return lines.map((line) => `  ${line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd()).join('\n');
}

function cells({ task, state, attempts, ms, resumed }: Row): string[] {
  const ran = state !== 'UNSEEN' && state !== 'PENDING';
  const word = state === 'UNSEEN' ? 'in an earlier process' : state === 'PENDING' ? 'not reached' : state;
  return [task, word, attempts > 0 ? String(attempts) : '-', ran ? duration(ms) : '-', resumed ? 'yes' : '-'];
}

function duration(ms: number): string {
  return ms < 1_000 ? `${ms} ms` : `${(ms / 1_000).toFixed(1)} s`;
}

export function size(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  while (value >= 1_000 && units.length > 1) {
    value /= 1_000;
    units.shift();
  }
  return `${units[0] === 'B' ? value : value.toFixed(1)} ${units[0]}`;
}
