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
