import { Cron } from 'croner';

/** When a schedule fires: by the wall clock of a zone, or at the multiples of a period since 1970. */
export type Timing = { readonly cron: string; readonly timeZone: string } | { readonly everyMs: number };

/** The firings of a timing, as moments in milliseconds since 1970. */
export interface Firings {
  /** The first one after this moment; nothing: there is none any more. */
  after(ms: number): number | undefined;
  /** The last ones that are not after this moment, so many at most, the latest first. */
  latest(count: number, untilMs: number): readonly number[];
}

/** @throws Error where the expression or the zone is none, in the words of who reads it */
export function firingsOf(timing: Timing): Firings {
  return 'everyMs' in timing ? periodic(timing.everyMs) : byCron(timing.cron, timing.timeZone);
}

function periodic(everyMs: number): Firings {
  return {
    after: (ms) => (Math.floor(ms / everyMs) + 1) * everyMs,
    latest(count, untilMs) {
      const last = Math.floor(untilMs / everyMs) * everyMs;
      return Array.from({ length: count }, (_, index) => last - index * everyMs);
    },
  };
}

/**
 * A time that a day does not have is when the clock goes on; one that it has twice is the first of the two, unless the hour is open:
 * croner's rules, to which the tests hold it.
 */
function byCron(cron: string, timeZone: string): Firings {
  const job = new Cron(cron, { timezone: timeZone, paused: true });
  return {
    after: (ms) => job.nextRun(new Date(ms))?.getTime(),
    latest: (count, untilMs) => job.previousRuns(count, new Date(untilMs + 1)).map((date) => date.getTime()),
  };
}
