import { printable } from '#model/text/printable.js';
import type { Severity } from '../findings/finding.js';
import type { Place } from '../findings/place.js';
import { shownPath } from './paths.js';
import { count, type Report, type Surroundings } from './report.js';

const COLORS: Readonly<Record<Severity | 'path' | 'dim', string>> = { error: '91', warning: '93', note: '96', path: '36', dim: '90' };
/** Of a longer line, as generated code has them, so much is shown. */
const WIDEST = 200;
/** A tab is drawn as wide as this. */
const TAB = '    ';

/** Findings with the source around them, as the TypeScript compiler prints its own. */
export function text(report: Report, surroundings: Surroundings): string {
  const paint = (color: keyof typeof COLORS, words: string) => (surroundings.color ? `\x1b[${COLORS[color]}m${words}\x1b[0m` : words);
  const at = ({ file, line, column }: Place) => `${paint('path', printable(shownPath(file, surroundings.folder)))}:${line}:${column}`;
  const lines: string[] = [];
  for (const { code, severity, message, place, related } of report.findings) {
    lines.push(`${at(place)} - ${paint(severity, severity)} ${paint('dim', `${code}:`)} ${message}`, '');
    lines.push(...frame(place, surroundings, (words) => paint(severity, words)));
    for (const one of related) lines.push(`  ${at(one.place)}`, `    ${one.message}`);
    if (related.length > 0) lines.push('');
  }
  lines.push(summary(report), '');
  return lines.join('\n');
}

/** The line of a place, and what is meant underlined. */
function frame(
  { file, line, column, endLine, endColumn }: Place,
  { read }: Surroundings,
  paint: (words: string) => string,
): readonly string[] {
  const source = read(file)?.split(/\r?\n/)[line - 1];
  if (source === undefined) return [];
  const number = String(line);
  const shown = (part: string): string => printable(part.replaceAll('\t', TAB));
  const before = shown(source.slice(0, column - 1));
  const meant = shown(source.slice(column - 1, endLine === line ? endColumn - 1 : undefined)).trimEnd();
  const whole = shown(source);
  const isLong = whole.length > WIDEST;
  const from = isLong ? Math.max(0, before.length - WIDEST / 4) : 0;
  const left = from > 0 ? '…' : '';
  const part = `${left}${whole.slice(from, isLong ? from + WIDEST : undefined)}${isLong && from + WIDEST < whole.length ? '…' : ''}`;
  const indent = number.length + 1 + left.length + before.length - from;
  const width = Math.max(1, isLong ? Math.min(meant.length, from + WIDEST - before.length) : meant.length);
  return [`${number} ${part}`, `${' '.repeat(indent)}${paint('~'.repeat(width))}`, ''];
}

/** One line that says how much was looked at, and what came of it. */
export function summary({ findings, flows, tasks, files }: Report): string {
  const seen = `${some(flows, 'flow')} and ${some(tasks, 'task')} in ${some(files, 'file')}`;
  const found = (['error', 'warning', 'note'] as const).flatMap((severity) => {
    const number = count(findings, severity);
    return number === 0 ? [] : [some(number, severity)];
  });
  return found.length === 0 ? `${seen}: nothing to say.` : `${seen}: ${found.join(', ')}.`;
}

function some(number: number, thing: string): string {
  return `${number} ${thing}${number === 1 ? '' : 's'}`;
}
