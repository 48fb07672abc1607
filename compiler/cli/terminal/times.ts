import { UsageError } from './io.js';

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Milliseconds of what a person writes, such as `30d`, `12h`, `1.5h`, `90m`, `45s` or `500ms`. @throws UsageError */
export function durationMs(written: string): number {
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(written) ?? [];
  const ms = Number(number) * (UNITS[unit] ?? Number.NaN);
  if (!Number.isFinite(ms))
    throw new UsageError(`'${written}' is no time: give a number with its unit, such as 30d, 12h, 90m, 45s or 500ms`);
  return ms;
}

/** A moment as tables show it: UTC, to the second. Nothing for one that is unknown, or beyond all dates. */
export function moment(ms: number | undefined): string {
  if (ms === undefined || Number.isNaN(new Date(ms).getTime())) return '';
  return new Date(ms)
    .toISOString()
    .replace('T', ' ')
    .replace(/\.\d+Z$/, 'Z');
}

/** How long something took, such as `450ms`, `12.3s`, `4m10s`, `3h05m` or `2d04h`. */
export function took(ms: number): string {
  const whole = Math.max(0, Math.round(ms));
  if (whole < 1_000) return `${whole}ms`;
  if (whole < 60_000) return `${(Math.floor(whole / 100) / 10).toFixed(1)}s`;
  const [big, small, bigUnit, smallUnit] =
    whole < 3_600_000 ? [60_000, 1_000, 'm', 's'] : whole < 86_400_000 ? [3_600_000, 60_000, 'h', 'm'] : [86_400_000, 3_600_000, 'd', 'h'];
  return `${Math.floor(whole / Number(big))}${bigUnit}${String(Math.floor((whole % Number(big)) / Number(small))).padStart(2, '0')}${smallUnit}`;
}
