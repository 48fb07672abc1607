import type { Codec } from '../../model/codec/codec.js';
import { InvalidInputError } from '../../model/errors.js';
import { digest } from '../../model/ids.js';
import { inWords } from '../../model/in-words.js';
import { canonicalText, type Json, type JsonObject } from '../../model/json.js';
import { type Firings, firingsOf, type ScheduleDefinition, ScheduleError, scheduleDefinitionOf } from '../../schedules/index.js';
import type { AppFlow } from '../registry/flow-finder.js';
import { type PreparedInputs, prepareInputs } from '../registry/inputs.js';
import type { Registry } from '../registry/registry.js';

/** A schedule of an app, with the flow of its runs. */
export interface DeclaredHere {
  readonly definition: ScheduleDefinition;
  readonly today: AppFlow;
  readonly firings: Firings;
}

/** The same with the inputs of its runs, which are checked as those of any run. */
export interface PreparedSchedule extends DeclaredHere {
  readonly inputs: PreparedInputs;
  readonly spec: JsonObject;
  readonly specHash: string;
}

/**
 * The schedules that an app was given.
 *
 * @throws ScheduleError `INVALID_SCHEDULE` when one is none, or two have one name; FlowDefinitionError when its flow is none of the app's
 */
export function declaredHere(given: readonly unknown[], registry: Pick<Registry, 'today'>): ReadonlyMap<string, DeclaredHere> {
  const all = new Map<string, DeclaredHere>();
  if (!Array.isArray(given)) throw new TypeError(`schedules is ${inWords(given)}: it must be a list`);
  for (const one of given) {
    const definition = scheduleDefinitionOf(one);
    if (definition === undefined) throw new ScheduleError('INVALID_SCHEDULE', inWords(one), 'it is none: make it with schedule(name, …)');
    const { name, flow, timing } = definition;
    if (all.has(name)) throw new ScheduleError('INVALID_SCHEDULE', name, 'this app has two of this name: give one of them another one');
    const today = registry.today(flow);
    all.set(name, { definition, today, firings: firingsOf(timing) });
  }
  return all;
}

/** @throws ScheduleError `INVALID_SCHEDULE` when its runs could not begin: their inputs are wrong */
export async function preparedSchedule(declared: DeclaredHere, codec: Codec): Promise<PreparedSchedule> {
  const { definition, today } = declared;
  const { name, timing, catchUp, overlap, logbook, metadata } = definition;
  let inputs: PreparedInputs;
  try {
    inputs = await prepareInputs(today, definition.inputs, codec);
  } catch (cause) {
    if (!(cause instanceof InvalidInputError)) throw cause;
    throw new ScheduleError('INVALID_SCHEDULE', name, `its runs could not begin: ${cause.message}`, { cause });
  }
  const spec = {
    ...{ ...timing, catchUp, overlap },
    ...(logbook === undefined ? {} : { logbook }),
    ...(metadata === undefined ? {} : { metadata }),
  };
  return { ...declared, inputs, spec, specHash: digest(today.flow.name, canonicalText(spec), canonicalText(comparable(today, inputs))) };
}

/** What two versions of an app are compared by: secrets are left out, which could be guessed from it. */
function comparable({ flow }: AppFlow, { given, args }: PreparedInputs): Json {
  const shown = Object.entries(given).filter(([name]) => flow.secrets?.inputs.has(name) !== true);
  return [Object.fromEntries(shown), ...(args === undefined ? [] : [args])];
}
