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
