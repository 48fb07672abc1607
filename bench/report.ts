import { cpus, loadavg, release, totalmem, type } from 'node:os';
import type { Against, LeftOut, Measured, Spread } from './harness.js';

/** One line for programs. */
export function jsonLine({
  work,
  system,
  usPerUnit,
  ratioToRaw,
  cpuUsPerUnit,
  cpuRatioToRaw,
  against,
  statementsPerUnit,
  commitsPerUnit,
  walBytesPerUnit,
  p50Us,
  p99Us,
}: Measured): string {
  return JSON.stringify({
    work,
    system,
    usPerUnit: rounded(usPerUnit.median),
    ratioToRaw: rounded(ratioToRaw.median),
    cpuUsPerUnit: rounded(medianOf(cpuUsPerUnit)),
    cpuRatioToRaw: rounded(medianOf(cpuRatioToRaw)),
    statementsPerUnit: rounded(statementsPerUnit),
    commitsPerUnit: rounded(commitsPerUnit),
    walBytesPerUnit: rounded(walBytesPerUnit),
    p50Us: rounded(p50Us),
    p99Us: rounded(p99Us),
    ...(against === undefined ? {} : { against: mediansOf(against) }),
  });
}

/** The same of a system that did not take part. */
export function leftOutLine({ work, system, reason }: LeftOut): string {
  return JSON.stringify({ work, system, leftOut: reason });
}

/** What `--save` writes and `render.ts` reads: where it was measured, and then all that is known of each row. */
export function savedLines(rows: readonly Measured[], place: string, leftOut?: readonly LeftOut[]): string {
  const first = { surroundings: place, at: new Date().toISOString().slice(0, 10), leftOut };
  return [first, ...rows].map((line) => `${JSON.stringify(line)}\n`).join('');
}

const HEAD = [
  'work',
  'unit',
  'system',
  'µs a unit (min–max)',
  'ratio to raw (min–max)',
  'CPU µs',
  'CPU to raw (min–max)',
  'p50 µs',
  'p99 µs',
  'statements',
  'commits',
  'WAL bytes',
];

/** A Markdown table, as docs/benchmarks.md has it. */
export function table(rows: readonly Measured[], leftOut: readonly LeftOut[] = []): string {
  const cells = [
    HEAD,
    ...rows.map(({ work, unit, system, statementsPerUnit, commitsPerUnit, walBytesPerUnit, p50Us, p99Us, ...spreads }) => [
      work,
      unit,
      system,
      range(spreads.usPerUnit),
      system === 'raw' ? '1' : range(spreads.ratioToRaw),
      // What was saved before these were measured has none.
      shownIfAny(medianOf(spreads.cpuUsPerUnit ?? null)),
      system === 'raw' || (spreads.cpuRatioToRaw ?? null) === null ? '' : range(spreads.cpuRatioToRaw as Spread),
      ...[p50Us, p99Us, statementsPerUnit, commitsPerUnit, walBytesPerUnit].map(shownIfAny),
    ]),
  ];
  const remarks = rows.flatMap((row) =>
    [...comparison(row, rows), ...row.remarks].map((remark) => `- ${row.work}, ${row.system}: ${remark}`),
  );
  remarks.push(...grouped(leftOut));
  return [markdown(cells), ...(remarks.length > 0 ? ['', ...remarks] : [])].join('\n');
}

/** The first row is the head. */
function markdown(cells: readonly (readonly string[])[]): string {
  const [head = [], ...body] = cells;
  const widths = head.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string => `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...body.map(line)].join('\n');
}

/** One line for all that were left out of the same works for the same reason. */
function grouped(leftOut: readonly LeftOut[]): readonly string[] {
  const works = gathered(leftOut.map(({ work, system, reason }) => [`${system}\n${reason.split('\n', 1)[0]}`, work]));
  const systems = gathered(
    [...works].map(([said, names]) => {
      const [system = '', reason = ''] = said.split('\n');
      return [`${names.join(', ')}: ${reason}`, system];
    }),
  );
  return [...systems].map(([said, names]) => `- ${names.join(', ')}: left out of ${said}`);
}

function gathered(pairs: readonly (readonly [key: string, value: string])[]): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const [key, value] of pairs) found.set(key, [...(found.get(key) ?? []), value]);
  return found;
}

const COMPARED = ['time', 'cpu', 'statements', 'commits', 'walBytes'] as const;
const COMPARED_HEAD = ['work', 'against', 'time (min–max)', 'CPU (min–max)', 'statements', 'commits', 'WAL bytes'];

/** How many times as much each work takes as in another checkout: below 1 this one is better. */
export function againstTable(rows: readonly Measured[]): string {
  const compared = rows.flatMap(({ work, against }) => (against === undefined ? [] : [{ work, against }]));
  return markdown([
    COMPARED_HEAD,
    ...compared.map(({ work, against }) => [
      work,
      against.system,
      range(against.time),
      against.cpu === null ? '' : range(against.cpu),
      ...[against.statements, against.commits, against.walBytes].map((spread) => shownIfAny(medianOf(spread))),
    ]),
  ]);
}

function mediansOf(against: Against): Readonly<Record<string, unknown>> {
  return { system: against.system, ...Object.fromEntries(COMPARED.map((key) => [key, rounded(medianOf(against[key]))])) };
}

function comparison({ comparedWith, system, usPerUnit }: Measured, rows: readonly Measured[]): readonly string[] {
  const other = rows.find((row) => row.work === comparedWith && row.system === system);
  return other === undefined ? [] : [`${shown(usPerUnit.median / other.usPerUnit.median)} × the cost a unit of ${other.work}`];
}

/** Where it was measured: without it no figure means anything. */
export function surroundings(servers: readonly string[]): string {
  const [first] = cpus();
  const machine = `${cpus().length} × ${first?.model.trim() ?? 'unknown processor'}, ${(totalmem() / 2 ** 30).toFixed(0)} GB, ${type()} ${release()}`;
  return [`machine: ${machine}, load ${loadavg()[0]?.toFixed(1)}`, `node ${process.version}`, ...servers].join('\n');
}

function range({ median, min, max }: Spread): string {
  return `${shown(median)} (${shown(min)}–${shown(max)})`;
}

function shownIfAny(value: number | null): string {
  return value === null ? '' : shown(value);
}

function medianOf(spread: Spread | null): number | null {
  return spread?.median ?? null;
}

function shown(value: number): string {
  return String(rounded(value));
}

/** Three digits: no figure here is more exact. */
function rounded(value: number): number;
function rounded(value: number | null): number | null;
function rounded(value: number | null): number | null {
  return value === null ? null : Math.abs(value) >= 1_000 ? Math.round(value) : Number(value.toPrecision(3));
}
