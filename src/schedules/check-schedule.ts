import { inWords, messageOf } from '../model/in-words.js';
import { isWholeText } from '../model/names.js';
import { ScheduleError } from './schedule-error.js';
import { CATCH_UPS, OVERLAPS, type ScheduleOptions } from './schedule-options.js';
import { firingsOf, type Timing } from './timing.js';

/** The name is in the ids of its runs and in their metadata. */
const MAX_NAME = 100;
/** Apps look once a second. */
const SHORTEST_MS = 1_000;
const LONGEST_MS = 10 * 366 * 86_400_000;
/** From here on a date that there is comes sooner or later; one that is over is no mistake. */
const BEGINNING_MS = Date.UTC(2000, 0, 1) - 1;
const FIRST_VERSION = 1;
/** What each run of a schedule says by itself. */
export const OWN_METADATA = ['schedule', 'scheduledAtMs'] as const;

/** @throws ScheduleError `INVALID_SCHEDULE` */
export function checkedName(name: unknown): string {
  if (isWholeText(name) && name !== '' && name.length <= MAX_NAME) return name;
  throw new ScheduleError(
    'INVALID_SCHEDULE',
    inWords(name),
    `its name must be a text of 1 to ${MAX_NAME} characters, without NUL and lone surrogates`,
  );
}

/** @throws ScheduleError `INVALID_SCHEDULE`, for what no type sees: an expression, a zone, a number that was reckoned */
export function checkedTiming(name: string, { cron, everyMs, timeZone }: ScheduleOptions): Timing {
  if ((cron === undefined) === (everyMs === undefined)) throw invalid(name, 'it must have either cron or everyMs');
  if (everyMs !== undefined) return checkedPeriod(name, everyMs, timeZone);
  const timing = { cron: checkedCron(name, cron), timeZone: checkedZone(name, timeZone ?? 'UTC') };
  let first: number | undefined;
  try {
    first = firingsOf(timing).after(BEGINNING_MS);
  } catch (cause) {
    throw invalid(name, `cron is ${inWords(cron)}, which can't be read: ${messageOf(cause)}`, cause);
  }
  if (first === undefined) throw invalid(name, `cron is ${inWords(cron)}, which never comes: no year has such a day`);
  return timing;
}

function checkedPeriod(name: string, everyMs: unknown, timeZone: unknown): Timing {
  if (timeZone !== undefined) throw invalid(name, 'it has everyMs, which no timeZone changes: give cron for times of the day');
  if (Number.isInteger(everyMs) && (everyMs as number) >= SHORTEST_MS && (everyMs as number) <= LONGEST_MS)
    return { everyMs: everyMs as number };
  throw invalid(name, `everyMs is ${inWords(everyMs)}: it must be a whole number of milliseconds from ${SHORTEST_MS} to ${LONGEST_MS}`);
}

function checkedCron(name: string, cron: unknown): string {
  if (typeof cron !== 'string') throw invalid(name, `cron is ${inWords(cron)}: it must be a text, such as '0 3 * * *'`);
  if (/^\s*\d{4}-/.test(cron)) throw invalid(name, `cron is ${inWords(cron)}, which is a date: for one run at one time, post it with 'at'`);
  return cron.trim();
}

function checkedZone(name: string, timeZone: unknown): string {
  try {
    if (typeof timeZone === 'string' && timeZone !== '') return new Intl.DateTimeFormat('en', { timeZone }) && timeZone;
  } catch {
    // Said below.
  }
  throw invalid(name, `timeZone is ${inWords(timeZone)}: it must be the name of a zone, such as 'Europe/Berlin' or 'UTC'`);
}

/** The options that say how it fires, with their defaults. @throws ScheduleError `INVALID_SCHEDULE` */
export function checkedManner(
  name: string,
  { catchUp = 'last', overlap = 'skip', version = FIRST_VERSION, metadata = {} }: ScheduleOptions,
) {
  if (!CATCH_UPS.includes(catchUp)) throw invalid(name, `catchUp is ${inWords(catchUp)}: it must be one of ${CATCH_UPS.join(', ')}`);
  if (!OVERLAPS.includes(overlap)) throw invalid(name, `overlap is ${inWords(overlap)}: it must be one of ${OVERLAPS.join(', ')}`);
  if (catchUp === 'all' && overlap !== 'allow')
    throw invalid(
      name,
      `catchUp is 'all', which begins several runs at once, and overlap is '${overlap}', which lets only one of them be: say overlap: 'allow'`,
    );
  if (!(Number.isInteger(version) && version >= FIRST_VERSION && version < 2 ** 31))
    throw invalid(name, `version is ${inWords(version)}: it must be a whole number of at least ${FIRST_VERSION}`);
  const own = typeof metadata === 'object' ? OWN_METADATA.find((key) => Object.hasOwn(metadata ?? {}, key)) : undefined;
  if (own !== undefined) throw invalid(name, `its metadata have '${own}', which each of its runs has by itself: give it another name`);
  return { catchUp, overlap, version };
}

function invalid(name: string, why: string, cause?: unknown): ScheduleError {
  return new ScheduleError('INVALID_SCHEDULE', name, why, cause === undefined ? {} : { cause });
}
