import type { AnyFlow } from '../authoring/index.js';
import { checkedManner, checkedName, checkedTiming } from './check-schedule.js';
import type { CatchUp } from './due.js';
import type { Overlap, ScheduleOptions, ScheduleOptionsFor } from './schedule-options.js';
import type { Timing } from './timing.js';

/** A schedule that was declared, for `flowproof({ schedules })`. */
export interface Schedule<out Name extends string = string> {
  readonly name: Name;
}

/** What is declared by one. */
export interface ScheduleDefinition {
  readonly name: string;
  readonly flow: AnyFlow;
  readonly inputs: unknown;
  readonly timing: Timing;
  readonly catchUp: CatchUp;
  readonly overlap: Overlap;
  readonly version: number;
  readonly logbook?: string;
  readonly metadata?: Readonly<Record<string, string>>;
}

/** Known to every copy of this module. */
const DEFINITION = Symbol.for('flowproof.schedule');

/**
 * Declares runs that begin by the clock. An app that is given it fires it: each firing is one run, however many apps there are,
 * with the id `cron:<name>@<time>`.
 *
 * @param name of the schedule, unique in the store: 1 to 100 characters
 * @throws ScheduleError `INVALID_SCHEDULE` when its time can't be read, never comes, or is in no zone, or an option makes no sense
 *
 * @example
 * ```ts
 * import { file, flowproof, linear, schedule } from 'flowproof';
 *
 * const rollout = linear('rollout').input<{ ring: number }>().build();
 * const nightly = schedule('nightly', { flow: rollout, inputs: { ring: 1 }, cron: '0 3 * * *', timeZone: 'Europe/Berlin' });
 *
 * const app = flowproof({ persistence: file('.flowproof'), flows: [rollout], schedules: [nightly] });
 * await app.ready();
 * console.log((await app.schedules.list())[0]?.nextAtMs);
 * await app.stop();
 * ```
 */
export function schedule<const Name extends string, F>(name: Name, options: ScheduleOptionsFor<F>): Schedule<Name> {
  const { flow, inputs, logbook, metadata, ...how } = options as unknown as ScheduleOptions & { flow: AnyFlow; inputs?: unknown };
  checkedName(name);
  const timing = checkedTiming(name, how);
  const manner = checkedManner(name, { ...how, ...(metadata === undefined ? {} : { metadata }) });
  const definition: ScheduleDefinition = {
    name,
    flow,
    inputs,
    timing,
    ...manner,
    ...(logbook === undefined ? {} : { logbook }),
    ...(metadata === undefined ? {} : { metadata }),
  };
  const declared: Schedule<Name> = Object.defineProperty({ name }, DEFINITION, { value: definition });
  return Object.freeze(declared);
}

/** What was declared; nothing where this is no schedule. */
export function scheduleDefinitionOf(value: unknown): ScheduleDefinition | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  return (value as { readonly [DEFINITION]?: ScheduleDefinition })[DEFINITION];
}
