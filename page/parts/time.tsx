/** Times as people read them. */
const SECOND = 1_000;
const UNITS: readonly (readonly [ms: number, unit: Intl.RelativeTimeFormatUnit])[] = [
  [86_400_000, 'day'],
  [3_600_000, 'hour'],
  [60_000, 'minute'],
  [SECOND, 'second'],
];
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto', style: 'short' });
const full = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit', fractionalSecondDigits: 3 });

/** How long something took. */
export function took(ms: number): string {
  if (ms < SECOND) return `${Math.max(0, Math.round(ms))} ms`;
  if (ms < 60 * SECOND) return `${(ms / SECOND).toFixed(ms < 10 * SECOND ? 2 : 1)} s`;
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 60) return `${minutes} min ${Math.round((ms % 60_000) / SECOND)} s`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return `${hours} h ${minutes % 60} min`;
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

export function ago(ms: number, nowMs: number): string {
  const away = ms - nowMs;
  for (const [length, unit] of UNITS) if (Math.abs(away) >= length) return relative.format(Math.trunc(away / length), unit);
  return 'just now';
}

export function momentOf(ms: number): string {
  return Number.isFinite(ms) && Math.abs(ms) <= 8.64e15 ? full.format(ms) : 'never';
}

export function clockOf(ms: number): string {
  return clock.format(ms);
}

export function Ago({ ms, nowMs }: { readonly ms: number; readonly nowMs: number }) {
  return (
    <time dateTime={new Date(ms).toISOString()} title={momentOf(ms)}>
      {ago(ms, nowMs)}
    </time>
  );
}
